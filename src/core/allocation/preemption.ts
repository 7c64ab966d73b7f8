// core: preemption policy: what an app keeps for now although others are entitled to it.

import type { BehaviorSpec } from '../../api/policy.ts';
import { spanText } from '../../api/words/figures.ts';
import { type Tally, tallied, tally } from '../demand/history.ts';
import type { Timing } from '../demand/timing.ts';

export interface PreemptionMemory {
  /** When the count last went up; 0 when that was never seen. */
  readonly raisedAtMs: number;
  /** What was taken against the app's wish. */
  readonly yielded: Tally;
}

interface Holding {
  readonly min: number;
  readonly max: number;
  /** What the scheduler is asked for. */
  readonly requested: number;
  readonly wanted: number;
  readonly nowMs: number;
}

/**
 * The count that must not be gone below this round. `minHold`: the youngest are stopped first, so after a
 * rise nothing is taken for that long. `yieldRate`: no more than so many in a period against the app's wish.
 */
export function keeps(
  memory: PreemptionMemory,
  { min, max, requested, wanted, nowMs }: Holding,
  { behavior, timing }: { readonly behavior: BehaviorSpec; readonly timing: Timing },
): number {
  let floor = min;
  if (timing.minHoldMs > 0 && nowMs - memory.raisedAtMs < timing.minHoldMs)
    floor = Math.max(floor, requested);
  const { yieldRate } = behavior;
  if (yieldRate !== undefined) {
    const taken = tallied(memory.yielded, nowMs, timing.yieldPeriodMs);
    const rest = Math.max(0, yieldRate.value - taken);
    floor = Math.max(floor, Math.min(wanted, requested - rest));
  }
  return Math.min(floor, max);
}

/** What lets an app keep more than is due to it, and for how long. */
export function whyKept(
  memory: PreemptionMemory,
  nowMs: number,
  { behavior, timing }: { readonly behavior: BehaviorSpec; readonly timing: Timing },
): string {
  const heldForMs = timing.minHoldMs - (nowMs - memory.raisedAtMs);
  if (heldForMs > 0) return `minHold, for another ${spanText(heldForMs)}`;
  const { value, periodSeconds } = behavior.yieldRate ?? { value: 0, periodSeconds: 0 };
  return `yieldRate, at most ${value} in ${spanText(periodSeconds * 1000)}`;
}

export function notePreemption(
  memory: PreemptionMemory,
  change: { readonly from: number; readonly to: number; readonly wanted: number; readonly nowMs: number },
  yieldPeriodMs: number,
): PreemptionMemory {
  const { from, to, wanted, nowMs } = change;
  if (to <= from && yieldPeriodMs === 0) return memory;
  const lost = Math.max(0, Math.min(from, wanted) - to);
  return {
    raisedAtMs: to > from ? nowMs : memory.raisedAtMs,
    yielded: yieldPeriodMs === 0 ? [] : tally(memory.yielded, [nowMs, lost], yieldPeriodMs),
  };
}
