// server: what /metrics serves, in OpenTelemetry's words: the same names and labels, so that either way gives the same series.

import type { Attributes, HrTime } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import type { DataPoint, Histogram, MetricData, MetricDescriptor } from '@opentelemetry/sdk-metrics';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { MetricFamily, MetricSample } from '../metrics/metrics.ts';

/** From when the process counts, and the time of the samples. */
export interface Period {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** As OTLP's data model has it: https://opentelemetry.io/docs/specs/otel/metrics/data-model/ */
export function metricData(families: readonly MetricFamily[], period: Period): MetricData[] {
  return families.filter(({ samples }) => samples.length > 0).map((family) => dataOf(family, period));
}

function dataOf({ name, help, type, samples }: MetricFamily, period: Period): MetricData {
  const descriptor: MetricDescriptor = {
    name,
    description: help,
    unit: unitOf(name),
    valueType: ValueType.DOUBLE,
  };
  const each = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  const point = ({ labels, value }: MetricSample): DataPoint<number> => ({
    ...period,
    attributes: { ...labels },
    value,
  });
  switch (type) {
    case 'histogram':
      return {
        ...each,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: histograms(samples, name, period),
      };
    case 'counter':
      return { ...each, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: samples.map(point) };
    case 'gauge':
      return { ...each, dataPointType: DataPointType.GAUGE, dataPoints: samples.map(point) };
  }
}

/** By the suffix that Prometheus' names have: https://prometheus.io/docs/practices/naming/#base-units */
function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return 's';
  return /_bytes(_total)?$/.test(name) ? 'By' : '';
}

/** Prometheus' buckets count everything below them, OTLP's only what is above the one before. */
function histograms(samples: readonly MetricSample[], name: string, period: Period): DataPoint<Histogram>[] {
  const bySeries = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
  return [...bySeries.values()].map((series) => {
    const { le: _, ...attributes }: Attributes = series[0]?.labels ?? {};
    const buckets = series.filter((sample) => sample.name === `${name}_bucket`);
    const boundaries = buckets.map(({ labels }) => Number(labels['le'])).filter(Number.isFinite);
    const below = buckets.map(({ value }) => value);
    const partOf = (part: string): number =>
      series.find((each) => each.name === `${name}_${part}`)?.value ?? 0;
    return {
      ...period,
      attributes,
      value: {
        buckets: { boundaries, counts: below.map((count, i) => count - (below[i - 1] ?? 0)) },
        sum: partOf('sum'),
        count: partOf('count'),
      },
    };
  });
}
