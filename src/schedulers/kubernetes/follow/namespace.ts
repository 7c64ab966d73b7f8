// schedulers/kubernetes/follow: what a namespace shows of the workloads that are scaled in it.

import { messageOf } from '../../../runtime/errors.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { KubeFailure } from '../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { Reflector } from '../../../runtime/kubernetes/reflector.ts';
import type { ResourcePath } from '../../../runtime/kubernetes/resource-path.ts';
import type { Selector } from '../objects/selector.ts';
import type { Pod } from '../pods/pod.ts';
import { PodIndex } from '../pods/pod-index.ts';
import { SelectorIndex } from '../pods/selector-index.ts';
import { type Holder, heldBy, ownedBy } from '../target/holders.ts';
import { type Target, targetId, targetText } from '../target/target.ts';
import type { Scale, Workload } from '../target/workload.ts';
import { AUTOSCALERS, type Collection, holdersIn, podsIn, workloadsIn } from './collections.ts';
import { type Following, troubleOf } from './following.ts';
import type { Kinds } from './kinds.ts';
import { Scales } from './scales.ts';

/** A target as it stands. */
export type Look =
  | {
      readonly state: 'seen';
      readonly workload: Workload;
      readonly scale: Scale & { readonly selector: Selector };
      readonly pods: readonly Pod[];
      readonly refused: string | undefined;
      /** Of the object. */
      readonly path: ResourcePath;
      /** Of the object, to tell what is older than a write. */
      readonly resourceVersion: string;
    }
  | { readonly state: 'absent' }
  | { readonly state: 'unseen'; readonly reason: string };

export interface NamespaceDeps {
  readonly api: KubeApi;
  readonly following: Following;
  readonly kinds: Kinds;
  /** By id; undefined: whatever is in it. */
  readonly onChange: (targets?: ReadonlySet<string>) => void;
}

export class Namespace {
  readonly #name: string;
  readonly #deps: NamespaceDeps;
  readonly #pods: Collection<Pod>;
  readonly #holders: readonly (Collection<Holder> & { readonly group: string })[];
  readonly #workloads = new Map<string, Collection<Workload>>();
  readonly #scales: Scales;
  /** Selectors of the targets that were looked at, to know whom a pod is about. */
  readonly #selectors = new SelectorIndex();
  readonly #found = new Map<
    string,
    { readonly index: PodIndex; readonly selector: Selector; readonly pods: readonly Pod[] }
  >();
  /** Undefined once a pod has changed. */
  #index: PodIndex | undefined;

  constructor(name: string, deps: NamespaceDeps) {
    this.#name = name;
    this.#deps = deps;
    this.#pods = podsIn(name);
    this.#holders = AUTOSCALERS.map((kind) => ({ ...holdersIn(name, kind), group: kind.group }));
    this.#scales = new Scales(deps.api);
  }

  async look(target: Target, signal: AbortSignal): Promise<Look> {
    try {
      return await this.#look(target, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof KubeFailure)) throw error;
      return { state: 'unseen', reason: messageOf(error) };
    }
  }

  async #look(target: Target, signal: AbortSignal): Promise<Look> {
    const kind = await this.#deps.kinds.of(target, signal);
    if (kind.state === 'missing') return { state: 'unseen', reason: kind.reason };
    if (kind.refused !== undefined) return { state: 'unseen', reason: kind.refused };
    const of = this.#collectionOf(target, kind);
    const [workloads, pods, holders] = await Promise.all([
      this.#follow(of, (object) => this.#told(target, object), signal),
      this.#follow(this.#pods, (object) => this.#podChanged(object), signal),
      this.#autoscalers(signal),
    ]);
    const trouble = troubleOf(workloads) ?? troubleOf(pods) ?? holders.trouble;
    if (trouble !== undefined) return { state: 'unseen', reason: trouble };
    const object = workloads.cache.get(`${target.namespace}/${target.name}`);
    if (object === undefined) return this.#gone(target);
    const workload = of.facts.of(object);
    const resourceVersion = object.metadata.resourceVersion ?? '';
    const path = { ...of.path, name: target.name };
    const scale = workload.scale ?? (await this.#scales.of(path, { workload, resourceVersion }, signal));
    const { selector } = scale;
    if (selector === undefined)
      return { state: 'unseen', reason: `${targetText(target)} does not say which pods are its own` };
    this.#selectors.set(targetId(target), selector);
    return {
      state: 'seen',
      workload,
      scale: { ...scale, selector },
      pods: this.#podsOf(targetId(target), selector, this.#indexOf(pods)),
      refused: ownedBy(target, workload) ?? heldBy(holders.all, target),
      path,
      resourceVersion,
    };
  }

