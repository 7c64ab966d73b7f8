// schedulers/kubernetes/follow: who else scales in a namespace. What is not installed scales nothing.

import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { Reflector } from '../../../runtime/kubernetes/reflector.ts';
import { type Holder, heldBy } from '../target/holders.ts';
import { type Target, targetId } from '../target/target.ts';
import { AUTOSCALERS, type Collection, holdersIn } from './collections.ts';
import { type Following, troubleOf } from './following.ts';
import type { Kinds } from './kinds.ts';

export interface AutoscalersDeps {
  readonly following: Following;
  readonly kinds: Kinds;
  /** By id; undefined: whatever is in the namespace. */
  readonly onChange: (targets?: ReadonlySet<string>) => void;
}

interface Sort {
  readonly group: string;
  readonly kind: string;
  readonly collection: Collection<Holder>;
}

export class Autoscalers {
  readonly #deps: AutoscalersDeps;
  readonly #sorts: readonly Sort[];
  /** Kinds that were installed when they were looked for last. */
  readonly #there = new Set<string>();
  /** By the id of their target; absent once one of them has changed. */
  #byTarget: ReadonlyMap<string, readonly Holder[]> | undefined;

  constructor(namespace: string, deps: AutoscalersDeps) {
    this.#deps = deps;
    this.#sorts = AUTOSCALERS.map((sort) => ({ ...sort, collection: holdersIn(namespace, sort) }));
  }

  /** Until there is something to say about all of them: why they may be behind. Throws KubeFailure when the cluster cannot be asked. */
  async follow(signal: AbortSignal): Promise<string | undefined> {
    let trouble: string | undefined;
    for (const { group, kind, collection } of this.#sorts) {
      if (!(await this.#isThere({ group, kind }, signal))) continue;
      trouble ??= troubleOf(await this.#deps.following.of(collection, this.#changed(collection), signal));
    }
    return trouble;
  }

  /** Undefined where something has to be asked for first. */
  known(): { readonly trouble: string | undefined } | undefined {
    let trouble: string | undefined;
    for (const { group, kind, collection } of this.#sorts) {
      const known = group === 'autoscaling' ? undefined : this.#deps.kinds.known({ group, kind });
      if (group !== 'autoscaling' && known === undefined) return undefined;
      if (known?.state === 'missing') {
        if (this.#there.delete(kind)) this.#byTarget = undefined;
        continue;
      }
      this.#there.add(kind);
      const reflector = this.#deps.following.known(collection);
      if (reflector === undefined) return undefined;
      const behind = troubleOf(reflector);
      if (behind !== undefined) this.#deps.kinds.doubt({ group, kind });
      trouble ??= behind;
    }
    return { trouble };
  }

  /** Why the target is not ours to scale. */
  holding(target: Target, id: string): string | undefined {
    this.#byTarget ??= Map.groupBy(this.#all(), (holder) => targetId(holder.target));
    const holders = this.#byTarget.get(id);
    return holders === undefined ? undefined : heldBy(holders, target);
  }

  #all(): readonly Holder[] {
    return this.#sorts.flatMap(({ group, kind, collection }) => {
      // Of a kind that was installed once there is nothing any more.
      if (this.#deps.kinds.known({ group, kind })?.state === 'missing') return [];
      const reflector: Reflector | undefined = this.#deps.following.known(collection);
      return (reflector?.cache.all() ?? []).map((object) => collection.facts.of(object));
    });
  }

  async #isThere({ group, kind }: Pick<Target, 'group' | 'kind'>, signal: AbortSignal): Promise<boolean> {
    if (group === 'autoscaling') return true;
    return (await this.#deps.kinds.of({ group, kind }, signal)).state !== 'missing';
  }

  #changed({ facts }: Collection<Holder>): (object?: KubeObject) => void {
    return (object) => {
      this.#byTarget = undefined;
      const target = object === undefined ? undefined : facts.of(object).target;
      this.#deps.onChange(target && new Set([targetId(target)]));
    };
  }
}
