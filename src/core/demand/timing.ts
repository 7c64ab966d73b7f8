// core: the durations of a behavior in ms, parsed once per behavior object.

import { durationMs } from '../../api/duration.ts';
import type { BehaviorSpec, ScalingRules } from '../../api/policy.ts';

export interface Timing {
  /** Absent: each law says how long. */
  readonly giveBackAfterMs: number | undefined;
  readonly minHoldMs: number;
  readonly staleAfterMs: number;
  readonly actAfterMs: number;
  readonly startupMs: number | undefined;
  /** The longest period of any scaling policy; 0 when there is none. */
  readonly periodMs: number;
  readonly yieldPeriodMs: number;
}

/** Remembers what is a pure function of an immutable object; a policy edit brings new objects. */
const known = new WeakMap<BehaviorSpec, Timing>();

export function timingOf(behavior: BehaviorSpec): Timing {
  const cached = known.get(behavior);
  if (cached !== undefined) return cached;
  const { giveBackAfter, minHold, onMetricFailure, startupTime } = behavior;
  const timing: Timing = {
    giveBackAfterMs: giveBackAfter === undefined ? undefined : durationMs(giveBackAfter),
    minHoldMs: durationMs(minHold),
    staleAfterMs: durationMs(onMetricFailure.staleAfter),
    actAfterMs: durationMs(onMetricFailure.after),
    startupMs: startupTime === undefined ? undefined : durationMs(startupTime),
    periodMs: Math.max(longest(behavior.scaleUp), longest(behavior.scaleDown)),
    yieldPeriodMs: (behavior.yieldRate?.periodSeconds ?? 0) * 1000,
  };
  known.set(behavior, timing);
  return timing;
}

function longest(rules: ScalingRules): number {
  return 1000 * Math.max(0, ...rules.policies.map((policy) => policy.periodSeconds));
}
