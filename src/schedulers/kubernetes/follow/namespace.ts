// schedulers/kubernetes/follow: what a namespace shows of the workloads that are scaled in it.

import { messageOf } from '../../../runtime/errors.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { KubeFailure } from '../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { Reflector } from '../../../runtime/kubernetes/reflector.ts';
import type { ResourcePath } from '../../../runtime/kubernetes/resource-path.ts';
import type { Selector } from '../objects/selector.ts';
import type { Pod } from '../pods/pod.ts';
import { ownedBy } from '../target/holders.ts';
import { type Target, targetId, targetText } from '../target/target.ts';
import type { Scale, Workload } from '../target/workload.ts';
import { Autoscalers } from './autoscalers.ts';
import { type Collection, podsIn, workloadsIn } from './collections.ts';
import { type Following, troubleOf } from './following.ts';
import { FoundPods } from './found-pods.ts';
import type { Kind, Kinds } from './kinds.ts';
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
  /** Its kind has no count: whatever it is, it holds nothing that could be given away. */
  | { readonly state: 'countless'; readonly reason: string }
  /** Its kind is not installed: there is nothing of it now. */
  | { readonly state: 'unknownKind'; readonly reason: string }
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
  readonly #foundPods: FoundPods;
  readonly #autoscalers: Autoscalers;
  readonly #workloads = new Map<string, Collection<Workload>>();
  readonly #scales: Scales;

  constructor(name: string, deps: NamespaceDeps) {
    this.#name = name;
    this.#deps = deps;
    this.#pods = podsIn(name);
    this.#foundPods = new FoundPods(this.#pods.facts);
    this.#autoscalers = new Autoscalers(name, deps);
    this.#scales = new Scales(deps.api);
  }

  async look(target: Target, signal: AbortSignal): Promise<Look> {
    try {
      const sources = this.#known(target) ?? (await this.#ask(target, signal));
      if ('state' in sources) return sources;
      const object = this.#objectOf(target, sources);
      if (object !== undefined) await this.#scales.of(object.path, object, signal);
      return this.#lookAt(target, sources);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof KubeFailure)) throw error;
      return { state: 'unseen', reason: messageOf(error) };
    }
  }

  /** At once; undefined where something has to be asked for first. */
  lookNow(target: Target): Look | undefined {
    const sources = this.#known(target);
    if (sources === undefined || 'state' in sources) return sources;
    const object = this.#objectOf(target, sources);
    const isKnown = object === undefined || this.#scales.known(object.path, object) !== undefined;
    return isKnown ? this.#lookAt(target, sources) : undefined;
  }

  /** Nobody looks at it any more. */
  forget(target: Target): void {
    this.#foundPods.forget(targetId(target));
    const path = this.#workloads.get(kindId(target))?.path;
    if (path !== undefined) this.#scales.forget({ ...path, name: target.name });
  }

  /** What the target is seen in; undefined where some of it is not followed yet. */
  #known(target: Target): Sources | Unsourced | undefined {
    const { kinds, following } = this.#deps;
    const kind = kinds.known(target);
    if (kind === undefined) return undefined;
    const without = withoutCount(kind);
    if (without !== undefined) return without;
    const of = this.#collectionOf(target, kind);
    const workloads = of && following.known(of);
    const pods = following.known(this.#pods);
    const autoscalers = this.#autoscalers.known();
    if (of === undefined || workloads === undefined || pods === undefined || autoscalers === undefined)
      return undefined;
    const trouble = troubleOf(workloads) ?? troubleOf(pods) ?? autoscalers.trouble;
    if (troubleOf(workloads) !== undefined) kinds.doubt(target);
    return trouble === undefined ? { of, workloads, pods } : { state: 'unseen', reason: trouble };
  }

  /** Follows what is not followed yet. Throws KubeFailure when the cluster cannot be asked. */
  async #ask(target: Target, signal: AbortSignal): Promise<Sources | Unsourced> {
    const { kinds, following } = this.#deps;
    const kind = await kinds.of(target, signal);
    const of = this.#collectionOf(target, kind);
    const without = withoutCount(kind);
    if (without !== undefined) return without;
    if (of === undefined) return { state: 'unseen', reason: `${targetText(target)} is of no known kind` };
    const [workloads, pods, othersTrouble] = await Promise.all([
      following.of(of, (object) => this.#told(target, object), signal),
      following.of(this.#pods, (object) => this.#podChanged(object), signal),
      this.#autoscalers.follow(signal),
    ]);
    const trouble = troubleOf(workloads) ?? troubleOf(pods) ?? othersTrouble;
    return trouble === undefined ? { of, workloads, pods } : { state: 'unseen', reason: trouble };
  }

  #objectOf({ namespace, name }: Target, { of, workloads }: Sources): Seen | undefined {
    const object = workloads.cache.get(`${namespace}/${name}`);
    if (object === undefined) return undefined;
    return {
      workload: of.facts.of(object),
      path: { ...of.path, name },
      resourceVersion: object.metadata.resourceVersion ?? '',
    };
  }

  #lookAt(target: Target, sources: Sources): Look {
    const id = targetId(target);
    const object = this.#objectOf(target, sources);
    if (object === undefined) {
      this.#foundPods.forget(id);
      return { state: 'absent' };
    }
    const scale = this.#scales.known(object.path, object);
    if (scale?.selector === undefined)
      return { state: 'unseen', reason: `${targetText(target)} does not say which pods are its own` };
    const { selector } = scale;
    return {
      state: 'seen',
      ...object,
      scale: { ...scale, selector },
      pods: this.#foundPods.of(id, selector, sources.pods.cache),
      refused: ownedBy(target, object.workload) ?? this.#autoscalers.holding(target, id),
    };
  }

  #collectionOf(target: Target, kind: Kind): Collection<Workload> | undefined {
    if (kind.state !== 'known') return undefined;
    const id = kindId(target);
    const known = this.#workloads.get(id);
    if (known !== undefined && known.path.version === kind.version) return known;
    const made = workloadsIn(target, kind);
    this.#workloads.set(id, made);
    return made;
  }

  #told({ group, kind }: Target, object: KubeObject | undefined): void {
    const name = object?.metadata.name;
    const about = name === undefined ? undefined : targetId({ group, kind, namespace: this.#name, name });
    this.#deps.onChange(about === undefined ? undefined : new Set([about]));
  }

  #podChanged(object: KubeObject | undefined): void {
    const about = this.#foundPods.changed(object);
    if (about.size > 0) this.#deps.onChange(about);
  }
}

/** Where a target is seen, all of it in step with the cluster. */
interface Sources {
  readonly of: Collection<Workload>;
  readonly workloads: Reflector;
  readonly pods: Reflector;
}

type Unsourced = Look & { readonly state: 'unseen' | 'countless' | 'unknownKind' };
type Seen = Pick<Look & { readonly state: 'seen' }, 'workload' | 'path' | 'resourceVersion'>;

function kindId({ kind, group }: Target): string {
  return `${kind}.${group}`;
}

/**
 * Why there is no count to look for. A kind that the cluster does not know at first may be one whose definition it has yet
 * to read, as after a restart: what there is of it is not known.
 */
function withoutCount(kind: Kind): Unsourced | undefined {
  if (kind.state === 'missing')
    return { state: kind.isCertain ? 'unknownKind' : 'unseen', reason: kind.reason };
  return kind.refused === undefined ? undefined : { state: 'countless', reason: kind.refused };
}
