// server: how a policy is doing, with one cause: what is wrong, why, what was tried, what to do. Pure.

import type { Condition, ConditionType } from '../../../api/conditions.ts';
import { runbookOf } from '../../../api/words/runbooks.ts';
import { troubleWords } from '../../../api/words/trouble-words.ts';
import type {
  ClusterView,
  DecisionRecord,
  MetricView,
  PolicyView,
  PoolView,
} from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';
import { isOverTarget } from './over-target.ts';

/** Worst first, as lists are sorted. */
export const LEVELS = ['failing', 'limited', 'unknown', 'paused', 'ok'] as const;

export type Level = (typeof LEVELS)[number];

export interface Health {
  readonly level: Level;
  /** One word, the same as long as the cause is. */
  readonly kind: string;
  /** `Metric not read`, `Over target`. */
  readonly what: string;
  /** What keeps it so: `at capacity`. */
  readonly limit?: string;
  /** When it began; absent while that is not known. */
  readonly sinceMs?: number;
  readonly why?: string;
  readonly tried?: string;
  readonly todo?: string;
  /** Path of the page that says more about what to do. */
  readonly runbook?: string;
  /** The address of the cluster that is the cause: of several policies, and said in full once for all. */
  readonly cluster?: string;
}

export interface HealthContext {
  readonly pool: Pick<PoolView, 'cluster' | 'clusters' | 'lastRoundAtMs' | 'overdueSinceMs' | 'intervalMs'>;
  /** Newest first, of every app. */
  readonly decisions: ReadonlyMap<string, DecisionRecord>;
}

export function policyHealth(policy: PolicyView, context: HealthContext): Health {
  return (
    pausedHealth(policy) ??
    clusterHealth(context.pool) ??
    conditionHealth(policy, FAULTS) ??
    silentHealth(context.pool) ??
    overdueHealth(context.pool) ??
    conditionHealth(policy, PASSING) ??
    staleHealth(policy, context) ??
    overTarget(policy, context) ??
    calmHealth(policy)
  );
}

function pausedHealth({ paused, conditions }: PolicyView): Health | undefined {
  const condition = find(conditions, 'Paused');
  if (paused === undefined && condition?.status !== 'True') return undefined;
  return {
    level: 'paused',
    kind: 'Paused',
    what: paused === undefined ? 'Paused by the policy itself' : 'Paused',
    ...defined({ sinceMs: paused?.sinceMs ?? beganAt(condition) }),
    todo: paused === undefined ? 'take `mode: Paused` out of the policy' : 'resume it',
  };
}

function clustersOf({ cluster, clusters }: HealthContext['pool']): readonly ClusterView[] {
  return [...(clusters ?? []), ...(cluster === undefined ? [] : [cluster])];
}

function clusterHealth(pool: HealthContext['pool']): Health | undefined {
  const all = clustersOf(pool);
  const away = all.find(({ reachable }) => !reachable);
  if (away === undefined) return undefined;
  const others = all.some(({ reachable }) => reachable);
  return {
    level: 'failing',
    kind: 'Unreachable',
    what: `${capitalised(away.scheduler)} unreachable`,
    why: others ? 'counts there are left as they are, the rest goes on' : 'counts are left as they are',
    tried: 'it is asked again every round',
    todo: `look at ${away.url}; scaling goes on by itself once it answers`,
    cluster: away.url,
  };
}

/** Conditions that say that something does not work, worst first, with the status that says it. */
const PROBLEMS: readonly (readonly [ConditionType, Condition['status']])[] = [
  ['Accepted', 'False'],
  ['MetricsAvailable', 'False'],
  ['Applied', 'False'],
  ['Conflict', 'True'],
  ['NotLaunching', 'True'],
];

/** Reasons that pass by themselves. */
const PASSES: ReadonlySet<string> = new Set(['Deploying', 'WaitingForLock', 'ManualScale']);
const PASSING = (reason: string): boolean => PASSES.has(reason);
const FAULTS = (reason: string): boolean => !PASSES.has(reason);

function conditionHealth(policy: PolicyView, isMeant: (reason: string) => boolean): Health | undefined {
  for (const [type, status] of PROBLEMS) {
    const condition = find(policy.conditions, type);
    if (condition?.status !== status || !isMeant(condition.reason)) continue;
    const { reason, message } = condition;
    const { what, tried, todo } = troubleWords(reason);
    return {
      level: PASSES.has(reason) ? 'limited' : 'failing',
      kind: reason,
      what,
      why: message,
      ...defined({ sinceMs: sinceOf(policy, condition), tried, todo, runbook: runbookOf(reason) }),
    };
  }
  return undefined;
}

