// runtime: what was written to the store and may not be on disk yet, so that it can be written once more.

/** One document as it was written last. */
export interface WrittenDocument {
  readonly collection: string;
  readonly key: string;
  /** JSON; undefined: it was removed. */
  readonly text: string | undefined;
}

/** One document is kept once, however often it is written. */
export class Unsynced {
  /** In the order of the writes. */
  readonly #documents = new Map<string, WrittenDocument & { readonly write: number }>();

  /** @param write counts the writes */
  note(documents: readonly WrittenDocument[], write: number): void {
    for (const document of documents) {
      const address = JSON.stringify([document.collection, document.key]);
      this.#documents.delete(address);
      this.#documents.set(address, { ...document, write });
    }
  }

  /** All that was written up to `write` is on disk. */
  synced(write: number): void {
    for (const [address, document] of this.#documents) {
      if (document.write > write) return;
      this.#documents.delete(address);
    }
  }

  all(): readonly WrittenDocument[] {
    return [...this.#documents.values()];
  }
}