  #gone(target: Target): Look {
    this.#selectors.delete(targetId(target));
    this.#found.delete(targetId(target));
    return { state: 'absent' };
  }

  #collectionOf(
    target: Target,
    kind: { readonly version: string; readonly resource: string },
  ): Collection<Workload> {
    const id = `${target.kind}.${target.group}`;
    const known = this.#workloads.get(id);
    if (known !== undefined && known.path.version === kind.version) return known;
    const made = workloadsIn(target, kind);
    this.#workloads.set(id, made);
    return made;
  }

  #follow(
    collection: Collection<unknown>,
    onChange: (object?: KubeObject) => void,
    signal: AbortSignal,
  ): Promise<Reflector> {
    return this.#deps.following.of(collection, onChange, signal);
  }

  /** What is not installed scales nothing. */
  async #autoscalers(
    signal: AbortSignal,
  ): Promise<{ readonly trouble: string | undefined; readonly all: readonly Holder[] }> {
    let trouble: string | undefined;
    const all: Holder[] = [];
    for (const { facts, group, ...followed } of this.#holders) {
      if (group !== 'autoscaling') {
        const kind = await this.#deps.kinds.of({ group, kind: followed.kind }, signal);
        if (kind.state === 'missing') continue;
      }
      const onChange = (object?: KubeObject): void => {
        const target = object === undefined ? undefined : facts.of(object).target;
        this.#deps.onChange(target && new Set([targetId(target)]));
      };
      const reflector = await this.#deps.following.of(followed, onChange, signal);
      trouble ??= troubleOf(reflector);
      all.push(...reflector.cache.all().map((object) => facts.of(object)));
    }
    return { trouble, all };
  }

  /** The same list while nothing about any pod has changed. */
  #podsOf(id: string, selector: Selector, index: PodIndex): readonly Pod[] {
    const known = this.#found.get(id);
    if (known?.index === index && known.selector === selector) return known.pods;
    const pods = index.of(selector);
    // Of an index of other pods the same may come out.
    const same = known !== undefined && isSameList(known.pods, pods) ? known.pods : pods;
    this.#found.set(id, { index, selector, pods: same });
    return same;
  }

  #indexOf({ cache }: Reflector): PodIndex {
    this.#index ??= new PodIndex(cache.all().map((object) => this.#pods.facts.of(object)));
    return this.#index;
  }

  #told({ group, kind }: Target, object: KubeObject | undefined): void {
    const name = object?.metadata.name;
    const about = name === undefined ? undefined : targetId({ group, kind, namespace: this.#name, name });
    this.#deps.onChange(about === undefined ? undefined : new Set([about]));
  }

  #podChanged(object: KubeObject | undefined): void {
    this.#index = undefined;
    const about =
      object === undefined ? this.#selectors.ids() : this.#selectors.of(this.#pods.facts.of(object).labels);
    if (about.size > 0) this.#deps.onChange(about);
  }
}

function isSameList(a: readonly Pod[], b: readonly Pod[]): boolean {
  return a.length === b.length && a.every((pod, i) => pod === b[i]);
}