/** What was seen of it is of before. */
function silentHealth(pool: HealthContext['pool']): Health | undefined {
  const silent = clustersOf(pool).find(({ silentSinceMs }) => silentSinceMs !== undefined);
  if (silent?.silentSinceMs === undefined) return undefined;
  const kind = 'SchedulerSilent';
  return {
    level: 'limited',
    kind,
    what: `${capitalised(silent.scheduler)} has not answered`,
    sinceMs: silent.silentSinceMs,
    why: 'rounds go on with what it said last',
    ...defined({ tried: troubleWords(kind).tried, runbook: runbookOf(kind) }),
    todo: `look at ${silent.url}; scaling goes on by itself once it answers`,
    cluster: silent.url,
  };
}

/** How the policy was in the last round says nothing of now. */
function overdueHealth({ overdueSinceMs }: HealthContext['pool']): Health | undefined {
  if (overdueSinceMs === undefined) return undefined;
  const { what, tried, todo } = troubleWords('RoundOverdue');
  return {
    level: 'limited',
    kind: 'RoundOverdue',
    what,
    sinceMs: overdueSinceMs,
    why: 'a scheduler or a metric does not answer, or the operator is busy; what is shown is of then',
    ...defined({ tried, todo, runbook: runbookOf('RoundOverdue') }),
  };
}

/** What is not read was read for the last time before its condition says so: the last reading serves for a while. */
function sinceOf({ apps }: Pick<PolicyView, 'apps'>, condition: Condition): number | undefined {
  if (condition.reason !== 'NotRead') return beganAt(condition);
  const lastMs = unreadSince(apps, 'unavailable');
  return lastMs.length === 0 ? beganAt(condition) : Math.min(...lastMs);
}

/** A value may have been old when it was read: that is not for how long nobody has read it. Of one that was never read nothing. */
function unreadSince(apps: PolicyView['apps'], wanted: MetricView['state']): readonly number[] {
  return apps.flatMap(({ metrics }) =>
    metrics.flatMap(({ state, atMs, unreadSinceMs }) =>
      state === wanted && atMs !== undefined ? [unreadSinceMs ?? atMs] : [],
    ),
  );
}

/** One answer that is missing is nobody's concern, however far apart they are. */
const STALE_MS = 1_500;
const STALE_INTERVALS = 1.5;

/** The law goes on with what was read last, which is no news of how things are. */
function staleHealth(policy: PolicyView, { pool }: HealthContext): Health | undefined {
  const condition = find(policy.conditions, 'MetricsAvailable');
  if (condition?.reason !== 'StaleRead') return undefined;
  const sinceMs = Math.min(...unreadSince(policy.apps, 'stale'));
  const nobodysMs = Math.max(STALE_MS, STALE_INTERVALS * pool.intervalMs);
  if ((pool.lastRoundAtMs ?? 0) - sinceMs < nobodysMs) return undefined;
  const { what, tried, todo } = troubleWords(condition.reason);
  const runbook = runbookOf(condition.reason);
  return {
    ...{ level: 'limited', kind: condition.reason, what, sinceMs, why: condition.message },
    ...defined({ tried, todo, runbook }),
  };
}

function overTarget(policy: PolicyView, { decisions }: HealthContext): Health | undefined {
  const app = policy.apps.find(({ metrics }) => metrics.some(isOverTarget));
  if (app === undefined) return undefined;
  const limited = find(policy.conditions, 'ScalingLimited');
  const cause = limited?.status === 'True' ? limited : undefined;
  const words = cause === undefined ? undefined : troubleWords(cause.reason);
  const last = decisions.get(app.id);
  const scaled = last && `${app.name} ${last.from} → ${last.to} at ${new Date(last.atMs).toISOString()}`;
  return {
    level: 'limited',
    kind: 'OverTarget',
    what: 'Over target',
    ...defined({ limit: words?.what, runbook: cause && runbookOf(cause.reason) }),
    why: cause?.message ?? app.summary,
    tried: scaled ?? 'no count was changed yet',
    todo: words?.todo ?? 'wait: instances are on their way',
  };
}

function calmHealth(policy: PolicyView): Health {
  const ready = find(policy.conditions, 'Ready');
  // A state of its own: it is accepted and measured, and nothing is missing.
  if (ready?.reason === 'Observing') {
    const what = 'Observing: decides, and writes nothing';
    return { level: 'ok', kind: ready.reason, what, ...defined({ sinceMs: beganAt(ready) }) };
  }
  if (ready?.status !== 'True') {
    return {
      level: ready?.status === 'False' ? 'failing' : 'unknown',
      kind: ready?.reason ?? 'Pending',
      what: ready === undefined ? 'Not looked at yet' : capitalised(ready.message),
      ...defined({ sinceMs: beganAt(ready) }),
    };
  }
  const measured = policy.apps.some(({ metrics }) => metrics.length > 0);
  return { level: 'ok', kind: 'Ready', what: measured ? 'Within target' : 'As the policy says' };
}

function find(conditions: readonly Condition[], type: ConditionType): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

function beganAt(condition: Condition | undefined): number | undefined {
  const ms = Date.parse(condition?.lastTransitionTime ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
