// bench: where an oracle expects the queue when an instance asked for now begins to serve. It takes all that serve for
// busy all the time, and stays as it was when the oracles were searched, so that they remain the same measure.

import { type Launches, overdue } from '../../src/core/law/outlook/prediction.ts';

export interface Outlook extends Launches {
  readonly waiting: number;
  /** λ, messages/s. */
  readonly arrivals: number;
  /** μ, messages/s per instance. */
  readonly service: number;
}

/** q_p = max(0, q + λ·L − μ·[n·L + Σ over pending max(0, L − time it still needs)]) */
export function predictWaiting(o: Outlook): number {
  let serving = o.ready * o.leadS;
  for (const [askedAtMs, n] of o.pending) {
    const ageS = (o.nowMs - askedAtMs) / 1000;
    if (overdue(ageS, o)) continue;
    serving += n * Math.max(0, o.leadS - Math.max(0, o.deadTimeS - ageS));
  }
  return Math.max(0, o.waiting + o.arrivals * o.leadS - o.service * serving);
}
