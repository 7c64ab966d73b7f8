// controller: what one condition is made of, and what all of them are found in.

import type { Condition, ConditionReason } from '../../../api/conditions.ts';
import type { SchedulerWords } from '../../../schedulers/words.ts';
import type { PolicyRecord } from '../../policies/records.ts';
import type { WriteResult } from '../../round/act.ts';
import type { AppAssessment } from '../../round/assess.ts';
import type { Round } from '../../round/round.ts';

export type Finding = Pick<Condition, 'status' | 'reason' | 'message'>;

/** A round, as far as one policy is concerned. */
export interface Part {
  readonly record: PolicyRecord;
  readonly round: Round;
  readonly assessments: readonly AppAssessment[];
  readonly results: readonly WriteResult[];
  readonly words: SchedulerWords;
}

export function is(status: Condition['status'], reason: ConditionReason, message: string): Finding {
  return { status, reason, message };
}
