// controller: what a round means for the conditions of one policy. Pure; status.ts writes them.

import type { Condition, ConditionReason, ConditionType } from '../../../api/conditions.ts';
import type { AppSpec, Duration, PolicySpec, TargetSpec } from '../../../api/policy.ts';
import { instantText } from '../../../api/words/instant.ts';
import { behaviorFor, usable } from '../../../core/demand/metric-failure.ts';
import { timingOf } from '../../../core/demand/timing.ts';
import type { MetricReading } from '../../../core/observation.ts';
import { messageOf, TerminalError, UnresolvedReference } from '../../../runtime/errors.ts';
import type { SchedulerWords } from '../../../schedulers/words.ts';
import { pauseText } from '../../interventions/effect.ts';
import { type PolicyRecord, shownVersion } from '../../policies/records.ts';
import type { WriteResult } from '../../round/act.ts';
import type { AppAssessment } from '../../round/assess.ts';
import { readingsOf } from '../../round/observe.ts';
import type { Restart } from '../../round/rolling-restarts.ts';
import type { Round } from '../../round/round.ts';
import { LEND_AFTER_MS } from '../../round/surplus.ts';
import type { Obstacle } from '../../round/write-backoff.ts';
import { scalingLimits } from './scaling-limits.ts';

export type NewCondition = Omit<Condition, 'lastTransitionTime'>;
type Finding = Pick<Condition, 'status' | 'reason' | 'message'>;

interface Part {
  readonly record: PolicyRecord;
  readonly round: Round;
  readonly assessments: readonly AppAssessment[];
  readonly outcomes: readonly WriteResult[];
  readonly words: SchedulerWords;
}

/** @param round as far as the policy is concerned */
export function conditionsOf(
  record: PolicyRecord,
  round: Round,
  words: SchedulerWords,
): readonly NewCondition[] {
  const { assessments, outcomes } = round;
  const part: Part = { record, round, assessments, outcomes, words };
  const accepted = acceptedOf(part);
  const running = record.running !== undefined;
  const found: readonly (readonly [ConditionType, Finding])[] = [
    ['Accepted', accepted],
    ['MetricsAvailable', running ? metricsOf(part) : PENDING],
    ['Applied', running ? appliedOf(part) : PENDING],
    ['ScalingLimited', running ? limitedOf(part) : PENDING],
    ['NotLaunching', running ? launchingOf(part) : PENDING],
    ['Paused', running ? pausedOf(part) : PENDING],
    ['Conflict', running ? conflictOf(part) : PENDING],
  ];
  const all = [...found, ['Ready', readyOf(found, part)] as const];
  const shown = shownVersion(record).generation;
  return all.map(([type, finding]) => ({
    type,
    ...finding,
    // The newest document is taken or not, and the policy is ready with it or not; all else is about what runs.
    observedGeneration: type === 'Accepted' || type === 'Ready' ? record.generation : shown,
  }));
}

const PENDING: Finding = is('Unknown', 'Pending', 'nothing of this policy runs');

function is(status: Condition['status'], reason: ConditionReason, message: string): Finding {
  return { status, reason, message };
}

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

function metricsOf({ assessments, round }: Part): Finding {
  const targets = assessments.flatMap(({ app }) => app.spec.targets ?? []);
  if (targets.length === 0) return is('True', 'NoMetrics', 'no app is scaled by a metric');
  const read = assessments.flatMap(({ app, observed }) =>
    readingsOf(round.world, app).map((reading, i) => ({
      spec: app.spec,
      target: app.spec.targets?.[i],
      reading,
      exists: observed !== undefined,
    })),
  );
  if (read.length === 0) return is('Unknown', 'Pending', 'no metric was read yet');
  const unread = read.flatMap((each) => unreadOf(each, round.atMs));
  const missing = unread.filter(({ serves }) => !serves);
  if (missing.length > 0) return is('False', 'NotRead', notReadWords(missing));
  if (unread.length === 0) return is('True', 'AllRead', 'all metrics were read');
  const stale = unread.map(
    ({ why, staleAfter }) => `${why}; the last reading serves until it is ${staleAfter} old`,
  );
  return is('True', 'StaleRead', stale.join('; '));
}

interface Unread {
  readonly id: string;
  readonly why: string;
  /** Whether the last good reading still does. */
  readonly serves: boolean;
  readonly staleAfter: Duration;
  /** What comes of it for the app's count. */
  readonly comes: 'kept' | 'acted' | 'absent';
  readonly action: AppSpec['behavior']['onMetricFailure']['action'];
}

