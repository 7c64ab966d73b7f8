// server: what OTEL_* variables ask for. The exporters read their own (endpoint, headers, certificates, timeouts) themselves.

import { TerminalError } from '../../runtime/errors.ts';

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export interface OtlpSettings {
  readonly metrics: boolean;
  readonly traces: boolean;
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

const EXPORT_INTERVAL_MS = 60_000;
const EXPORT_TIMEOUT_MS = 30_000;
/** The only one of the three that this operator speaks, and the default of the specification. */
const PROTOCOL = 'http/protobuf';

/**
 * A signal is exported where an endpoint is named for it or for all, or its exporter is `otlp`.
 *
 * @returns undefined when nothing is asked for
 * @throws TerminalError for an exporter, a protocol or a number that cannot be had
 */
export function otlpSettings(env: Variables): OtlpSettings | undefined {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined;
  const metrics = isAsked('METRICS', env);
  const traces = isAsked('TRACES', env);
  if (!metrics && !traces) return undefined;
  const exportIntervalMs = milliseconds(env, 'OTEL_METRIC_EXPORT_INTERVAL', EXPORT_INTERVAL_MS);
  const timeoutMs = milliseconds(env, 'OTEL_METRIC_EXPORT_TIMEOUT', EXPORT_TIMEOUT_MS);
  return { metrics, traces, exportIntervalMs, exportTimeoutMs: Math.min(timeoutMs, exportIntervalMs) };
}

function isAsked(signal: 'METRICS' | 'TRACES', env: Variables): boolean {
  const exporter = `OTEL_${signal}_EXPORTER`;
  const named = env[exporter] || undefined;
  if (named === 'none') return false;
  if (named !== undefined && named !== 'otlp') {
    throw new TerminalError(`${exporter} is ${named}, and this operator knows otlp and none`);
  }
  const prefix = 'OTEL_EXPORTER_OTLP';
  if (named === undefined && !env[`${prefix}_ENDPOINT`] && !env[`${prefix}_${signal}_ENDPOINT`]) return false;
  const variable = env[`${prefix}_${signal}_PROTOCOL`]
    ? `${prefix}_${signal}_PROTOCOL`
    : `${prefix}_PROTOCOL`;
  const protocol = env[variable] || PROTOCOL;
  if (protocol === PROTOCOL) return true;
  throw new TerminalError(`${variable} is ${protocol}, and this operator speaks ${PROTOCOL}`);
}

function milliseconds(env: Variables, variable: string, otherwise: number): number {
  const text = env[variable];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new TerminalError(`${variable} is ${text}, and a whole number of milliseconds above 0 is asked for`);
}
