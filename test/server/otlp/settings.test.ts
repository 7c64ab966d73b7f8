import { describe, expect, it } from 'vitest';
import { otlpSettings } from '../../../src/server/otlp/settings.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const BOTH = { metrics: true, traces: true, exportIntervalMs: 60_000, exportTimeoutMs: 30_000 };

describe('OTEL_* variables', () => {
  it.each([
    [{}, undefined],
    [{ OTEL_SERVICE_NAME: 'scaler' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
    [ENDPOINT, BOTH],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    [
      { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
      { ...BOTH, traces: false },
    ],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }, undefined],
    [{ OTEL_METRICS_EXPORTER: 'otlp' }, { ...BOTH, traces: false }],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/t' }, { ...BOTH, metrics: false }],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, BOTH],
    [
      { ...ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL: '5000' },
      { ...BOTH, exportIntervalMs: 5_000, exportTimeoutMs: 5_000 },
    ],
    [
      { ...ENDPOINT, OTEL_METRIC_EXPORT_TIMEOUT: '100' },
      { ...BOTH, exportTimeoutMs: 100 },
    ],
  ])('%j ask for %j', (env, settings) => {
    expect(otlpSettings(env)).toEqual(settings);
  });

  it.each([
    [
      { OTEL_METRICS_EXPORTER: 'prometheus' },
      'OTEL_METRICS_EXPORTER is prometheus, and this operator knows otlp and none',
    ],
    [
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and this operator speaks http/protobuf',
    ],
    [
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
      'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is http/json, and this operator speaks http/protobuf',
    ],
    [
      { ...ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL: '5s' },
      'OTEL_METRIC_EXPORT_INTERVAL is 5s, and a whole number of milliseconds above 0 is asked for',
    ],
  ])('%j cannot be had', (env, message) => {
    expect(() => otlpSettings(env)).toThrow(message);
  });
});
