// server: since when things are so, as far as this process has seen.

/** Things by a key; one that is not so any more begins anew when it comes back. */
export class Since {
  #beganMs: ReadonlyMap<string, number> = new Map();

  /** @param keys everything that is so now */
  update(keys: Iterable<string>, nowMs: number): void {
    const before = this.#beganMs;
    this.#beganMs = new Map([...keys].map((key) => [key, before.get(key) ?? nowMs]));
  }

  /** Undefined for what is not so. */
  of(key: string): number | undefined {
    return this.#beganMs.get(key);
  }
}
