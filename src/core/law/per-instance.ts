// core: so many messages for each instance, the law of KEDA and the HorizontalPodAutoscaler.

import { MAX_COUNT } from '../../api/schema/shapes.ts';
import { brief } from '../../api/words/figures.ts';
import { countFigures, countText } from '../demand/messages.ts';
import { HOLD_MS, type LawInput, type LawResult } from './law.ts';

export interface PerInstanceMemory {
  readonly law: 'PerInstance';
}

export function perInstanceLaw(input: LawInput, perInstance: number): LawResult<PerInstanceMemory> {
  const { waiting } = input.messages;
  const wanted = Math.min(MAX_COUNT, Math.ceil(waiting / Math.max(perInstance, 1e-9)));
  return {
    wanted,
    need: wanted,
    holdMs: input.giveBackAfterMs ?? HOLD_MS,
    memory: { law: 'PerInstance' },
    figures: countFigures(input.messages),
    reason: `${countText(input.messages)} at ${brief(perInstance)} per instance`,
  };
}
