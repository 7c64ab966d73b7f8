// policy-sources/kubernetes: whether anybody may still act by a Lease of somebody else, by our own clock.

import type { Clock } from '../../../runtime/clock.ts';
import type { OperatorWatch } from '../../shared-pools/pool-lease-store.ts';
import type { LeaseStore } from './lease.ts';

export interface LeaseWatchDeps {
  readonly storeOf: (name: string) => Pick<LeaseStore, 'get'>;
  /** Must not go back. */
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** A holder may have been told to renew less often than we are. */
const SHORTEST_MS = 15_000;
const ABSENT = 'absent';

/** As an elector does: a Lease is over when it was not seen to change for as long as its holder said. */
export class LeaseWatch implements OperatorWatch {
  readonly #deps: LeaseWatchDeps;
  /** By name: the version as last seen, and when it was first seen so. */
  readonly #seen = new Map<string, { readonly version: string; readonly atMs: number }>();

  constructor(deps: LeaseWatchDeps) {
    this.#deps = deps;
  }

  /**
   * Asks anew. True says that nobody has acted by it since some moment before the question, and nobody does who does not
   * take it first.
   *
   * @param durationSeconds as somebody said who held it; for a Lease that is not there
   */
  async isFree(name: string, durationSeconds: number, signal: AbortSignal): Promise<boolean> {
    const { storeOf, clock } = this.#deps;
    // What the answer says was so at some moment between the two: the later one counts for what was seen first, the
    // earlier one for what is seen still.
    const askedAtMs = clock.monotonic();
    const lease = await storeOf(name).get(signal);
    if (lease !== undefined && lease.record.holder === '') {
      this.#seen.delete(name);
      return true;
    }
    const version = lease?.version ?? ABSENT;
    const known = this.#seen.get(name);
    const sinceMs = known?.version === version ? known.atMs : clock.monotonic();
    this.#seen.set(name, { version, atMs: sinceMs });
    const saidMs = (lease?.record.durationSeconds ?? durationSeconds) * 1_000 || SHORTEST_MS;
    return askedAtMs - sinceMs >= saidMs;
  }

  /** Forgets all others: nobody asks about them any more. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
  }
}
