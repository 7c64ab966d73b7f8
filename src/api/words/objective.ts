// api: an objective's budget in words, the same on the command line and on the page.

import type { ObjectiveStatus } from '../status.ts';
import { rounded, spanText } from './figures.ts';

/** `99% within target per 24h: 62 % of the 14 min that may be missed is spent, 5 min left`. */
export function objectiveText(objective: ObjectiveStatus): string {
  const { withinTarget, per, knownSeconds, aboveSeconds, budgetSeconds } = objective;
  const spent = Math.round((100 * aboveSeconds) / budgetSeconds);
  const left = budgetSeconds - aboveSeconds;
  const rest = left < 0 ? `overspent by ${span(-left)}` : `${span(left)} left`;
  const known = knownSeconds < perSeconds(objective) * 0.95 ? ` (${span(knownSeconds)} of it known)` : '';
  return `${withinTarget} within target per ${per}${known}: ${spent} % of the ${span(budgetSeconds)} that may be missed is spent, ${rest}`;
}

function span(seconds: number): string {
  return spanText(1000 * rounded(seconds, 1));
}

function perSeconds({ withinTarget, budgetSeconds }: ObjectiveStatus): number {
  return budgetSeconds / (1 - Number.parseFloat(withinTarget) / 100);
}
