// controller: which of the policies are this operator's to run, where several operators share them.

import type { Labels } from '../../api/labels/label-selector.ts';
import type { PoolOwner, PoolsToRun } from '../../policy-sources/pools-to-run.ts';
import type { PolicyStore } from '../policies/policy-store.ts';

/** The part of an operator that has a selector; `Leadership` says whether it may write. */
export interface Shard {
  /** As its administrator wrote it. */
  readonly selector: string;
  selects(labels: Labels): boolean;
  /** Whether `labels` speak of what the selector asks about, so that a policy with them has been meant for somebody. */
  isAbout(labels: Labels): boolean;
  /** The pools, or their labels, may have changed. */
  follow(pools: PoolsToRun): void;
  /** Undefined: nobody, as far as is known. */
  owner(pool: string): PoolOwner | undefined;
  /** Whether the pool is this operator's by its Lease, whichever instance took it. */
  has(pool: string): boolean;
  /** Called when somebody else may have the pool now. */
  subscribe(onChange: (pool: string) => void): void;
}

type ShardedStore = Pick<PolicyStore, 'labelsOf' | 'labelled' | 'leaving' | 'ownership' | 'isComplete'>;

/** Whose each pool is, by the labels of its objects as they are now. */
export class Sharding {
  readonly #shard: Shard | undefined;
  readonly #store: ShardedStore;

  /** @param shard absent: everything is this operator's */
  constructor(shard: Shard | undefined, store: ShardedStore) {
    this.#shard = shard;
    this.#store = store;
  }

  isOurs(pool: string): boolean {
    if (this.#shard === undefined) return true;
    const labels = this.#store.labelsOf(pool);
    if (labels !== undefined) return this.#shard.selects(labels);
    // Nothing but apps that are to be collected is left of it, and nobody remembers its labels.
    return this.#store.leaving(pool).length > 0 && this.#shard.has(pool);
  }

  /** Why this operator leaves a pool alone, for people; undefined: it is its own. */
  whyNot(pool: string): string | undefined {
    const shard = this.#shard;
    if (shard === undefined || this.isOurs(pool)) return undefined;
    const owner = shard.owner(pool);
    const who =
      owner === undefined
        ? 'no other operator has taken it'
        : `operator ${owner.operator} (${owner.holder}) has it`;
    return `its labels are not those of --selector ${shard.selector}; ${who}`;
  }

  /** Which other operator has a pool, for people; undefined: none that is known. */
  elsewhere(pool: string): string | undefined {
    const owner = this.#shard?.owner(pool);
    if (owner === undefined || this.#shard?.has(pool) === true) return undefined;
    return `operator ${owner.operator} (${owner.holder}) has it`;
  }

  /** What a policy that follows its pool to this operator is told where its own labels speak of another one. */
  labelsDiffer(pool: Labels, policy: Labels, name: string): string | undefined {
    const shard = this.#shard;
    if (shard === undefined || !shard.selects(pool)) return undefined;
    if (shard.selects(policy) || !shard.isAbout(policy)) return undefined;
    return `its labels are not those of --selector ${shard.selector}, and it follows its pool \`${name}\`, whose labels are: one operator has all of a pool; give the policy the labels of the pool`;
  }

  /** Undefined: nobody, or there is only one operator. */
  ownerOf(pool: string): PoolOwner | undefined {
    return this.#shard?.owner(pool);
  }

  /** The pools may be others now, or have other labels. */
  changed(): void {
    if (this.#shard === undefined) return;
    const labelled = this.#store.labelled();
    const collecting = this.#store.ownership.pendingCollections().map(({ pool }) => pool);
    const known = new Set([...labelled.keys(), ...collecting]);
    this.#shard.follow({
      ours: new Set([...known].filter((pool) => this.isOurs(pool))),
      areOthers: (pool) => labelled.has(pool) || this.#store.isComplete,
      isGone: (pool) => !known.has(pool) && this.#store.isComplete,
    });
  }
}
