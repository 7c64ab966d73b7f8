// core: lists of steps, of which most are empty: then nothing is copied.

import type { DecisionStep } from '../decision.ts';

export const NO_STEPS: readonly DecisionStep[] = [];

/** As long as it is, not a step longer: `[...steps, step]` leaves room for sixteen more, in every app's decision. */
export function withStep(steps: readonly DecisionStep[], step: DecisionStep): readonly DecisionStep[] {
  return steps.length === 0 ? [step] : steps.toSpliced(steps.length, 0, step);
}

export function joined(a: readonly DecisionStep[], b: readonly DecisionStep[]): readonly DecisionStep[] {
  if (b.length === 0) return a;
  return a.length === 0 ? b : a.toSpliced(a.length, 0, ...b);
}