function unreadOf(
  {
    spec,
    target,
    reading,
    exists,
  }: { spec: AppSpec; target: TargetSpec | undefined; reading: MetricReading; exists: boolean },
  nowMs: number,
): readonly Unread[] {
  if (reading.state === 'ok') return [];
  const { id } = spec;
  const behavior = target === undefined ? spec.behavior : behaviorFor(target, spec.behavior);
  const what = target?.name === undefined ? id : `${target.name} of ${id}`;
  const { state } = usable(reading, timingOf(behavior), nowMs);
  const { staleAfter, action } = behavior.onMetricFailure;
  const acts = state === 'failed' && action !== 'Hold';
  const comes = !exists ? 'absent' : acts ? 'acted' : 'kept';
  return [{ id, why: `${what}: ${reading.reason}`, serves: state === 'ok', staleAfter, comes, action }];
}

/** What is not read, and what that means for each app: a count that does not exist is not kept. */
function notReadWords(missing: readonly Unread[]): string {
  const meanwhile = [
    ...(missing.some(({ comes }) => comes === 'kept') ? ['counts are kept meanwhile'] : []),
    ...new Set(
      missing.flatMap(({ id, comes, action }) => {
        if (comes === 'acted') return [`${id} goes by onMetricFailure ${action}`];
        return comes === 'absent' ? [`${id} does not exist yet: what it may need is lent to nobody`] : [];
      }),
    ),
  ];
  return [...missing.map(({ why }) => why), ...meanwhile].join('; ');
}

const OBSTACLES = {
  unresolved: 'SecretUnavailable',
  refused: 'MarathonRefused',
  unavailable: 'MarathonUnavailable',
  locked: 'WaitingForLock',
  unkept: 'Drifted',
} as const satisfies Partial<Record<Obstacle, ConditionReason>>;

const WORST_FIRST = ['unresolved', 'refused', 'unavailable', 'locked', 'unkept'] as const;

/** At most so many apps are named in one message. */
const TOLD = 8;

/** Everything that was not written and why, worst first: whoever mends one thing should not find the next one then. */
function obstaclesIn(outcomes: readonly WriteResult[]): string {
  const sentences = WORST_FIRST.flatMap((obstacle) =>
    outcomes
      .filter((met) => met.obstacle === obstacle)
      .map(({ change, message = '' }) =>
        message.includes(change.app) ? message : `${change.app}: ${message}`,
      ),
  );
  const distinct = [...new Set(sentences)];
  const more = distinct.length > TOLD ? [`and ${distinct.length - TOLD} more`] : [];
  return [...distinct.slice(0, TOLD), ...more].join('; ');
}

/** The first thing that keeps the world from being as written, worst first. */
function appliedOf(part: Part): Finding {
  const { round, assessments, outcomes } = part;
  const mode = modeOf(part);
  if (mode === 'Paused') {
    return is('Unknown', pausedOf(part).reason, 'paused: nothing is decided or written');
  }
  if (round.world.view === undefined) return unreadable(round.world.error);
  if (round.standby !== undefined) return is('Unknown', 'Standby', `stands by: ${round.standby}`);
  const trouble = assessments.find((s) => s.trouble !== undefined)?.trouble;
  if (trouble !== undefined) return is('False', trouble.reason, trouble.message);
  const obstacle = WORST_FIRST.find((each) => outcomes.some((met) => met.obstacle === each));
  if (obstacle !== undefined) return is('False', OBSTACLES[obstacle], obstaclesIn(outcomes));
  if (mode === 'Observe') return is('Unknown', 'Observing', OBSERVING);
  return (
    driftOf(part) ??
    deployingOf(part) ??
    is('True', 'UpToDate', `${part.words.name} has what the policy says`)
  );
}

function unreadable(error: unknown): Finding {
  const message = `${messageOf(error)}; counts are left as they are`;
  if (error instanceof UnresolvedReference) return is('False', 'SecretUnavailable', message);
  return error instanceof TerminalError
    ? is('False', 'MarathonRefused', message)
    : is('Unknown', 'MarathonUnavailable', message);
}

function driftOf({ assessments, round, words }: Part): Finding | undefined {
  const sentences = assessments.flatMap(({ app }) => {
    const { id } = app.spec;
    const fields = round.drift.get(id);
    if (fields === undefined || app.drift !== 'Report') return [];
    const names = fields.map(({ field }) => field).join(', ');
    const who = round.edited?.has(id) ? `: somebody changed it in ${words.name}` : '';
    return [`${id} differs from the policy in ${names}${who}`];
  });
  if (sentences.length === 0) return undefined;
  const cure =
    'it stays so, as `drift: Report` says; write it into the policy, or let it say `drift: Revert`';
  return is('False', 'Drifted', `${sentences.join('; ')}; ${cure}`);
}

