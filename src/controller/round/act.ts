// controller: act, the fifth step of a round: makes the changes in their order. Never throws; one app's trouble is its own.

import type { Change } from '../../core/change.ts';
import { PHASES, phaseOf } from '../../core/change-order.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import type { Closed, Obstacle, WriteGate } from './write-backoff.ts';

/** How one change ended. */
export interface WriteResult {
  readonly change: Change;
  /** `postponed`: not tried in this round. */
  readonly result: 'accepted' | 'noop' | 'failed' | 'postponed';
  /** Why it did not happen. */
  readonly obstacle?: Obstacle;
  readonly message?: string;
  /** It failed before in the same way. */
  readonly repeated?: true;
  /** Of what was accepted. */
  readonly operation?: string;
  /** The scheduler's version of what was accepted, where it says one. */
  readonly version?: string;
  /** The count that a scale asked for, where that is not the one it was to ask for. */
  readonly instances?: number;
  /** What was accepted may take effect once more, and late. */
  readonly mayLandAgain?: true;
}

export interface ActDeps {
  readonly scheduler: Pick<Scheduler, 'apply'>;
  readonly gate: WriteGate;
  /**
   * True where the scheduler allocates the cluster itself (cluster budgets): then a rise counts on the falls of its own round.
   * Elsewhere `decide` asks only for slots that are free already.
   */
  readonly risesNeedFalls: boolean;
}

export async function act(
  changes: readonly Change[],
  deps: ActDeps,
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  const results: WriteResult[] = [];
  for (const phase of PHASES) {
    const due = changes.filter((change) => phaseOf(change) === phase);
    if (phase === 'create' || phase === 'update') {
      // A creation waits for the one before it: the scheduler must know its dependencies.
      for (const change of due) results.push(await actOn(change, deps, signal));
    } else if (phase === 'rise' && deps.risesNeedFalls && results.some(fallFailed)) {
      results.push(...due.map(postponedByFall));
    } else {
      results.push(...(await Promise.all(due.map((change) => actOn(change, deps, signal)))));
    }
  }
  return results;
}

async function actOn(
  change: Change,
  { scheduler, gate }: ActDeps,
  signal: AbortSignal,
): Promise<WriteResult> {
  const closed = gate.check(change);
  if (closed !== undefined) return { change, result: 'postponed', ...reasonOf(closed) };
  if (signal.aborted) return { change, result: 'postponed', obstacle: 'unavailable', message: 'stopping' };
  try {
    const { outcome: result, ...accepted } = await scheduler.apply(change, signal);
    gate.passed(change);
    return { change, result, ...accepted };
  } catch (error) {
    return { change, result: 'failed', ...reasonOf(gate.failed(change, error)) };
  }
}

function reasonOf({
  obstacle,
  message,
  repeated,
}: Closed): Pick<WriteResult, 'obstacle' | 'message' | 'repeated'> {
  return { obstacle, message, ...(repeated && { repeated }) };
}

function fallFailed({ change, result }: WriteResult): boolean {
  return phaseOf(change) === 'fall' && (result === 'failed' || result === 'postponed');
}

function postponedByFall(change: Change): WriteResult {
  const message = 'waits for another app to give way first';
  return { change, result: 'postponed', obstacle: 'locked', message };
}
