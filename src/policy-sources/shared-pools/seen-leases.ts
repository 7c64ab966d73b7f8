// policy-sources: the Leases of pools as they were last read or written.

import type { PoolLeaseRecord, SeenPoolLease } from './pool-lease-store.ts';

export class SeenLeases {
  #leases = new Map<string, SeenPoolLease>();

  /** Undefined: there is none. */
  of(pool: string): SeenPoolLease | undefined {
    return this.#leases.get(pool);
  }

  recordOf(pool: string): PoolLeaseRecord | undefined {
    return this.#leases.get(pool)?.record;
  }

  all(): readonly SeenPoolLease[] {
    return [...this.#leases.values()];
  }

  /** It was read alone, or written; undefined: there is none. */
  note(pool: string, lease: SeenPoolLease | undefined): void {
    if (lease === undefined) this.#leases.delete(pool);
    else this.#leases.set(pool, lease);
  }

  /** @returns the pools that another instance or operator has than before */
  noteList(leases: readonly SeenPoolLease[]): readonly string[] {
    const before = this.#leases;
    this.#leases = new Map(leases.map((lease) => [lease.pool, lease]));
    return [...new Set([...before.keys(), ...this.#leases.keys()])].filter((pool) => {
      const [was, is] = [before.get(pool)?.record, this.recordOf(pool)];
      return was?.holder !== is?.holder || was?.operator !== is?.operator;
    });
  }
}
