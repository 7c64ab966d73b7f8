// controller: the condition MetricsAvailable: whether every metric was read, and what comes of one that was not. Pure.

import type { AppSpec, Duration, TargetSpec } from '../../../api/policy.ts';
import { behaviorFor, usable, whyNot } from '../../../core/demand/metric-failure.ts';
import { timingOf } from '../../../core/demand/timing.ts';
import type { MetricReading } from '../../../core/observation.ts';
import type { NamedApp } from '../../policies/workloads.ts';
import { readingsOf } from '../../round/observe.ts';
import { type Finding, is, type Part } from './finding.ts';

export function metricsOf({ assessments, round }: Part): Finding {
  if (assessments.every(({ app }) => (app.spec.targets ?? []).length === 0))
    return is('True', 'NoMetrics', 'no app is scaled by a metric');
  const readings = assessments.flatMap(({ app }) => readingsOf(round.world, app));
  if (readings.length === 0) return is('Unknown', 'Pending', 'no metric was read yet');
  const read = assessments.flatMap(({ app, observed }) =>
    readingsOf(round.world, app).map((reading, i) => ({
      spec: app.spec,
      target: app.spec.targets?.[i],
      reading,
      exists: observed !== undefined,
    })),
  );
  const unread = read.flatMap((each) => unreadOf(each, round.atMs));
  if (unread.length === 0) return is('True', 'AllRead', 'all metrics were read');
  const missing = unread.filter(({ serves }) => !serves);
  if (missing.length > 0) return is('False', 'NotRead', notReadWords(missing));
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
  }: { spec: NamedApp; target: TargetSpec | undefined; reading: MetricReading; exists: boolean },
  nowMs: number,
): readonly Unread[] {
  const { id } = spec;
  const behavior = target === undefined ? spec.behavior : behaviorFor(target, spec.behavior);
  const what = target?.name === undefined ? id : `${target.name} of ${id}`;
  const { state } = usable(reading, timingOf(behavior), nowMs);
  if (reading.state === 'ok' && state === 'ok') return [];
  const { staleAfter, action } = behavior.onMetricFailure;
  const acts = state === 'failed' && action !== 'Hold';
  const comes = !exists ? 'absent' : acts ? 'acted' : 'kept';
  return [{ id, why: `${what}: ${whyNot(reading)}`, serves: state === 'ok', staleAfter, comes, action }];
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
