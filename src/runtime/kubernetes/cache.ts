// runtime/kubernetes: the objects of one kind as they were last seen; an older sight never replaces a newer one.

import { isNewer, type KubeObject, keyOf } from './objects.ts';

/** What is told of an object is mostly told while it is there, or just after. */
const MOST_GONE = 1_000;

export class ObjectCache {
  #objects = new Map<string, KubeObject>();
  /** Objects that were there, as they were seen last, oldest first. */
  readonly #gone = new Map<string, KubeObject>();

  all(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  /** @param key `namespace/name` */
  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  /** Also of one that is gone, for a while. */
  lastSeen(key: string): KubeObject | undefined {
    return this.#objects.get(key) ?? this.#gone.get(key);
  }

  /** A full list: what is not in it does not exist. */
  replace(objects: readonly KubeObject[]): void {
    const before = this.#objects;
    this.#objects = new Map(objects.map((object) => [keyOf(object), this.#newest(object)]));
    for (const [key, object] of before) if (!this.#objects.has(key)) this.#noteGone(key, object);
  }

  /** An event of a watch. */
  offer(object: KubeObject): void {
    this.#objects.set(keyOf(object), this.#newest(object));
  }

  /** The answer to a write of ours: it may come after the event that the object is gone. */
  refresh(object: KubeObject): void {
    if (this.get(keyOf(object))?.metadata.uid === object.metadata.uid) this.offer(object);
  }

  remove(object: KubeObject): void {
    const key = keyOf(object);
    const known = this.get(key);
    if (known === undefined || known.metadata.uid !== object.metadata.uid) return;
    this.#objects.delete(key);
    this.#noteGone(key, known);
  }

  #noteGone(key: string, object: KubeObject): void {
    this.#gone.delete(key);
    this.#gone.set(key, object);
    const oldest = this.#gone.keys().next();
    if (this.#gone.size > MOST_GONE && oldest.done !== true) this.#gone.delete(oldest.value);
  }

  #newest(object: KubeObject): KubeObject {
    const known = this.get(keyOf(object));
    const same = known?.metadata.uid === object.metadata.uid;
    return known !== undefined && same && !isNewer(object, known) ? known : object;
  }
}
