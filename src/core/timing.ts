// core: the durations of a behavior in ms, parsed once per behavior object.

import { durationMs } from '../api/duration.ts';
import type { BehaviorSpec } from '../api/policy.ts';

export interface Timing {
  readonly giveBackAfterMs: number;
  readonly minHoldMs: number;
  readonly staleAfterMs: number;
  readonly actAfterMs: number;
  readonly startupMs: number | undefined;
}

/** Remembers what is a pure function of an immutable object; a policy edit brings new objects. */
const known = new WeakMap<BehaviorSpec, Timing>();

export function timingOf(behavior: BehaviorSpec): Timing {
  const cached = known.get(behavior);
  if (cached !== undefined) return cached;
  const { giveBackAfter, minHold, onMetricFailure, startupTime } = behavior;
  const timing: Timing = {
    giveBackAfterMs: durationMs(giveBackAfter),
    minHoldMs: durationMs(minHold),
    staleAfterMs: durationMs(onMetricFailure.staleAfter),
    actAfterMs: durationMs(onMetricFailure.after),
    startupMs: startupTime === undefined ? undefined : durationMs(startupTime),
  };
  known.set(behavior, timing);
  return timing;
}
