// controller: what a policy or a pool says of itself in `status`, wherever its home is.

import type { AppStatus, PolicyStatus, PoolStatus } from '../api/status.ts';
import type { AppView, CapacityPoolView, MetricView, PolicyView, PoolView } from './view.ts';

export function policyStatusOf(policy: PolicyView, { capacity }: Pick<PoolView, 'capacity'>): PolicyStatus {
  return {
    observedGeneration: policy.observedGeneration,
    conditions: policy.conditions,
    appCount: policy.apps.length,
    apps: policy.apps.map(appStatus),
    capacity: { total: capacity.total, used: capacity.used },
  };
}

export function poolStatusOf(pool: CapacityPoolView): PoolStatus {
  const { observedGeneration, conditions, policyCount, capacity } = pool;
  return { observedGeneration, conditions, policyCount, capacity };
}

function appStatus(app: AppView): AppStatus {
  const { name, id, wanted, granted, requested, running, limitedBy, lastScaled, override } = app;
  const metric = app.metrics.map(metricText).join('; ');
  return {
    name,
    id,
    wanted,
    granted,
    requested,
    running,
    ...(metric !== '' && { metric }),
    ...(limitedBy !== undefined && { limitedBy }),
    ...(lastScaled !== undefined && { lastScaled }),
    ...(override !== undefined && {
      override: {
        instances: override.instances,
        until: new Date(override.untilMs).toISOString(),
        ...(override.reason !== undefined && { reason: override.reason }),
      },
    }),
  };
}

/** `42/50 messages`, or `unavailable` when nothing was read: never a zero in its place. */
function metricText({ state, value, target, unit }: MetricView): string {
  if (value === undefined || state === 'unavailable') return 'unavailable';
  const against = target === undefined ? '' : `/${target}`;
  return `${value}${against} ${unit}${state === 'stale' ? ' (stale)' : ''}`;
}
