// controller: what a round means for the conditions of one policy. Pure; status.ts writes them.

import type { Condition, ConditionReason, ConditionType } from '../../../api/conditions.ts';
import { instantText } from '../../../api/words/instant.ts';
import type { SchedulerWords } from '../../../schedulers/words.ts';
import { type PolicyRecord, shownVersion } from '../../policies/records.ts';
import type { Round } from '../../round/round.ts';
import { appliedOf } from './applied.ts';
import { type Finding, is, type Part } from './finding.ts';
import { metricsOf } from './metrics-available.ts';
import { launchingOf } from './not-launching.ts';
import { modeOf, pausedOf } from './paused.ts';
import { scalingLimits } from './scaling-limits.ts';

export type NewCondition = Omit<Condition, 'lastTransitionTime'>;

/** @param round as far as the policy is concerned */
export function conditionsOf(
  record: PolicyRecord,
  round: Round,
  words: SchedulerWords,
): readonly NewCondition[] {
  const { assessments, results } = round;
  const part: Part = { record, round, assessments, results, words };
  const accepted = acceptedOf(part);
  const running = record.running !== undefined && round.elsewhere === undefined;
  const notLooked =
    round.elsewhere === undefined ? NOTHING_RUNS : is('Unknown', 'Standby', `stands by: ${round.standby}`);
  const found: readonly (readonly [ConditionType, Finding])[] = [
    ['Accepted', accepted],
    ['MetricsAvailable', running ? metricsOf(part) : notLooked],
    ['Applied', running ? appliedOf(part) : notLooked],
    ['ScalingLimited', running ? scalingLimits(assessments, round, words) : notLooked],
    ['NotLaunching', running ? launchingOf(part) : notLooked],
    ['Paused', running ? pausedOf(part) : notLooked],
    ['Conflict', running ? conflictOf(part) : notLooked],
  ];
  const ready = readyOf(found, part);
  const all = [...found, ['Ready', saysWell(ready.reason) ? (silentOf(part) ?? ready) : ready] as const];
  const shown = shownVersion(record).generation;
  return all.map(([type, finding]) => ({
    type,
    ...finding,
    // The newest document is taken or not, and the policy is ready with it or not; all else is about what runs.
    observedGeneration: type === 'Accepted' || type === 'Ready' ? record.generation : shown,
  }));
}

/** Reasons of Ready that are no news of now where nobody answers; others are a cause of their own. */
export function saysWell(reason: ConditionReason): boolean {
  return reason === 'AllTrue' || reason === 'Observing';
}

/** What was seen is of before the scheduler fell silent. */
function silentOf({ round, assessments, words }: Part): Finding | undefined {
  const { silent } = round.world.view ?? {};
  if (silent === undefined) return undefined;
  const sinceMs = Math.min(...assessments.map(({ app }) => silent.get(app.spec.id) ?? Infinity));
  if (sinceMs === Infinity) return undefined;
  const answered = `${words.name} ${words.several ? 'have' : 'has'} not answered since`;
  const since = instantText(sinceMs + round.wallAheadMs);
  return is('Unknown', 'SchedulerSilent', `${answered} ${since}: rounds go on with what it said last`);
}

/** Of a policy that is well as far as anybody has seen, and whose rounds do not end. */
export function overdueOf(sinceMs: number): Pick<NewCondition, 'type' | keyof Finding> {
  const why = 'a scheduler or a metric does not answer, or the operator is busy';
  const message = `no round has ended since ${instantText(sinceMs)}: ${why}`;
  return { type: 'Ready', ...is('Unknown', 'RoundOverdue', message) };
}

const NOTHING_RUNS: Finding = is('Unknown', 'Pending', 'nothing of this policy runs');

function acceptedOf({ record, assessments }: Part): Finding {
  const stranger = assessments.find(({ trouble }) => trouble?.reason === 'AdoptionRequired')?.trouble;
  if (record.accepted.status === 'True' && stranger !== undefined) {
    return is(
      'False',
      'AdoptionRequired',
      `${stranger.message}; until then nothing of this policy is touched`,
    );
  }
  if (record.accepted.status === 'True' || record.running === undefined) return record.accepted;
  const { generation } = record.running;
  const goesOn = `${record.accepted.message} (generation ${generation} goes on running)`;
  return { ...record.accepted, message: goesOn };
}

function conflictOf({ assessments }: Part): Finding {
  for (const situation of ['conflict', 'manual'] as const) {
    const found = assessments.find(({ foreignScale }) => foreignScale.situation === situation);
    if (found === undefined) continue;
    const message = `${found.app.spec.id}: ${found.held?.reason ?? 'somebody else changes the count'}`;
    return is('True', situation === 'conflict' ? 'AlternatingCounts' : 'ManualScale', message);
  }
  return is('False', 'NoConflict', 'nobody else changes the counts');
}

/** The three that must hold: accepted, measured, applied. Paused and observed policies are in states of their own. */
function readyOf(found: readonly (readonly [ConditionType, Finding])[], part: Part): Finding {
  const needed = found.slice(0, 3);
  const first = (status: Condition['status']): readonly [ConditionType, Finding] | undefined =>
    needed.find(([, finding]) => finding.status === status);
  const accepted = needed[0]?.[1].status !== 'False';
  if (accepted && part.record.running !== undefined && modeOf(part) === 'Paused') {
    return is('Unknown', 'Paused', pausedOf(part).message);
  }
  const missing = first('False') ?? first('Unknown');
  if (missing === undefined) return is('True', 'AllTrue', 'accepted, measured and applied');
  const [type, { status, reason, message }] = missing;
  if (reason === 'Observing') return is(status, reason, message);
  return is(status, reason, `${type} is ${status} (${reason}): ${message}`);
}
