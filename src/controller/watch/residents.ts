// controller: the pools that live in one cluster, and which of them an event there concerns.

import type { PoolRecord } from '../policies/records.ts';

export class Residents {
  /** By pool: what its apps are called there. */
  readonly #names = new Map<string, readonly string[]>();
  /** Those whose room depends on whatever else there is. */
  readonly #inCluster = new Set<string>();
  /** Nearly every app is of one pool. */
  readonly #byApp = new Map<string, readonly string[]>();

  get size(): number {
    return this.#names.size;
  }

  set(pool: PoolRecord, names: readonly string[]): void {
    this.remove(pool.key);
    this.#names.set(pool.key, names);
    if (pool.capacity?.cluster !== undefined) this.#inCluster.add(pool.key);
    for (const name of names) this.#byApp.set(name, [...(this.#byApp.get(name) ?? []), pool.key]);
  }

  remove(pool: string): void {
    for (const name of this.#names.get(pool) ?? []) {
      const others = (this.#byApp.get(name) ?? []).filter((other) => other !== pool);
      if (others.length === 0) this.#byApp.delete(name);
      else this.#byApp.set(name, others);
    }
    this.#names.delete(pool);
    this.#inCluster.delete(pool);
  }

  /** What cannot be told apart concerns all. */
  concernedBy(apps: ReadonlySet<string> | undefined): Iterable<string> {
    if (apps === undefined) return [...this.#names.keys()];
    const concerned = new Set(this.#inCluster);
    for (const app of apps) for (const pool of this.#byApp.get(app) ?? []) concerned.add(pool);
    return concerned;
  }
}
