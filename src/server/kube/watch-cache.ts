// server: the objects of one kind as they are now, and the last changes, for lists and watches.

import { type KubeObject, keyOf, versionOf, withMeta } from './object.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  /** As it is now; of a deleted object the last state, with the version of its deletion. */
  readonly object: KubeObject;
  /** As it was before; absent when it is new. */
  readonly previous?: KubeObject;
}

/** A watch that falls further behind than this has to list again. */
const HISTORY = 4_096;

export interface WatchCacheOptions {
  /** Changes up to this version are not known: a watch cannot begin before it. */
  readonly startVersion: number;
  /** How many changes are remembered. */
  readonly history?: number;
}

export class WatchCache {
  readonly #objects = new Map<string, KubeObject>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #capacity: number;
  #history: Change[] = [];
  #forgottenUpTo: number;
  #sorted: readonly KubeObject[] | undefined;

  constructor({ startVersion, history = HISTORY }: WatchCacheOptions) {
    this.#forgottenUpTo = startVersion;
    this.#capacity = history;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  keys(): Iterable<string> {
    return this.#objects.keys();
  }

  /** By namespace and name; the array never changes, so it can be kept as a snapshot. */
  list(): readonly KubeObject[] {
    this.#sorted ??= [...this.#objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    return this.#sorted;
  }

  /** Takes over an object; its resourceVersion is the version of the change and newer than any before. */
  set(object: KubeObject): void {
    const key = keyOf(object.metadata);
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    const version = versionOf(object);
    this.#note(
      previous === undefined
        ? { type: 'ADDED', version, object }
        : { type: 'MODIFIED', version, object, previous },
    );
  }

  /** Does nothing when there is no such object. */
  remove(key: string, version: number): void {
    const previous = this.#objects.get(key);
    if (previous === undefined) return;
    this.#objects.delete(key);
    const object = withMeta(previous, { resourceVersion: String(version) });
    this.#note({ type: 'DELETED', version, object, previous });
  }

  /** Changes after `version`, oldest first; undefined when some of them are forgotten. */
  since(version: number): readonly Change[] | undefined {
    if (version < this.#forgottenUpTo) return undefined;
    return this.#history.filter((change) => change.version > version);
  }

  /** Calls back with every change from now on; returns its own undo. */
  subscribe(onChange: (change: Change) => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  /** Forgets all changes up to `version`: watches that begin with an older one have to list again. */
  forgetHistory(version: number): void {
    this.#forgottenUpTo = Math.max(version, this.#forgottenUpTo);
    this.#history = this.#history.filter((change) => change.version > version);
  }

  #note(change: Change): void {
    this.#sorted = undefined;
    this.#history.push(change);
    // In bulk: dropping them one by one would move the whole array each time.
    if (this.#history.length >= 2 * this.#capacity) {
      const dropped = this.#history.length - this.#capacity;
      this.#forgottenUpTo = this.#history[dropped - 1]?.version ?? this.#forgottenUpTo;
      this.#history = this.#history.slice(dropped);
    }
    for (const listener of this.#listeners) listener(change);
  }
}
