// core: how fast a count may grow while hardly anything is known of the service rate (docs/design/law.md#decision).

import type { LawInput } from './law.ts';
import { atLeast, needOf, type View } from './need.ts';
import type { Estimate, ServiceRate } from './rates/estimate.ts';
import { EXPECTED_SHARE } from './rates/first-guess.ts';

export interface ColdMemory {
  readonly estimate: Estimate;
  /** The count at the start of the present lead time, and when that was. */
  readonly coldFrom: number;
  readonly coldAtMs: number;
}

interface ColdLimit {
  readonly most: number;
  readonly from: number;
  readonly atMs: number;
}

const UNSURE = 0.5;
/** How fast a count may grow in each lead time while μ is not known: below the target, and above it. */
const COLD_FACTOR = 4;
const HURRIED_FACTOR = 6;

/**
 * While σ_μ/μ > 0.5: at most 4·n + 1 in each lead time; while the queue is above the target 6·n + 1, or as many as the
 * first guess takes for what the load needs. Where that guess is bounded, as many as are needed even if μ is larger by
 * a deviation are no flood.
 */
export function coldLimit(
  view: View,
  memory: ColdMemory | undefined,
  learned: ServiceRate | undefined,
): ColdLimit {
  const { input, leadS, known } = view;
  // As sure as before this count.
  const doubt = memory === undefined ? learned?.doubt : Math.sqrt(known.varService) / known.service;
  const isSure = doubt !== undefined && doubt <= UNSURE;
  const goesOn = memory !== undefined && input.nowMs - memory.coldAtMs < leadS * 1000;
  const from = goesOn ? Math.min(memory.coldFrom, input.asked) : input.asked;
  const atMs = goesOn ? memory.coldAtMs : input.nowMs;
  if (isSure) return { most: Number.POSITIVE_INFINITY, from, atMs };
  const surely =
    input.most === undefined ? 0 : atLeast(needOf(view, view.estimate.service + Math.sqrt(known.varService)));
  return { most: Math.max(surely, mostOf(input, view.target, from)), from, atMs };
}

function mostOf({ messages, most = 0 }: LawInput, target: number, from: number): number {
  if (messages.waiting <= target) return COLD_FACTOR * from + 1;
  return Math.max(HURRIED_FACTOR * from + 1, Math.ceil(EXPECTED_SHARE * most));
}
