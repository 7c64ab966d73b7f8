// controller: what a pool lacks, in instances: the figure that somebody who can add machines should act on. Pure.

import type { AppDecision } from '../../core/decision.ts';
import type { AppAssessment } from '../round/assess.ts';
import type { Round } from '../round/round.ts';

/**
 * Instances that are needed and cannot run for want of room:
 *
 *     Σ apps  max(0, need − granted)                                    the pool's budget has no more
 *           + min(waiting for room, max(0, min(need, granted) − alive))  the scheduler finds no machine for them
 *
 * The need of a scaled app is what it wants, of a remainder its minimum (it would take anything), of a fixed app what
 * people ask for. Slots that are being handed over are granted already and lack nothing.
 *
 * @returns undefined before the first decision, and where another instance of the operator decides
 */
export function shortageOf({ assessments, decisions, capacity, standby }: Round): number | undefined {
  if (capacity === undefined || standby !== undefined) return undefined;
  return assessments.reduce((sum, each) => sum + lack(each, decisions.get(each.app.spec.id)), 0);
}

function lack(assessment: AppAssessment, decision: AppDecision | undefined): number {
  // More machines would not create what is refused.
  if (decision?.limitedBy === 'creation') return 0;
  const { observed } = assessment;
  const granted = decision?.granted ?? observed?.requested ?? 0;
  const need = needOf(assessment, decision, granted);
  const alive = (observed?.running ?? 0) + (observed?.staging ?? 0);
  const unplaced = Math.min(waitingForRoom(assessment), Math.max(0, Math.min(need, granted) - alive));
  return Math.max(0, need - granted) + unplaced;
}

function needOf({ app }: AppAssessment, decision: AppDecision | undefined, granted: number): number {
  if (app.role === 'remainder') return app.spec.instances.min ?? 0;
  return decision?.wanted ?? granted;
}

/** An app that the scheduler holds back after failures waits for something else. */
function waitingForRoom({ observed }: AppAssessment): number {
  if (observed === undefined || observed.backoffMs > 0) return 0;
  return observed.waitingFor.some(({ reason }) => reason === 'NoRoom') ? observed.waiting : 0;
}
