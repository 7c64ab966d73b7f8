// policy-sources/kubernetes: the objects of one kind as they were last seen; an older sight never replaces a newer one.

import { isNewer, type KubeObject, keyOf } from './objects.ts';

export class ObjectCache {
  #objects = new Map<string, KubeObject>();

  all(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  /** @param key `namespace/name` */
  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  /** A full list: what is not in it does not exist. */
  replace(objects: readonly KubeObject[]): void {
    this.#objects = new Map(objects.map((object) => [keyOf(object), this.#newest(object)]));
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
    if (this.get(key)?.metadata.uid === object.metadata.uid) this.#objects.delete(key);
  }

  #newest(object: KubeObject): KubeObject {
    const known = this.get(keyOf(object));
    const same = known?.metadata.uid === object.metadata.uid;
    return known !== undefined && same && !isNewer(object, known) ? known : object;
  }
}
