// controller: while no policy needs a cluster, the operator still says whether its own is there.

import type { Clock } from '../../runtime/clock.ts';
import { membersOf } from '../policies/members.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import type { OperatorDeps } from '../ports.ts';
import type { Status } from '../status/status.ts';

const AGAIN_MS = { afterSuccess: 30_000, afterFailure: 2_000, whileRoundsLook: 1_000 } as const;

/** Looks at the operator's own cluster as long as no pool does. */
export async function firstLook(
  deps: {
    readonly clock: Clock;
    readonly store: PolicyStore;
    readonly status: Status;
    readonly schedulerFor: OperatorDeps['schedulerFor'];
    readonly ownCluster?: boolean;
    /** Whether a pool is this operator's to run. */
    readonly isOurs: (pool: string) => boolean;
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const nextMs = await look(deps, signal);
    // An aborted pause ends the loop at its head.
    await deps.clock.sleep(nextMs, signal).catch(() => undefined);
  }
}

async function look(
  { store, status, schedulerFor, ownCluster, isOurs }: Omit<Parameters<typeof firstLook>[0], 'clock'>,
  signal: AbortSignal,
): Promise<number> {
  // Without a cluster of its own there is nothing to look at until a policy names one.
  if (ownCluster === false) return AGAIN_MS.afterSuccess;
  if (store.somePool((pool) => isOurs(pool.key) && membersOf(pool).length > 0))
    return AGAIN_MS.whileRoundsLook;
  try {
    await schedulerFor(undefined).observe([], signal);
    status.clusterRead();
    return AGAIN_MS.afterSuccess;
  } catch (error) {
    if (!signal.aborted) status.clusterRead(error);
    return AGAIN_MS.afterFailure;
  }
}
