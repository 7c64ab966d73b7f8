// schedulers/kubernetes/objects: of objects of which there are many, only what was read in them is kept.

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';

export class Facts<T> {
  readonly #read: (object: KubeObject) => T;
  readonly #known = new WeakMap<KubeObject, T>();

  constructor(read: (object: KubeObject) => T) {
    this.#read = read;
  }

  /** The object without anything but its identity and version; what was read in it comes with `of`. */
  readonly reduce = (object: KubeObject): KubeObject => {
    const { name, namespace, uid, resourceVersion } = object.metadata;
    const metadata = {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    };
    const small: KubeObject = { metadata };
    this.#known.set(small, this.#read(object));
    return small;
  };

  of(object: KubeObject): T {
    const known = this.#known.get(object) ?? this.#read(object);
    this.#known.set(object, known);
    return known;
  }

  readonly isSame = (before: KubeObject, after: KubeObject): boolean =>
    before.metadata.uid === after.metadata.uid && isDeepStrictEqual(this.of(before), this.of(after));
}
