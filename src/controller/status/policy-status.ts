// controller: what a policy or a pool says of itself in `status`, wherever its home is.

import type { AppStatus, MetricStatus, PolicyStatus, PoolStatus, ScheduleStatus } from '../../api/status.ts';
import { rounded, valueText, valueWithUnit } from '../../api/words/figures.ts';
import { defined } from '../../lang/defined.ts';
import type {
  AppView,
  CapacityPoolView,
  ClusterView,
  MetricView,
  OverrideView,
  PauseView,
  PolicyView,
  PoolView,
  ScheduleView,
} from './view.ts';

/** What is not known yet is left out: never a zero in its place. */
export function policyStatusOf(
  policy: PolicyView,
  {
    capacity,
    lastRoundAtMs,
    cluster,
    owner,
  }: Pick<PoolView, 'capacity' | 'lastRoundAtMs' | 'cluster' | 'owner'>,
): PolicyStatus {
  const seen = lastRoundAtMs !== undefined;
  return {
    observedGeneration: policy.observedGeneration,
    conditions: policy.conditions,
    appCount: policy.spec.apps.length,
    apps: policy.apps.map((app) => appStatus(app, seen)),
    ...(seen && { capacity: { total: capacity.total, used: capacity.used } }),
    ...(cluster && { marathon: clusterStatus(cluster) }),
    ...(owner && { operator: owner.operator }),
    ...(policy.paused && { paused: pauseStatus(policy.paused) }),
  };
}

export function poolStatusOf(pool: CapacityPoolView): PoolStatus {
  const { observedGeneration, conditions, policyCount, capacity, owner } = pool;
  const operator = owner?.operator;
  return { observedGeneration, conditions, policyCount, ...defined({ capacity, operator }) };
}

function appStatus(app: AppView, seen: boolean): AppStatus {
  const { name, id, wanted, granted, requested, running, limitedBy, lastScaled, schedule, override } = app;
  const metric = app.metrics.map(metricText).join('; ');
  return {
    name,
    id,
    ...(app.undecided === undefined && { wanted, granted }),
    ...(seen && { requested, running }),
    ...(app.metrics.length > 0 && { metrics: app.metrics.map(metricStatus), metric }),
    ...defined({ limitedBy, lastScaled, scheduler: app.scheduler }),
    ...(schedule !== undefined && { schedule: scheduleStatusOf(schedule) }),
    ...(override !== undefined && { override: overrideStatus(override) }),
  };
}

export function scheduleStatusOf({ inForce, next }: ScheduleView): ScheduleStatus {
  return {
    inForce: inForce.map(({ min, max, untilMs }) => ({
      ...defined({ min, max }),
      until: timestamp(untilMs),
    })),
    ...(next !== undefined && {
      next: { ...defined({ min: next.min, max: next.max }), from: timestamp(next.atMs) },
    }),
  };
}

function overrideStatus({ instances, untilMs, ...said }: OverrideView): NonNullable<AppStatus['override']> {
  return { instances, until: timestamp(untilMs), ...saidBy(said) };
}

function clusterStatus({ url, reachable, version }: ClusterView): NonNullable<PolicyStatus['marathon']> {
  return { url, reachable, ...defined({ version }) };
}

function pauseStatus({ sinceMs, untilMs, ...said }: PauseView): NonNullable<PolicyStatus['paused']> {
  return {
    since: timestamp(sinceMs),
    ...(untilMs !== undefined && { until: timestamp(untilMs) }),
    ...saidBy(said),
  };
}

function saidBy({ reason, by }: Pick<PauseView, 'reason' | 'by'>): Pick<PauseView, 'reason' | 'by'> {
  return { ...defined({ reason, by }) };
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

function metricStatus(metric: MetricView): MetricStatus {
  const { type, targetName, label, unit, perInstance, inFlight, infinite, reason, objective } = metric;
  const { value, valueMargin } = metric;
  const { current, currentMargin } = perInstance ?? { current: value, currentMargin: valueMargin };
  return {
    type,
    ...defined({ targetName }),
    name: label,
    unit,
    target: perInstance?.target ?? metric.target ?? 0,
    ...(metric.state !== 'unavailable' && current !== undefined && { current: rounded(current) }),
    ...(currentMargin !== undefined && { currentMargin: rounded(currentMargin) }),
    ...(infinite && { infinite }),
    ...defined({ inFlight, reason, objective }),
  };
}

/** `42/50 messages`, or `unavailable` when nothing was read: never a zero in its place. */
function metricText({ targetName, ...metric }: MetricView): string {
  return targetName === undefined ? figuresText(metric) : `${targetName} ${figuresText(metric)}`;
}

function figuresText({ state, target, ...of }: Omit<MetricView, 'targetName'>): string {
  if (state === 'unavailable') return 'unavailable';
  const current =
    target === undefined
      ? valueWithUnit(of, 'unknown')
      : `${valueText(of, 'unknown')}/${rounded(target)} ${of.unit}`;
  return `${current}${state === 'stale' ? ' (stale)' : ''}`;
}
