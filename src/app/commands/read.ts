// app: `read`: what every metric of the given policies says now, and what it costs to ask.

import { readFileSync } from 'node:fs';
import type { AppSpec, MicroscalingPolicy, TargetSpec } from '../../api/policy.ts';
import { resourceKey } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import type { MetricSample } from '../../core/observation.ts';
import { metricSources } from '../../metric-sources/registry.ts';
import type { MetricSource } from '../../metric-sources/source.ts';
import { type Clock, systemClock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { createRedactor, type Redactor } from '../../runtime/redact.ts';
import { loaderOf } from '../operator/trust.ts';
import { createValueResolver } from '../operator/values.ts';
import { readFilesWith } from '../policies/policy-files.ts';

export interface ReadConfig {
  readonly files: readonly string[] | undefined;
  readonly marathon: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** With `untrusted`, what the files may ask for. */
  readonly trust?: Parameters<typeof loaderOf>[0];
}

/** Which target of which app. */
export interface MetricPlace {
  readonly policy: string;
  readonly app: string;
  /** `queueLength 50`, `orders (queueLength 50)`. */
  readonly target: string;
  /** The metric's name for people: `queue orders`. */
  readonly metric: string;
}

/** What asking cost. */
export interface ReadCost {
  /** How long the read took, ms. */
  readonly ms: number;
  /** How long the first one took, which loads the client and connects, ms. */
  readonly firstMs: number;
  /** Requests to the server, of one read. */
  readonly calls: number;
}

export type MetricReport = MetricPlace &
  ReadCost &
  ({ readonly sample: MetricSample; readonly ageMs: number } | { readonly reason: string });

export interface MetricsToRead {
  readonly problems: readonly Problem[];
  /** What the files hold; 0 is worth saying. */
  readonly policies: number;
  /** All metrics at once. Never rejects but for `signal`. */
  read(signal: AbortSignal): Promise<readonly MetricReport[]>;
  close(): Promise<void>;
}

/** People wait longer than a round. */
const DEADLINE_MS = 10_000;

/** @throws TerminalError when no file is given, and for one that is not there */
export async function openMetrics(
  config: ReadConfig,
  { log, clock = systemClock }: { readonly log: Logger; readonly clock?: Clock },
  signal: AbortSignal,
): Promise<MetricsToRead> {
  const load = loaderOf(config.trust ?? {}, config);
  const { resources, problems } = await readFilesWith(load, config.files, signal);
  const policies = resources.flatMap(({ resource }) =>
    resource.kind === 'MicroscalingPolicy' ? [resource] : [],
  );
  const readers = metricReaders(policies, { env: config.env, log, clock });
  return { problems, policies: policies.length, ...readers };
}

/** Readers for every metric of these policies; an operator that is started in this environment would read the same. */
export function metricReaders(
  policies: readonly MicroscalingPolicy[],
  { env, log, clock }: { readonly env: ReadConfig['env']; readonly log: Logger; readonly clock: Clock },
): Pick<MetricsToRead, 'read' | 'close'> {
  const redactor = createRedactor();
  const values = createValueResolver({ env, readFile: (path) => readFileSync(path, 'utf8'), redactor });
  const gauges = policies.flatMap((policy) =>
    policy.spec.apps.flatMap((app) =>
      (app.targets ?? []).map(
        (target) => new Gauge(placeOf(policy, app, target, values), target, { log, clock, values, redactor }),
      ),
    ),
  );
  return {
    read: (signal) => Promise.all(gauges.map((gauge) => gauge.read(signal))),
    close: async () => void (await Promise.allSettled(gauges.map((gauge) => gauge.close()))),
  };
}

type Values = ReturnType<typeof createValueResolver>;

function placeOf(
  policy: MicroscalingPolicy,
  { id, name }: AppSpec,
  target: TargetSpec,
  values: Values,
): MetricPlace {
  const metric = metricSources.describe(target.metric, values);
  return { policy: resourceKey(policy.metadata), app: id ?? name, target: targetText(target), metric };
}

function targetText(target: TargetSpec): string {
  return target.name === undefined ? wishText(target) : `${target.name} (${wishText(target)})`;
}

function wishText({ queueLength, drainTime, messageAge, perInstance }: TargetSpec): string {
  if (queueLength !== undefined) return `queueLength ${queueLength}`;
  if (drainTime !== undefined) return `drainTime ${drainTime}`;
  return messageAge === undefined ? `perInstance ${perInstance}` : `messageAge ${messageAge}`;
}

interface GaugeDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly values: Values;
  readonly redactor: Redactor;
}

class Gauge {
  readonly #place: MetricPlace;
  readonly #spec: TargetSpec['metric'];
  readonly #deps: GaugeDeps;
  #source: MetricSource | undefined;
  #calls = 0;
  #firstMs: number | undefined;

  constructor(place: MetricPlace, { metric }: TargetSpec, deps: GaugeDeps) {
    this.#place = place;
    this.#spec = metric;
    this.#deps = deps;
  }

  /** The first one is asked twice: what a read costs later on is what people want to know. */
  async read(signal: AbortSignal): Promise<MetricReport> {
    const read = await this.#once(signal);
    if (this.#firstMs !== undefined || 'reason' in read) return this.#with(read);
    this.#firstMs = read.ms;
    return this.#with(await this.#once(signal));
  }

  async close(): Promise<void> {
    await this.#source?.close();
  }

  #with<T extends { readonly ms: number }>(read: T): T & MetricPlace & { readonly firstMs: number } {
    return { ...this.#place, ...read, firstMs: this.#firstMs ?? read.ms };
  }

  async #once(
    signal: AbortSignal,
  ): Promise<
    { readonly ms: number; readonly calls: number } & (
      | { readonly sample: MetricSample; readonly ageMs: number }
      | { readonly reason: string }
    )
  > {
    const { clock, redactor } = this.#deps;
    this.#calls = 0;
    const fromMs = performance.now();
    const cost = (): { ms: number; calls: number } => ({
      ms: Math.round(10 * (performance.now() - fromMs)) / 10,
      calls: this.#calls,
    });
    try {
      this.#source ??= metricSources.create(this.#spec, {
        ...this.#deps,
        deadlineMs: DEADLINE_MS,
        onCall: () => this.#calls++,
      });
      const reading = await this.#source.read(signal);
      if (reading.state === 'unavailable') return { reason: redactor.redact(reading.reason), ...cost() };
      return { sample: reading, ageMs: Math.max(0, clock.monotonic() - reading.asOfMs), ...cost() };
    } catch (error) {
      signal.throwIfAborted();
      return { reason: redactor.redact(messageOf(error)), ...cost() };
    }
  }
}
