// policy-sources: whether the pools that are held still are, asked beside the lists.

import type { Clock } from '../../runtime/clock.ts';
import { eachOf } from '../each.ts';
import type { HeldPool, HeldPools } from './held-pools.ts';
import type { PoolLeaseStore, SeenPoolLease } from './pool-lease-store.ts';

export interface LeaseConfirmationsDeps {
  readonly held: HeldPools;
  readonly store: PoolLeaseStore;
  /** Must not go back. */
  readonly clock: Clock;
  readonly retryMs: number;
  /** A call that has failed after a while. */
  readonly within: <T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly list: (signal: AbortSignal) => Promise<readonly SeenPoolLease[]>;
  readonly isOurs: (lease: SeenPoolLease | undefined) => boolean;
  /** The pool's Lease names another one, or there is none. */
  readonly onLost: (pool: string, lease: SeenPoolLease | undefined) => void;
}

type HeldOf = readonly [pool: string, held: HeldPool];

/**
 * Lists may hang or be refused, or wait for what is written: each Lease alone when no list has spoken of it for a while, or by a
 * list of its own where none can be read alone.
 */
export class LeaseConfirmations {
  readonly #deps: LeaseConfirmationsDeps;

  constructor(deps: LeaseConfirmationsDeps) {
    this.#deps = deps;
  }

  /** Resolves when aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, held, retryMs, store } = this.#deps;
    while (!signal.aborted) {
      const unconfirmed = held.unconfirmed();
      if (store.get === undefined) await this.#byList(unconfirmed, signal);
      else await eachOf(unconfirmed, (each) => this.#alone(each, signal));
      await clock.sleep(retryMs, signal).catch(() => undefined);
    }
  }

  async #alone([pool, held]: HeldOf, signal: AbortSignal): Promise<void> {
    const { clock, store, within } = this.#deps;
    const askedAtMs = clock.monotonic();
    await within(signal, async (limited) => await store.get?.(pool, limited)).then(
      (lease) => this.#by(lease, [pool, held], askedAtMs),
      () => undefined,
    );
  }

  async #byList(unconfirmed: readonly HeldOf[], signal: AbortSignal): Promise<void> {
    if (unconfirmed.length === 0) return;
    const askedAtMs = this.#deps.clock.monotonic();
    const listed = await this.#deps.list(signal).catch(() => undefined);
    if (listed === undefined) return;
    const seen = new Map(listed.map((lease) => [lease.pool, lease]));
    for (const each of unconfirmed) this.#by(seen.get(each[0]), each, askedAtMs);
  }

  #by(lease: SeenPoolLease | undefined, [pool, held]: HeldOf, askedAtMs: number): void {
    const { held: all, isOurs, onLost } = this.#deps;
    if (all.good(pool) !== held) return;
    if (isOurs(lease)) all.confirm(pool, held, askedAtMs);
    else onLost(pool, lease);
  }
}
