// core: lists of steps, of which most are empty: then nothing is copied.

import type { DecisionStep } from '../decision.ts';

export const NO_STEPS: readonly DecisionStep[] = [];

export function joined(a: readonly DecisionStep[], b: readonly DecisionStep[]): readonly DecisionStep[] {
  if (b.length === 0) return a;
  return a.length === 0 ? b : [...a, ...b];
}
