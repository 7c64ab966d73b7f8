// controller: who is granted more than there are free slots for is going to ask for it in a moment: its scheduler is told before.

import type { AppDecision } from '../../../core/decision.ts';
import type { Scheduler } from '../../../schedulers/scheduler.ts';
import type { AppAssessment } from '../assess.ts';

/** Of the apps that are written; the others are about to be asked for nothing. */
export function prepare(
  assessments: readonly AppAssessment[],
  {
    decisions,
    scheduler,
  }: {
    readonly decisions: ReadonlyMap<string, AppDecision>;
    readonly scheduler: Pick<Scheduler, 'prepare'>;
  },
): void {
  for (const { app, observed, part, foreignScale } of assessments) {
    const granted = decisions.get(app.spec.id)?.granted;
    if (granted === undefined || observed === undefined) continue;
    if (part === 'live' && foreignScale.situation !== 'conflict') scheduler.prepare?.(app.spec.id, granted);
  }
}
