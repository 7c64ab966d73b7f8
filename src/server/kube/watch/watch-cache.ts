// server: the objects of one kind as they are now, and the last changes, for lists and watches.

import { type KubeObject, keyOf, versionOf, withMeta } from '../kinds/object.ts';
import { roughLength } from '../rough-length.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  /** As it is now; of a deleted object the last state, with the version of its deletion. */
  readonly object: KubeObject;
  /** As it was before; absent when it is new. */
  readonly previous?: KubeObject;
}

/** A watch that falls further behind than this, in changes or in text, has to list again. */
const HISTORY = 4_096;
const HISTORY_LENGTH = 16 * 1024 * 1024;

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
  /** Oldest first. */
  #history: Remembered[] = [];
  #historyLength = 0;
  #forgottenUpTo: number;
  #order: readonly string[] | undefined;
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
    this.#order ??= [...this.#objects.keys()].sort();
    this.#sorted ??= this.#order.flatMap((key) => this.#objects.get(key) ?? []);
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

  /** Whether every change after `version` is known. */
  remembers(version: number): boolean {
    return version >= this.#forgottenUpTo;
  }

  /** The first change after `version`, of those that are known; undefined when there is none yet. */
  after(version: number): Change | undefined {
    let [low, high] = [0, this.#history.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#history[middle]?.change.version ?? 0) > version) high = middle;
      else low = middle + 1;
    }
    return this.#history[low]?.change;
  }

  /** Calls back with every change from now on; returns its own undo. */
  subscribe(onChange: (change: Change) => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  /** Forgets all changes up to `version`: watches that begin with an older one have to list again. */
  forgetHistory(version: number): void {
    this.#forgottenUpTo = Math.max(version, this.#forgottenUpTo);
    for (let oldest = this.#history[0]; oldest !== undefined; oldest = this.#history[0]) {
      if (oldest.change.version > version) return;
      this.#forgetOldest();
    }
  }

  /** Changes up to this version are not worth their memory any more: whoever has to begin before the last of them lists again. */
  dropUpTo(version: number): void {
    while ((this.#history[0]?.change.version ?? Number.POSITIVE_INFINITY) <= version) this.#forgetOldest();
  }

  #note(change: Change): void {
    this.#sorted = undefined;
    if (change.type !== 'MODIFIED') this.#order = undefined;
    const length = lengthOf(change);
    this.#history.push({ change, length });
    this.#historyLength += length;
    while (this.#history.length > this.#capacity) this.#forgetOldest();
    // The newest is what everybody waits for, however long it is.
    while (this.#history.length > 1 && this.#historyLength > HISTORY_LENGTH) this.#forgetOldest();
    for (const listener of this.#listeners) listener(change);
  }

  #forgetOldest(): void {
    const oldest = this.#history.shift();
    if (oldest === undefined) return;
    this.#historyLength -= oldest.length;
    this.#forgottenUpTo = Math.max(oldest.change.version, this.#forgottenUpTo);
  }
}

interface Remembered {
  readonly change: Change;
  readonly length: number;
}

/** What it keeps alive besides the state before: most changes are of the status, and share the rest. */
function lengthOf({ object, previous }: Change): number {
  const { spec, ...rest } = object;
  return roughLength(rest) + (spec === previous?.spec ? 0 : roughLength(spec));
}
