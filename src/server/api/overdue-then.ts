// server: how long no round had ended at a moment of the record. The record has the rounds that ended: what was shown at a moment is
// the last one before it, however long ago that was, and by then it was said to be so.

import { setConditions } from '../../api/conditions.ts';
import { overdueOf, saysWell } from '../../controller/status/conditions/conditions.ts';
import { nextRoundWithinMs } from '../../controller/status/overdue-rounds.ts';
import type { PolicyView, PoolView } from '../../controller/status/view.ts';
import type { PastPool } from '../../recorder/read/moment.ts';

/** Since when, ms since the epoch; undefined: rounds ended, or the picture is of a minute, which does not tell. */
export function overdueThen({ view, detail, gapMs }: PastPool, atMs: number): number | undefined {
  const { lastRoundAtMs, intervalMs } = view;
  if (detail === 'minutes' || lastRoundAtMs === undefined) return undefined;
  return atMs - lastRoundAtMs <= nextRoundWithinMs(intervalMs, gapMs) ? undefined : lastRoundAtMs;
}

/** The pool as it was shown at the moment itself. */
export function asOfThen(pool: PastPool, atMs: number): PoolView {
  const { view } = pool;
  const sinceMs = overdueThen(pool, atMs);
  if (sinceMs === undefined) return view;
  const saidMs = sinceMs + nextRoundWithinMs(view.intervalMs, pool.gapMs);
  const policies = view.policies.map((policy) => notReadySince(policy, sinceMs, saidMs));
  return { ...view, overdueSinceMs: sinceMs, policies };
}

function notReadySince(policy: PolicyView, sinceMs: number, saidMs: number): PolicyView {
  const ready = policy.conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined || !saysWell(ready.reason)) return policy;
  const { observedGeneration } = ready;
  const overdue = { ...overdueOf(sinceMs), observedGeneration };
  return { ...policy, conditions: setConditions(policy.conditions, [overdue], saidMs) };
}
