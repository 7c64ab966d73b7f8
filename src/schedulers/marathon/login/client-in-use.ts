// schedulers/marathon: the client that is in use, which another one replaces without a call being cut short.

interface Use<C> {
  readonly id: string;
  readonly client: C;
  calls: number;
}

/** One that was replaced is closed when its last call has ended. */
export class ClientInUse<C extends { close(): void }> {
  #current: Use<C> | undefined;

  /** @param make called where the client in use has another id */
  async with<T>(id: string, make: () => C, work: (client: C) => Promise<T>): Promise<T> {
    const use = this.#useOf(id, make);
    use.calls += 1;
    try {
      return await work(use.client);
    } finally {
      use.calls -= 1;
      if (use !== this.#current && use.calls === 0) use.client.close();
    }
  }

  /** Cuts short what the client in use is asked. */
  close(): void {
    this.#current?.client.close();
  }

  #useOf(id: string, make: () => C): Use<C> {
    const before = this.#current;
    if (before?.id === id) return before;
    const use = { id, client: make(), calls: 0 };
    this.#current = use;
    if (before?.calls === 0) before.client.close();
    return use;
  }
}
