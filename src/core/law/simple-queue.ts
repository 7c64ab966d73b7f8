// core: the original engine's second law: one more, one fewer (microscaling/microscaling target/simpleQueue.go).

import { brief } from '../../api/words/figures.ts';
import { countFigures, countText } from '../demand/messages.ts';
import { HOLD_MS, type LawInput, type LawResult } from './law.ts';
import { EXCEEDING } from './queue.ts';

export interface SimpleQueueMemory {
  readonly law: 'SimpleQueue';
  readonly atMs: number;
}

/** One up while the queue is longer than the target, one down while it is shorter than 70 % of it. */
export function simpleQueueLaw(
  input: LawInput,
  memory: SimpleQueueMemory | undefined,
  target: number,
): LawResult<SimpleQueueMemory> {
  const length = input.messages.waiting;
  const lower = Math.floor(EXCEEDING * target);
  const fresh = memory === undefined || input.atMs > memory.atMs;
  const delta = length > target ? 1 : length < lower ? -1 : 0;
  const wanted = Math.max(0, input.asked + (fresh && input.settled ? delta : 0));
  return {
    wanted,
    need: delta < 0 ? 0 : wanted,
    holdMs: input.giveBackAfterMs ?? HOLD_MS,
    memory: { law: 'SimpleQueue', atMs: input.atMs },
    figures: countFigures(input.messages),
    reason: input.settled
      ? `${countText(input.messages)} waiting for a target of ${brief(target)}`
      : `${countText(input.messages)} waiting; the last change is still on its way`,
  };
}
