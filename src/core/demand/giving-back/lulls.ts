// core: how long needs last here: of the instances that were needed no more, how many were soon needed again.

import type { Extremes } from '../history.ts';

/** Instances that were needed again soon, and those that were not; what is older counts for less. */
export type Lulls = readonly [again: number, gone: number];

interface Look {
  readonly nowMs: number;
  /** The lowest count that would do now. */
  readonly need: number;
  /** Who is needed again within this was hardly missed, whatever was done. */
  readonly briefMs: number;
  /** Who is needed again within this was soon needed again. */
  readonly soonMs: number;
}

/** Nobody knows at first: two instances' worth of needs that come back. */
const PRIOR = 2;
/** What is known counts for so much less with each instance that is heard of, and a single look is heard as so many at most. */
const KEPT = 0.97;
const MOST_AT_ONCE = 5;
/** More than these is nothing that was counted here. */
const MOST = 1e12;

/**
 * `past` are the largest recent needs, each smaller than the one before: of two neighbours the instances by which the earlier
 * was larger have not been needed since its time. Those that this need reaches are needed again.
 *
 *     need 9 ─┐                      9, 8, 7 not needed since t₁
 *             └─ need 6 ─┐    ┌─ 7   … and with a need of 7 one of them is
 *             t₁         t₂   now
 */
export function followLulls(memory: Lulls | undefined, past: Extremes, look: Look): Lulls | undefined {
  let again = 0;
  let gone = 0;
  for (let i = 0; i + 3 < past.length; i += 2) {
    const needed = past[i + 1] ?? 0;
    const rest = past[i + 3] ?? 0;
    const ageMs = look.nowMs - (past[i] ?? 0);
    if (ageMs < look.briefMs) break;
    if (ageMs >= look.soonMs) gone += Math.max(0, needed - Math.max(rest, look.need));
    else again += Math.max(0, Math.min(needed, look.need) - rest);
  }
  if (again === 0 && gone === 0) return memory;
  const kept = KEPT ** Math.min(again + gone, MOST_AT_ONCE);
  return [kept * (memory?.[0] ?? 0) + again, kept * (memory?.[1] ?? 0) + gone];
}

/** The share that was soon needed again. */
export function shareNeededAgain(lulls: Lulls | undefined): number {
  if (lulls === undefined) return 1;
  const [again, gone] = lulls;
  return (again + PRIOR) / (again + gone + PRIOR);
}

const MARGIN = 2;

/** Least and largest that the share may be, two deviations either way (A. Agresti and B. A. Coull, 1998). */
export function rangeNeededAgain(lulls: Lulls): readonly [least: number, most: number] {
  const share = shareNeededAgain(lulls);
  const seen = lulls[0] + lulls[1] + 2 * PRIOR;
  const middle = (lulls[0] + PRIOR) / seen;
  const margin = MARGIN * Math.sqrt((middle * (1 - middle)) / seen);
  return [Math.max(0, share - margin), Math.min(1, share + margin)];
}

export function isLulls(raw: unknown): raw is Lulls {
  return (
    Array.isArray(raw) && raw.length === 2 && raw.every((n) => typeof n === 'number' && n >= 0 && n <= MOST)
  );
}
