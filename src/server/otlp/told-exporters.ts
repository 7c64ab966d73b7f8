// server: exporters that say once when a signal cannot be exported, and once when it can be again.

import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../../runtime/log.ts';
import type { CollectorConnections } from './connections.ts';

export interface ToldDeps {
  readonly log: Logger;
  /** Masks what is a secret. */
  readonly redact: (text: string) => string;
  readonly connections: CollectorConnections;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Done = (result: ExportResult) => void;

/** Configured by OTEL_* variables, like its sister. */
export class ToldMetricExporter extends OTLPMetricExporter {
  readonly #ends: ExportEnds;

  constructor(deps: ToldDeps) {
    super({ httpAgentOptions: deps.connections.agentFactory('METRICS', deps.env) });
    this.#ends = new ExportEnds('metrics', deps);
  }

  override export(metrics: ResourceMetrics, done: Done): void {
    super.export(metrics, this.#ends.before(done));
  }
}

export class ToldTraceExporter extends OTLPTraceExporter {
  readonly #ends: ExportEnds;

  constructor(deps: ToldDeps) {
    super({ httpAgentOptions: deps.connections.agentFactory('TRACES', deps.env) });
    this.#ends = new ExportEnds('traces', deps);
  }

  override export(spans: ReadableSpan[], done: Done): void {
    super.export(spans, this.#ends.before(done));
  }
}

class ExportEnds {
  readonly #signal: string;
  readonly #deps: ToldDeps;
  #failing = false;

  constructor(signal: string, deps: ToldDeps) {
    this.#signal = signal;
    this.#deps = deps;
  }

  before(done: Done): Done {
    return (result) => {
      this.#tell(result);
      done(result);
    };
  }

  #tell({ code, error }: ExportResult): void {
    const failed = code !== ExportResultCode.SUCCESS;
    if (failed === this.#failing) return;
    this.#failing = failed;
    const { log, redact } = this.#deps;
    if (failed) {
      const reason = redact(error?.message ?? 'no reason was given');
      log.warn(`${this.#signal} cannot be exported over OTLP`, { reason });
    } else {
      log.info(`${this.#signal} are exported over OTLP again`);
    }
  }
}
