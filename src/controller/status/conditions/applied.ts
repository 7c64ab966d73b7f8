// controller: the condition Applied: the first thing that keeps the world from being as written. Pure.

import type { ConditionReason } from '../../../api/conditions.ts';
import { instantText } from '../../../api/words/instant.ts';
import { messageOf, TerminalError, UnresolvedReference } from '../../../runtime/errors.ts';
import type { SchedulerWords } from '../../../schedulers/words.ts';
import { keptText } from '../../interventions/effect.ts';
import type { WriteResult } from '../../round/act.ts';
import type { AppAssessment, Trouble } from '../../round/assess.ts';
import type { Restart } from '../../round/rolling-restarts.ts';
import type { Obstacle } from '../../round/write-backoff.ts';
import { type Finding, is, type Part } from './finding.ts';
import { modeOf, pausedOf } from './paused.ts';

const OBSTACLES = {
  unresolved: 'SecretUnavailable',
  refused: 'MarathonRefused',
  unavailable: 'MarathonUnavailable',
  locked: 'WaitingForLock',
  unkept: 'Drifted',
} as const satisfies Partial<Record<Obstacle, ConditionReason>>;

/** Of schedulers that have names of their own in no reason. */
const NEUTRAL = {
  ...OBSTACLES,
  refused: 'TargetRefused',
  unavailable: 'SchedulerUnavailable',
} as const satisfies Partial<Record<Obstacle, ConditionReason>>;

const WORST_FIRST = ['unresolved', 'refused', 'unavailable', 'locked', 'unkept'] as const;

/** At most so many apps are named in one message. */
const MOST_NAMED = 8;

/** Everything that was not written and why, worst first: whoever mends one thing should not find the next one then. */
function obstaclesIn(results: readonly WriteResult[]): string {
  const sentences = WORST_FIRST.flatMap((obstacle) =>
    results
      .filter((met) => met.obstacle === obstacle)
      .map(({ change, message = '' }) =>
        message.includes(change.app) ? message : `${change.app}: ${message}`,
      ),
  );
  const distinct = [...new Set(sentences)];
  const more = distinct.length > MOST_NAMED ? [`and ${distinct.length - MOST_NAMED} more`] : [];
  return [...distinct.slice(0, MOST_NAMED), ...more].join('; ');
}

/** The first thing that keeps the world from being as written, worst first. */
export function appliedOf(part: Part): Finding {
  const { round, assessments, results } = part;
  const mode = modeOf(part);
  if (mode === 'Paused') {
    return is('Unknown', pausedOf(part).reason, 'paused: nothing is decided or written');
  }
  if (round.world.view === undefined) return unreadable(round.world.error, reasonsOf(assessments));
  if (round.standby !== undefined) return is('Unknown', 'Standby', `stands by: ${round.standby}`);
  const trouble = assessments.find((s) => s.trouble !== undefined)?.trouble;
  if (trouble !== undefined) return is(statusOf(trouble), trouble.reason, trouble.message);
  const obstacle = WORST_FIRST.find((each) => results.some((met) => met.obstacle === each));
  if (obstacle !== undefined) {
    const met = results.filter((each) => each.obstacle === obstacle).map(({ change }) => change.app);
    const reasons = reasonsOf(assessments.filter(({ app }) => met.includes(app.spec.id)));
    return is('False', reasons[obstacle], obstaclesIn(results));
  }
  if (mode === 'Observe') return is('Unknown', 'Observing', OBSERVING);
  return (
    driftOf(part) ??
    deployingOf(part) ??
    is(
      'True',
      'UpToDate',
      `${part.words.name} ${part.words.several ? 'have' : 'has'} what the policy says${keptIn(part)}`,
    )
  );
}

/** Nobody has said no: it is just not known. */
function statusOf({ reason }: Trouble): Finding['status'] {
  return reason === 'SchedulerUnavailable' ? 'Unknown' : 'False';
}

function reasonsOf(assessments: readonly AppAssessment[]): typeof OBSTACLES | typeof NEUTRAL {
  const neutral = assessments.length > 0 && assessments.every(({ app }) => app.spec.workload !== undefined);
  return neutral ? NEUTRAL : OBSTACLES;
}

function unreadable(error: unknown, reasons: ReturnType<typeof reasonsOf>): Finding {
  const message = `${messageOf(error)}; counts are left as they are`;
  if (error instanceof UnresolvedReference) return is('False', 'SecretUnavailable', message);
  return error instanceof TerminalError
    ? is('False', reasons.refused, message)
    : is('Unknown', reasons.unavailable, message);
}

function driftOf({ assessments, round, words }: Part): Finding | undefined {
  if (round.drift.size === 0) return undefined;
  const sentences = assessments.flatMap(({ app }) => {
    const { id } = app.spec;
    const fields = round.drift.get(id);
    if (fields === undefined || app.drift !== 'Report' || app.kept !== undefined) return [];
    const names = fields.map(({ field }) => field).join(', ');
    const who = round.edited?.has(id) ? `: somebody changed it in ${words.name}` : '';
    return [`${id} differs from the policy in ${names}${who}`];
  });
  if (sentences.length === 0) return undefined;
  const cure =
    'it stays so, as `drift: Report` says; write it into the policy, or let it say `drift: Revert`';
  return is('False', 'Drifted', `${sentences.join('; ')}; ${cure}`);
}

/** What differs and is no trouble, since a person keeps it so. */
function keptIn({ assessments, round }: Part): string {
  if (round.drift.size === 0) return '';
  const sentences = assessments.flatMap(({ app: { spec, kept } }) => {
    const fields = round.drift.get(spec.id);
    if (fields === undefined || kept === undefined) return [];
    return [`${spec.id} in ${fields.map(({ field }) => field).join(', ')}, ${keptText(kept)}`];
  });
  return sentences.length === 0 ? '' : `, but for ${sentences.join('; ')}`;
}

/** Only what changes definitions counts: scaling goes on all day long and is nothing to wait for. */
function deployingOf({ assessments, round, results, words }: Part): Finding | undefined {
  const made = results.find(({ change }) => change.kind === 'create' || change.kind === 'update');
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
    if (round.drift.has(id) && app.kept === undefined)
      return is('False', 'Deploying', `${id} waits for its update`);
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
