import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/server/metrics/metrics.ts';
import { metricData } from '../../../src/server/otlp/metric-data.ts';
import { queueDemoView } from '../../support/queue-demo.ts';

const view = await queueDemoView({ startMs: Date.UTC(2026, 7, 1), pastMs: 20_000 });
const PERIOD = { startTime: [1, 0], endTime: [2, 0] } satisfies Parameters<typeof metricData>[1];

const metrics = createMetrics('1.2.3');
for (const durationMs of [3, 20, 20, 700, 60_000]) {
  const decisions = [
    { policy: 'default/queue-demo', app: '/queue-demo/consumer', direction: 'up', from: 1, to: 2 } as const,
  ];
  metrics.roundEnded({
    pool: 'default/queue-demo',
    result: 'complete',
    durationMs,
    decisions,
    changes: [],
    failedReadings: [],
  });
}
const data = metricData(await metrics.families(view), PERIOD);

/** As a scrape has them, without those of the process, which move by themselves. */
async function scraped(): Promise<readonly string[]> {
  const lines = (await metrics.scrape(view)).split('\n');
  return lines.filter((line) => /^microscaling_/.test(line)).sort();
}

/** The series in Prometheus' words. */
function lines({ descriptor: { name }, dataPointType, dataPoints }: MetricData): readonly string[] {
  const series = (suffix: string, labels: object, value: number): string => {
    const text = Object.entries(labels).map(([key, each]) => `${key}="${each}"`);
    return `${name}${suffix}${text.length > 0 ? `{${text.join(',')}}` : ''} ${value}`.replace(
      'Infinity',
      '+Inf',
    );
  };
  if (dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) throw new Error('there is none');
  return dataPoints.flatMap(({ attributes, value }) => {
    if (typeof value === 'number') return [series('', attributes, value)];
    if (!('boundaries' in value.buckets)) throw new Error('there is none');
    const { boundaries, counts } = value.buckets;
    let below = 0;
    const buckets = counts.map((count, i) => {
      below += count;
      return series('_bucket', { le: boundaries[i] ?? '+Inf', ...attributes }, below);
    });
    return [
      ...buckets,
      series('_sum', attributes, value.sum ?? 0),
      series('_count', attributes, value.count),
    ];
  });
}

describe('metrics over OTLP', () => {
  it('are the series of a scrape', async () => {
    const ours = data.flatMap(lines).filter((line) => line.startsWith('microscaling_'));
    expect(ours.length).toBeGreaterThan(60);
    expect([...ours].sort()).toEqual(await scraped());
  });

  it.each([
    ['microscaling_round_duration_seconds', DataPointType.HISTOGRAM, 's'],
    ['microscaling_decisions_total', DataPointType.SUM, ''],
    ['microscaling_app_running_instances', DataPointType.GAUGE, ''],
    ['process_resident_memory_bytes', DataPointType.GAUGE, 'By'],
    ['process_cpu_seconds_total', DataPointType.SUM, 's'],
  ])('%s has its kind and unit', (name, kind, unit) => {
    const found = data.find(({ descriptor }) => descriptor.name === name);
    expect(found).toMatchObject({ dataPointType: kind, descriptor: { unit } });
    expect(found?.dataPoints[0]).toMatchObject(PERIOD);
  });
});
