// core: the original engine's PD law, kept as it was (microscaling/microscaling target/queue.go, docs/design/law.md#other-laws).

import { brief } from '../../api/words/figures.ts';
import { countFigures, countText } from '../demand/messages.ts';
import { HOLD_MS, type LawInput, type LawResult } from './law.ts';

export interface QueueGains {
  readonly kU: number;
  readonly tU: number;
}

export interface QueueMemory {
  readonly law: 'Queue';
  /** Length at the last round, for the velocity. */
  readonly length: number;
  readonly atMs: number;
}

/** Share of the target below which the original gives instances back. */
export const EXCEEDING = 0.7;

/**
 * Change of the count by proportional and derivative terms. The derivative gain is tU/8 and not kP·tU/8 as
 * Ziegler and Nichols have it, and the velocity is per round: both as in the original.
 *
 * @param lastLength absent in the first round, which has no velocity
 */
export function pdDelta(
  length: number,
  lastLength: number | undefined,
  gains: QueueGains,
  target: number,
): number {
  const kP = 0.8 * gains.kU;
  const kD = gains.tU / 8;
  const velocity = lastLength === undefined ? 0 : length - lastLength;
  return Math.floor(kP * (length - target) + kD * velocity + 0.5);
}

/** Up only while the queue is longer than the target, down only while it is at or below 70 % of it. */
export function queueLaw(
  input: LawInput,
  memory: QueueMemory | undefined,
  { target, gains }: { readonly target: number; readonly gains: QueueGains },
): LawResult<QueueMemory> {
  const length = input.messages.waiting;
  const fresh = memory === undefined || input.atMs > memory.atMs;
  const delta = fresh && input.settled ? pdDelta(length, memory?.length, gains, target) : 0;
  // A small error rounds to no change, which is for ever where nothing runs that could make it smaller.
  const least = input.asked === 0 && fresh && input.settled ? 1 : 0;
  const up = length > target ? Math.max(least, delta) : 0;
  const down = length <= Math.floor(EXCEEDING * target) ? Math.min(0, delta) : 0;
  const wanted = Math.max(0, input.asked + up + down);
  return {
    wanted,
    need: length <= Math.floor(EXCEEDING * target) ? 0 : wanted,
    holdMs: input.giveBackAfterMs ?? HOLD_MS,
    memory: fresh ? { law: 'Queue', length, atMs: input.atMs } : memory,
    figures: countFigures(input.messages),
    reason: input.settled
      ? `${countText(input.messages)} waiting for a target of ${brief(target)}`
      : `${countText(input.messages)} waiting; the last change is still on its way`,
  };
}
