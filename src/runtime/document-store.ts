// runtime: the port of the operator's store: JSON documents by collection and key. Knows nothing of what they mean.

export type DocumentChange =
  | { readonly do: 'put'; readonly collection: string; readonly key: string; readonly value: unknown }
  | { readonly do: 'remove'; readonly collection: string; readonly key: string };

/**
 * Synchronous: what was written is seen by all readers when the call returns, and a crash of the process afterwards loses nothing
 * of it. Values are plain JSON; they come back as equal copies.
 */
export interface DocumentStore {
  /** By key, in the order of keys. */
  all(collection: string): ReadonlyMap<string, unknown>;
  get(collection: string, key: string): unknown;
  /**
   * All or nothing, and durable when it returns: a crash of the machine loses nothing of it either, nor of what was written before.
   * Throws TransientError when it cannot be written (a full disk): then nothing was.
   */
  write(changes: readonly DocumentChange[]): void;
  /** As `write`, without a wait for the disk: durable with the next `write`, or once `durable` resolves. */
  writeSoon(changes: readonly DocumentChange[]): void;
  /**
   * Resolves once all that was written before the call is durable. The event loop goes on meanwhile, and one wait serves all who
   * ask. Rejects with TransientError when the disk fails.
   */
  durable(): Promise<void>;
  /** Why nothing can be written now, where that is known without a write; undefined when it can. */
  unwritable?(): string | undefined;
  close(): void;
}

/** Keeps documents as long as the process lives: for tests, and for an operator without `--data`. */
export function createMemoryDocumentStore(): DocumentStore {
  const collections = new Map<string, Map<string, string>>();
  return {
    all(collection) {
      const entries = [...(collections.get(collection) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return new Map(entries.map(([key, json]) => [key, JSON.parse(json) as unknown]));
    },
    get(collection, key) {
      const json = collections.get(collection)?.get(key);
      return json === undefined ? undefined : (JSON.parse(json) as unknown);
    },
    write(changes) {
      const texts = changes.map((change) => (change.do === 'put' ? JSON.stringify(change.value) : ''));
      changes.forEach((change, i) => {
        const documents = collections.get(change.collection) ?? new Map<string, string>();
        collections.set(change.collection, documents);
        if (change.do === 'put') documents.set(change.key, texts[i] ?? 'null');
        else documents.delete(change.key);
      });
    },
    writeSoon(changes) {
      this.write(changes);
    },
    durable: async () => undefined,
    close: () => undefined,
  };
}
