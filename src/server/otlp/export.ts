// server: metrics and traces over OTLP, by OpenTelemetry's own SDK. Loaded only by an operator that OTEL_* variables ask for it.

import { millisToHrTime } from '@opentelemetry/core';
import {
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { RoundReport, SchedulerCall } from '../../controller/status/round-report.ts';
import type { OperatorView } from '../../controller/status/view.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { CollectorConnections } from './connections.ts';
import { metricData } from './metric-data.ts';
import { RoundTracer } from './round-tracer.ts';
import type { OtlpSettings } from './settings.ts';
import { type ToldDeps, ToldMetricExporter, ToldTraceExporter } from './told-exporters.ts';

export interface OtlpDeps extends Omit<ToldDeps, 'connections'> {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly view: () => OperatorView;
  readonly version: string;
}

export interface OtlpExport {
  /** What happens within belongs to this round. */
  inRound<T>(pool: string, round: () => Promise<T>): Promise<T>;
  roundEnded(report: RoundReport): void;
  schedulerCalled(call: SchedulerCall): void;
  /** Exports what there is, as far as that goes within a moment: the way out waits for no collector. */
  close(): Promise<void>;
}

const NAME = 'microscaling';
const CLOSED_WITHIN_MS = 1_000;

/** Endpoint, headers, certificates and sampler are taken from the variables by the SDK. */
export function exportOverOtlp(settings: OtlpSettings, deps: OtlpDeps): OtlpExport {
  const { clock, log, redact, version } = deps;
  const { metrics, traces } = settings;
  const resource = resourceOf(version);
  const connections = new CollectorConnections();
  const meters = metrics ? meterProvider(settings, resource, { ...deps, connections }) : undefined;
  const tracers = new BasicTracerProvider({
    resource,
    spanProcessors: traces ? [new BatchSpanProcessor(new ToldTraceExporter({ ...deps, connections }))] : [],
  });
  const rounds = traces
    ? new RoundTracer({ tracer: tracers.getTracer(NAME, version), clock, redact })
    : undefined;
  log.info('metrics and traces go over OTLP as OTEL_* variables ask', { metrics, traces });
  return {
    inRound: (pool, round) => (rounds === undefined ? round() : rounds.inRound(pool, round)),
    roundEnded: (report) => rounds?.roundEnded(report),
    schedulerCalled: (call) => rounds?.schedulerCalled(call),
    close: async () => {
      const late = AbortSignal.timeout(CLOSED_WITHIN_MS);
      const isLate = new Promise((resolve) => late.addEventListener('abort', resolve, { once: true }));
      await Promise.race([Promise.allSettled([meters?.shutdown(), tracers.shutdown()]), isLate]);
      connections.close();
    },
  };
}

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win. */
function resourceOf(version: string): Resource {
  const ours = resourceFromAttributes({ 'service.name': NAME, 'service.version': version });
  return ours.merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
}

function meterProvider(
  { exportIntervalMs, exportTimeoutMs }: OtlpSettings,
  resource: Resource,
  { clock, metrics, view, version, ...told }: OtlpDeps & ToldDeps,
): MeterProvider {
  const startTime = millisToHrTime(clock.now());
  const producer: MetricProducer = {
    collect: async () => {
      const period = { startTime, endTime: millisToHrTime(clock.now()) };
      const data = metricData(await metrics.families(view()), period);
      const scopeMetrics = [{ scope: { name: NAME, version }, metrics: data }];
      return { resourceMetrics: { resource, scopeMetrics }, errors: [] };
    },
  };
  const reader = new PeriodicExportingMetricReader({
    exporter: new ToldMetricExporter(told),
    exportIntervalMillis: exportIntervalMs,
    exportTimeoutMillis: exportTimeoutMs,
    metricProducers: [producer],
  });
  return new MeterProvider({ resource, readers: [reader] });
}
