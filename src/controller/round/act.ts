// controller: the fourth step of a round: executes changes in their order. Never throws; one app's trouble is its own.

import type { Change } from '../../core/change.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import type { Closed, Obstacle, WriteGate } from './write-backoff.ts';

/** How one change ended. */
export interface Outcome {
  readonly change: Change;
  /** `postponed`: not tried in this round. */
  readonly result: 'accepted' | 'noop' | 'failed' | 'postponed';
  /** Why it did not happen. */
  readonly obstacle?: Obstacle;
  readonly message?: string;
  /** It failed before in the same way. */
  readonly repeated?: true;
  /** Of what was accepted. */
  readonly deploymentId?: string;
  /** Marathon's version of what was accepted, where it tells. */
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
   * True where Marathon hands out the room (cluster budgets): then a rise counts on the falls of its own round.
   * Elsewhere `decide` asks only for slots that are free already.
   */
  readonly risesNeedFalls: boolean;
}

type Kind = Change['kind'];

/** Falls go first, so that what they free is free early; an update comes last, it locks its app the longest. */
const PHASES: readonly ((change: Change) => boolean)[] = [
  isFall,
  of('release', 'delete', 'adopt'),
  (change) => change.kind === 'scale' && !isFall(change),
];
const ONE_BY_ONE = of('create', 'update');

export async function act(
  changes: readonly Change[],
  deps: ActDeps,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const phase of PHASES) {
    const due = changes.filter(phase);
    if (deps.risesNeedFalls && due.some(isRise) && outcomes.some(fallFailed)) {
      outcomes.push(...due.map(postponedByFall));
    } else {
      outcomes.push(...(await Promise.all(due.map((change) => actOn(change, deps, signal)))));
    }
  }
  // A creation waits for the one before it: its dependencies must be known to Marathon.
  for (const change of changes.filter(ONE_BY_ONE)) outcomes.push(await actOn(change, deps, signal));
  return outcomes;
}

async function actOn(change: Change, { scheduler, gate }: ActDeps, signal: AbortSignal): Promise<Outcome> {
  const closed = gate.check(change);
  if (closed !== undefined) return { change, result: 'postponed', ...toldBy(closed) };
  if (signal.aborted) return { change, result: 'postponed', obstacle: 'unavailable', message: 'stopping' };
  try {
    const { outcome: result, ...accepted } = await scheduler.apply(change, signal);
    gate.passed(change);
    return { change, result, ...accepted };
  } catch (error) {
    return { change, result: 'failed', ...toldBy(gate.failed(change, error)) };
  }
}

function toldBy({ obstacle, message, repeated }: Closed): Pick<Outcome, 'obstacle' | 'message' | 'repeated'> {
  return { obstacle, message, ...(repeated && { repeated }) };
}

function of(...kinds: readonly Kind[]): (change: Change) => boolean {
  return ({ kind }) => kinds.includes(kind);
}

function isFall(change: Change): boolean {
  return change.kind === 'scale' && change.to < change.from;
}

function isRise(change: Change): boolean {
  return change.kind === 'scale' && change.to > change.from;
}

function fallFailed({ change, result }: Outcome): boolean {
  return isFall(change) && (result === 'failed' || result === 'postponed');
}

function postponedByFall(change: Change): Outcome {
  const message = 'waits for another app to give way first';
  return { change, result: 'postponed', obstacle: 'locked', message };
}