/** Only what changes definitions counts: scaling goes on all day long and is nothing to wait for. */
function deployingOf({ assessments, round, outcomes, words }: Part): Finding | undefined {
  const made = outcomes.find(({ change }) => change.kind === 'create' || change.kind === 'update');
  if (made !== undefined) {
    const what = made.change.kind === 'create' ? 'is being created' : 'is being updated';
    return is('False', 'Deploying', `${made.change.app} ${what}`);
  }
  for (const { app, observed, restart } of assessments) {
    const { id } = app.spec;
    if (restart?.overdue) return is('False', 'DeploymentStuck', stuck(restart, round.wallAheadMs, words));
    const deployment = observed?.operations.find(({ kinds }) => kinds.some((a) => SLOW_ACTIONS.has(a)));
    if (deployment !== undefined) {
      return is('False', 'Deploying', `${id}: ${words.operation} ${deployment.id} is under way`);
    }
    if (round.drift.has(id)) return is('False', 'Deploying', `${id} waits for its update`);
    if (observed === undefined) return is('False', 'Deploying', `${id} is to be created`);
  }
  return undefined;
}

/** Who, since when, what to do. */
function stuck(
  { app, deployment, sinceMs, ours }: Restart,
  wallAheadMs: number,
  words: SchedulerWords,
): string {
  const since = instantText(sinceMs + wallAheadMs);
  const fix = ours
    ? 'correct its definition in the policy, which replaces the update'
    : 'ask whoever updated it';
  return `${app}: ${words.operation} ${deployment} restarts it since ${since} and does not come to an end; the other apps go on without it. It ends when its new tasks run and are healthy: look at them, ${fix}, or ${words.endOperation(deployment)}`;
}

const OBSERVING = 'observing, as `mode: Observe` says: decides and reports, writes nothing';

const SLOW_ACTIONS: ReadonlySet<string> = new Set(['Start', 'Restart']);

function limitedOf({ assessments, round, words }: Part): Finding {
  return scalingLimits(assessments, round, words);
}

function launchingOf({ assessments, round, outcomes }: Part): Finding {
  const kept = assessments.find(({ surplusSinceMs }) => {
    return surplusSinceMs !== undefined && round.atMs - surplusSinceMs >= LEND_AFTER_MS;
  });
  if (kept !== undefined) return is('True', 'SurplusWaiting', surplusIn(kept, outcomes, round.wallAheadMs));
  for (const { app, observed } of assessments) {
    const failing = (observed?.backoffMs ?? 0) > 0;
    if (!failing && round.decisions.get(app.spec.id)?.limitedBy !== 'launching') continue;
    const message = `${app.spec.id} cannot start its instances and is backing off; look at its tasks`;
    return is('True', 'BackingOff', message);
  }
  const waiting = assessments.find(({ observed }) => (observed?.waiting ?? 0) > 0);
  if (waiting === undefined) return is('False', 'Running', 'nothing waits to be launched');
  const { app, observed } = waiting;
  const reasons = observed?.waitingFor.map(({ text }) => text).join(', ') ?? '';
  const why = reasons === '' ? '' : ` (${reasons})`;
  return is('False', 'Launching', `${app.spec.id} waits for ${observed?.waiting} instances${why}`);
}

/** Who, since when, what to do. */
function surplusIn(
  { app, observed, surplusSinceMs = 0 }: AppAssessment,
  outcomes: readonly WriteResult[],
  wallAheadMs: number,
): string {
  const { id } = app.spec;
  const postponed = outcomes.find(
    ({ change, obstacle }) => change.app === id && obstacle === 'unlaunched',
  )?.message;
  const since = instantText(surplusSinceMs + wallAheadMs);
  const cure = `make them launch (an edit of its \`app\` goes out at once), or set the count by hand, which restarts ${observed?.running ?? 0} running`;
  return `${postponed ?? id} (since ${since}); the slots of those that wait are lent to the others; ${cure}`;
}

function pausedOf({ record, assessments }: Part): Finding {
  const bySpec = shownVersion(record).policy.spec.mode === 'Paused';
  const byHand = assessments[0]?.app.paused;
  if (byHand !== undefined) {
    const beside = bySpec ? '; the policy says `mode: Paused` too' : '';
    return is('True', 'PausedByHand', `${pauseText(byHand)}${beside}`);
  }
  if (bySpec) return is('True', 'PausedBySpec', 'the policy says `mode: Paused`');
  return is('False', 'Running', 'not paused');
}

/** As it is run: a person may have paused it. */
function modeOf({ record, assessments }: Part): PolicySpec['mode'] {
  return assessments[0]?.app.mode ?? shownVersion(record).policy.spec.mode;
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
