// schedulers/kubernetes/follow: the pods of each target that was looked at, found once and again only after one of them has changed.

import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { Reflector } from '../../../runtime/kubernetes/reflector.ts';
import type { Facts } from '../objects/facts.ts';
import type { Selector } from '../objects/selector.ts';
import type { Pod } from '../pods/pod.ts';
import { PodIndex } from '../pods/pod-index.ts';
import { SelectorIndex } from '../pods/selector-index.ts';

type Cache = Reflector['cache'];

interface Found {
  readonly selector: Selector;
  readonly pods: readonly Pod[];
  /** Nothing about them has changed since. */
  isFresh: boolean;
}

export class FoundPods {
  readonly #facts: Facts<Pod>;
  /** Selectors of the targets that were looked at, to know whom a pod is about. */
  readonly #selectors = new SelectorIndex();
  readonly #found = new Map<string, Found>();
  /** Absent until it is needed, and once it is unknown what has changed. */
  #index: { readonly cache: Cache; readonly pods: PodIndex } | undefined;

  constructor(facts: Facts<Pod>) {
    this.#facts = facts;
  }

  /** The same list while nothing about any of its pods has changed. */
  of(id: string, selector: Selector, cache: Cache): readonly Pod[] {
    const index = this.#indexOf(cache);
    const known = this.#found.get(id);
    if (known?.isFresh === true && known.selector === selector) return known.pods;
    this.#selectors.set(id, selector);
    const found = index.of(selector);
    // What has changed may be nothing that was read in them.
    const pods = known !== undefined && isSameList(known.pods, found) ? known.pods : found;
    this.#found.set(id, { selector, pods, isFresh: true });
    return pods;
  }

  forget(id: string): void {
    this.#selectors.delete(id);
    this.#found.delete(id);
  }

  /** @returns the targets that it is about; without an object it may be about all */
  changed(object: KubeObject | undefined): ReadonlySet<string> {
    const about = object === undefined ? this.#lost() : this.#take(object);
    for (const id of about) {
      const found = this.#found.get(id);
      if (found !== undefined) found.isFresh = false;
    }
    return about;
  }

  #lost(): ReadonlySet<string> {
    this.#index = undefined;
    return this.#selectors.ids();
  }

  /** It is about whoever had it before, too. */
  #take(object: KubeObject): ReadonlySet<string> {
    const { name, namespace = '' } = object.metadata;
    const about = new Set(this.#selectors.of(this.#facts.of(object).labels));
    if (this.#index === undefined) return about;
    const { cache, pods } = this.#index;
    const now = cache.get(`${namespace}/${name}`);
    const before = now === undefined ? pods.remove(name) : pods.put(this.#facts.of(now));
    return before === undefined ? about : new Set([...about, ...this.#selectors.of(before.labels)]);
  }

  #indexOf(cache: Cache): PodIndex {
    if (this.#index?.cache !== cache) {
      for (const found of this.#found.values()) found.isFresh = false;
      this.#index = { cache, pods: new PodIndex(cache.all().map((object) => this.#facts.of(object))) };
    }
    return this.#index.pods;
  }
}

function isSameList(a: readonly Pod[], b: readonly Pod[]): boolean {
  return a.length === b.length && a.every((pod, i) => pod === b[i]);
}
