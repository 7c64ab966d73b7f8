// policy-sources: the Leases that nobody needs any more: of pools that are gone, and of pools that an operator gave back and
// nobody took.

import { inTime } from '../../runtime/abort/in-time.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { eachOf } from '../each.ts';
import type { PoolsToRun } from '../pools-to-run.ts';
import type { PoolLeaseStore, SeenPoolLease } from './pool-lease-store.ts';

export interface StaleLeasesDeps {
  readonly store: Pick<PoolLeaseStore, 'remove'>;
  /** This one. */
  readonly operator: string;
  /** Must not go back. */
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly log: Logger;
}

export interface Known extends Pick<PoolsToRun, 'isGone'> {
  /** Operators for which nobody acts, this one among them. */
  readonly free: ReadonlySet<string>;
}

/** So long has whoever a pool is meant for to take it: within seconds, unless it is being started. */
const GIVEN_BACK_MS = 60_000;
/** One that could not be removed is left alone for so long: a right that is missing is not given within seconds. */
const RETRY_MS = 60_000;
/** Where Leases are claims a removal is a list and a deployment for each claim. */
const REMOVAL_MS = 15_000;
/** Another operator may know policies that this one does not: it gets the time to come back. */
const OTHERS_MS = 600_000;

/**
 * | Lease                                                             | removed after  |
 * |-------------------------------------------------------------------|----------------|
 * | this operator's, of a pool that is gone                           | at once        |
 * | given back by this operator                                       | 1 min          |
 * | given back by another one, or its own and gone with it and the pool | 10 min       |
 */
export class StaleLeases {
  readonly #deps: StaleLeasesDeps;
  /** By pool: the version at which a Lease has been nobody's, and since when that was seen. */
  readonly #since = new Map<string, { readonly version: string; readonly atMs: number }>();
  /** By pool: when it is tried again. */
  readonly #againAtMs = new Map<string, number>();
  #isRemoving = false;

  constructor(deps: StaleLeasesDeps) {
    this.#deps = deps;
  }

  /**
   * Begins, and does not wait: nobody needs what is removed. What is asked for while others are being removed is begun with
   * the next call.
   *
   * @param leases those of other pools than this operator acts for or wants, as they were read last
   */
  remove(leases: readonly SeenPoolLease[], known: Known, signal: AbortSignal): void {
    const idle = leases.filter((lease) => isNobodys(lease, known));
    this.#keepOnly(new Set(idle.map(({ pool }) => pool)));
    const now = this.#deps.clock.monotonic();
    const stale = idle.filter(
      (lease) =>
        this.#idleMs(lease, now) >= this.#patience(lease, known) &&
        now >= (this.#againAtMs.get(lease.pool) ?? now),
    );
    if (this.#isRemoving || stale.length === 0) return;
    this.#isRemoving = true;
    void eachOf(stale, (lease) => this.#removeOne(lease, signal)).finally(() => {
      this.#isRemoving = false;
    });
  }

  /** Never rejects: it is of no consequence. */
  async #removeOne(lease: SeenPoolLease, signal: AbortSignal): Promise<void> {
    const { store, log, clock } = this.#deps;
    if (signal.aborted) return;
    try {
      const limits = { clock, limitMs: REMOVAL_MS, signal };
      await inTime((within) => store.remove(lease, within), limits);
      log.debug('the lease of a pool that nobody needs is removed', { pool: lease.pool });
    } catch (error) {
      if (signal.aborted) return;
      this.#againAtMs.set(lease.pool, clock.monotonic() + RETRY_MS);
      log.debug('a lease that nobody needs could not be removed', {
        ...{ pool: lease.pool, reason: messageOf(error) },
      });
    }
  }

  #patience({ pool, record }: SeenPoolLease, { isGone }: Known): number {
    if (record.operator !== this.#deps.operator) return OTHERS_MS;
    return isGone(pool) ? 0 : GIVEN_BACK_MS;
  }

  #idleMs({ pool, version }: SeenPoolLease, now: number): number {
    const known = this.#since.get(pool);
    if (known?.version === version) return now - known.atMs;
    this.#since.set(pool, { version, atMs: now });
    return 0;
  }

  #keepOnly(pools: ReadonlySet<string>): void {
    for (const map of [this.#since, this.#againAtMs])
      for (const pool of map.keys()) if (!pools.has(pool)) map.delete(pool);
  }
}

function isNobodys({ pool, record: { holder, operator } }: SeenPoolLease, { isGone, free }: Known): boolean {
  return holder === '' || (isGone(pool) && free.has(operator));
}
