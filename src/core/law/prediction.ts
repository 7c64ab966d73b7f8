// core: where the queue will be when an instance asked for now begins to serve (docs/design/law.md#prediction).

import type { Tally } from '../demand/history.ts';

export interface Outlook {
  readonly waiting: number;
  /** λ, messages/s. */
  readonly arrivals: number;
  /** μ, messages/s per instance. */
  readonly service: number;
  /** Instances that serve and are to stay. */
  readonly ready: number;
  /** When those that do not serve yet were asked for. */
  readonly pending: Tally;
  readonly nowMs: number;
  /** d̂, s. */
  readonly deadTimeS: number;
  /** L = d̂ + Δ + s, s: the time over which to look ahead. */
  readonly leadS: number;
}

/** What is so long overdue is not counted on. */
const LOST_AFTER = 3;
const LOST_AFTER_S = 5;

/** q_p = max(0, q + λ·L − μ·[n·L + Σ over pending max(0, L − time it still needs)]) */
export function predictWaiting(o: Outlook): number {
  let serving = o.ready * o.leadS;
  for (const [askedAtMs, n] of o.pending) {
    const ageS = (o.nowMs - askedAtMs) / 1000;
    if (ageS > LOST_AFTER * o.deadTimeS + LOST_AFTER_S) continue;
    serving += n * Math.max(0, o.leadS - Math.max(0, o.deadTimeS - ageS));
  }
  return Math.max(0, o.waiting + o.arrivals * o.leadS - o.service * serving);
}
