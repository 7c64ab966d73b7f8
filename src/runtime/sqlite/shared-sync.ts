// runtime: one wait for the disk for all who wrote meanwhile, beside the event loop.

export class SharedSync {
  readonly #sync: () => Promise<void>;
  /** What it may not have on disk yet was written since it began. */
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param sync puts on disk what is written when it is called */
  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  /** Resolves once all that was written before the call is on disk; rejects as `sync` does. */
  done(): Promise<void> {
    this.#next ??= this.#afterThis();
    return this.#next;
  }

  async #afterThis(): Promise<void> {
    // What became of that one is for those who wait for it.
    await this.#running?.catch(() => undefined);
    this.#next = undefined;
    this.#running = this.#sync();
    await this.#running;
  }
}
