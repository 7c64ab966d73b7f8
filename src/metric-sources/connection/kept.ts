// metric-sources: one connection kept from read to read, for protocols that answer one question at a time.

export interface Keepable {
  /** False when it serves no further read. */
  readonly isUsable: boolean;
  /** Waits for nobody, never throws. */
  close(): void;
}

/** Reads at once have a connection each; of those that end one is kept. */
export class KeptConnection<C extends Keepable> {
  #idle: C | undefined;
  #closed = false;

  async use<T>(open: () => Promise<C>, work: (connection: C) => Promise<T>): Promise<T> {
    const kept = this.#idle?.isUsable ? this.#idle : undefined;
    this.#idle = undefined;
    const connection = kept ?? (await open());
    try {
      return await work(connection);
    } finally {
      if (this.#idle !== undefined || this.#closed || !connection.isUsable) connection.close();
      else this.#idle = connection;
    }
  }

  close(): void {
    this.#closed = true;
    this.#idle?.close();
    this.#idle = undefined;
  }
}
