// core: finding out how few instances would do, when nothing but an empty queue is known (docs/design/law.md#decision).

import type { LawInput } from './law.ts';

export interface ProbeMemory {
  /** How many the next probe takes: 1, 2, 4 … */
  readonly size: number;
  /** The count when that was last looked at. */
  readonly from: number;
}

const LARGEST_SHARE = 0.25;

/**
 * While the queue stays empty, asks for 1, 2, 4 … fewer, at most a quarter, once per hold period: the hold is
 * the caller's window over recent needs, which a probe has to outlast like any lower need.
 *
 * @param empty whether the queue is empty and neither messages in flight nor arrivals are known
 * @returns `floor`, the count to probe with; Infinity when there is no probing
 */
export function probe(
  { asked }: LawInput,
  memory: ProbeMemory | undefined,
  empty: boolean,
): { readonly floor: number; readonly memory: ProbeMemory } {
  if (!empty) return { floor: Number.POSITIVE_INFINITY, memory: { size: 1, from: asked } };
  const last = memory ?? { size: 1, from: asked };
  const size = asked < last.from ? last.size * 2 : asked > last.from ? 1 : last.size;
  const step = Math.min(size, Math.max(1, Math.floor(LARGEST_SHARE * asked)));
  return { floor: Math.max(0, asked - step), memory: { size: Math.min(size, 1024), from: asked } };
}
