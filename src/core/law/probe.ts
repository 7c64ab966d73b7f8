// core: finding out how few instances would do, when nothing but an empty queue is known (docs/design/law.md#decision).

import type { LawInput } from './law.ts';

export interface ProbeMemory {
  /** How many the last probe took: 1, 2, 4 … */
  readonly probed: number;
  /** What was asked for at the last look. */
  readonly asked: number;
}

const LARGEST_SHARE = 0.25;
const MOST_PROBED = 1024;

interface Probe {
  /** The count to probe with; Infinity when there is no probing. */
  readonly floor: number;
  readonly probed: number;
}

const NO_PROBE: Probe = { floor: Number.POSITIVE_INFINITY, probed: 1 };

/**
 * While the queue stays empty, asks for 1, 2, 4 … fewer, at most a quarter, once per hold period: the hold is
 * the caller's window over recent needs, which a probe has to outlast like any lower need.
 *
 * @param empty whether the queue is empty and neither messages in flight nor arrivals are known
 */
export function probe({ asked }: LawInput, memory: ProbeMemory | undefined, empty: boolean): Probe {
  if (!empty) return NO_PROBE;
  const last = memory ?? { probed: 1, asked };
  const size = asked < last.asked ? last.probed * 2 : asked > last.asked ? 1 : last.probed;
  const step = Math.min(size, Math.max(1, Math.floor(LARGEST_SHARE * asked)));
  return { floor: Math.max(0, asked - step), probed: Math.min(size, MOST_PROBED) };
}
