// controller: the pools as they are run, taken over as a whole or one after the other.

import { isDeepStrictEqual } from 'node:util';
import { changedPools, type Pools } from './pools.ts';
import type { PoolRecord } from './records.ts';

export interface ChangedPool {
  readonly pool: string;
  /** It says something else: the record may be another one that says the same. */
  readonly isNews: boolean;
}

export class PoolRecords {
  #pools = new Map<string, PoolRecord>();
  #sorted: readonly PoolRecord[] | undefined;

  get all(): Pools {
    return this.#pools;
  }

  /** Sorted by key. */
  sorted(): readonly PoolRecord[] {
    this.#sorted ??= [...this.#pools.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return this.#sorted;
  }

  /** In no order. */
  some(is: (pool: PoolRecord) => boolean): boolean {
    for (const pool of this.#pools.values()) if (is(pool)) return true;
    return false;
  }

  /** @returns the keys of those that say something else */
  replace(pools: Pools): readonly string[] {
    const before = this.#pools;
    this.#pools = new Map(pools);
    this.#sorted = undefined;
    return changedPools(before, this.#pools);
  }

  /** @param keys of those that may be others now, or gone */
  change(keys: Iterable<string>, now: Pools): readonly ChangedPool[] {
    const changed: ChangedPool[] = [];
    for (const pool of keys) {
      const [was, is] = [this.#pools.get(pool), now.get(pool)];
      if (was === is) continue;
      if (is === undefined) this.#pools.delete(pool);
      else this.#pools.set(pool, is);
      changed.push({ pool, isNews: !isDeepStrictEqual(was, is) });
    }
    if (changed.length > 0) this.#sorted = undefined;
    return changed;
  }
}
