// app: reads the metrics of the given policies for the doctor.

import { durationMs } from '../../../api/duration.ts';
import type { MicroscalingPolicy } from '../../../api/policy.ts';
import { behaviorFor } from '../../../core/demand/metric-failure.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { silentLogger } from '../../../runtime/log.ts';
import { metricReaders } from '../read.ts';
import type { MetricEvidence } from './evidence.ts';

interface Reading {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

export async function readMetrics(
  policies: readonly MicroscalingPolicy[],
  { env, clock }: Reading,
  signal: AbortSignal,
): Promise<readonly MetricEvidence[]> {
  const of = async (policy: MicroscalingPolicy): Promise<readonly MetricEvidence[]> => {
    const readers = metricReaders([policy], { env, clock, log: silentLogger });
    const staleAfters = policy.spec.apps.flatMap(({ targets = [], behavior }) =>
      targets.map((target) => behaviorFor(target, behavior).onMetricFailure.staleAfter),
    );
    try {
      return (await readers.read(signal)).map((report, i) => ({
        report,
        intervalMs: durationMs(policy.spec.interval),
        staleAfterMs: durationMs(staleAfters[i] ?? '0s'),
      }));
    } finally {
      await readers.close();
    }
  };
  return (await Promise.all(policies.map(of))).flat();
}
