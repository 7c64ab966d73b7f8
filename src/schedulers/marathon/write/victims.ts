// schedulers/marathon: whom a fall takes, found out in the moment of the write: what tasks say is soon out of date.

import type { IdleVictims } from '../../../api/policy.ts';
import type { AppObservation, TaskObservation } from '../../../core/observation.ts';
import { type Answers, askWhoIsIdle, type IdleDeps, NO_ANSWERS } from '../../idle/ask.ts';
import { expendableFirst, type Shrink, shrink } from './shrink.ts';

export interface VictimDeps extends Omit<IdleDeps, 'enough'> {
  /** The app as it is known now; undefined when it is gone. */
  readonly recall: (signal: AbortSignal) => Promise<AppObservation | undefined>;
  readonly waitingDiesLast: boolean;
}

/** How a fall is made, and the app as it was then. */
export interface Fall {
  readonly app: AppObservation;
  readonly how: Shrink;
}

/**
 * Undefined when the app is gone. Where something starts that did not answer, the app is looked at again: it may have begun to run. Else
 * that would only cost time, in which the answers get old.
 */
export async function chooseVictims(
  { to, idleVictims }: { readonly to: number; readonly idleVictims?: IdleVictims | undefined },
  { recall, waitingDiesLast, ...idle }: VictimDeps,
  signal: AbortSignal,
): Promise<Fall | undefined> {
  const before = await recall(signal);
  if (before === undefined) return undefined;
  const answers = await whoIsIdle(before);
  const isHeard = ({ id }: TaskObservation): boolean => answers.idle.has(id) || answers.busy.has(id);
  const mayRunNow = before.tasks.some((task) => task.phase === 'staging' && !isHeard(task));
  const app = answers !== NO_ANSWERS && mayRunNow ? await recall(signal) : before;
  return app && { app, how: shrink(app, to, { waitingDiesLast, answers }) };

  async function whoIsIdle(app: AppObservation): Promise<Answers> {
    // Who must all go need not be asked.
    if (idleVictims === undefined || to === 0 || to >= app.requested) return NO_ANSWERS;
    const present = expendableFirst(app);
    return await askWhoIsIdle(present, idleVictims, { ...idle, enough: app.requested - to }, signal);
  }
}
