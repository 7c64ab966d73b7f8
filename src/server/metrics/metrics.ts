// server: the operator in Prometheus' words. What the view has is read at every scrape; what passes by is counted.

import { setImmediate } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RoundReport, SchedulerCall } from '../../controller/status/round-report.ts';
import type { OperatorView } from '../../controller/status/view.ts';
import { AppCounter, keyOf } from './app-counter.ts';
import { familyText } from './family-text.ts';
import { appsOf, type GaugeSample, VIEW_GAUGES } from './gauges.ts';

export interface Metrics {
  /** Of `scrape`'s answer. */
  readonly contentType: string;
  roundEnded(report: RoundReport): void;
  schedulerCalled(call: SchedulerCall): void;
  /** Prometheus' text format; of apps and policies only those in `view`. */
  scrape(view: OperatorView): Promise<string>;
  /** The same, for another format. */
  families(view: OperatorView): Promise<readonly MetricFamily[]>;
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: MetricDescription['type'];
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  /** Of a histogram with one of the suffixes `_bucket`, `_sum` and `_count`, else the family's. */
  readonly name: string;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly value: number;
}

/** One metric as it is described to people. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
  readonly help: string;
}

const KINDS: readonly MetricDescription['type'][] = ['counter', 'gauge', 'histogram'];

const BUILD = {
  name: 'microscaling_build_info',
  help: 'Always 1; the version is the label.',
  labelNames: ['version'],
} as const;

const COUNTERS = {
  rounds: {
    name: 'microscaling_rounds_total',
    help: 'Rounds, of one pool each, by result (complete; blind: the cluster could not be read; standby: another instance acts).',
    labelNames: ['result'],
  },
  decisions: {
    name: 'microscaling_decisions_total',
    help: 'Changes of a count that went through, or would have in mode Observe, by direction (up, down).',
    labelNames: ['policy', 'app', 'direction'],
  },
  changes: {
    name: 'microscaling_changes_total',
    help: 'What rounds set out to do, by kind (create, update, scale, adopt, release, delete) and result (accepted, noop, failed, postponed).',
    labelNames: ['kind', 'result'],
  },
  metricFailures: {
    name: 'microscaling_app_metric_failures_total',
    help: "Readings of an app's metrics that failed.",
    labelNames: ['policy', 'app'],
  },
  calls: {
    name: 'microscaling_scheduler_requests_total',
    help: 'Requests to a scheduler (without the label: the default one) by method, class of endpoint and outcome (ok, conflict, refused, error, unreachable, aborted).',
    labelNames: ['scheduler', 'method', 'endpoint', 'outcome'],
  },
  defaultCalls: {
    name: 'microscaling_marathon_requests_total',
    help: 'Former name of `microscaling_scheduler_requests_total`: of the default scheduler alone.',
    labelNames: ['method', 'endpoint', 'outcome'],
  },
} as const;

const HISTOGRAMS = {
  /** Buckets in s: a round on a laptop takes ms, and is given up after 30 s. */
  rounds: {
    name: 'microscaling_round_duration_seconds',
    help: 'From the first look of a round to the last answer.',
    labelNames: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  lateness: {
    name: 'microscaling_round_lateness_seconds',
    help: 'How much later a round began than it was due. Grows when one process has more policies than it can work on.',
    labelNames: [],
    // Finer around 100 ms: there an operator with hundreds of policies shows how much more it can carry.
    buckets: [0.005, 0.01, 0.025, 0.04, 0.05, 0.06, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  calls: {
    name: 'microscaling_scheduler_request_duration_seconds',
    help: 'From a request to a scheduler (without the label: the default one) to its answer.',
    labelNames: ['scheduler', 'method', 'endpoint'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  defaultCalls: {
    name: 'microscaling_marathon_request_duration_seconds',
    help: 'Former name of `microscaling_scheduler_request_duration_seconds`: of the default scheduler alone.',
    labelNames: ['method', 'endpoint'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const;

/** All of ours; those of the process come from prom-client. */
export const DESCRIPTIONS: readonly MetricDescription[] = [
  { ...BUILD, type: 'gauge' },
  ...VIEW_GAUGES.map((each): MetricDescription => ({ ...each, type: 'gauge' })),
  ...Object.values(COUNTERS).map((each): MetricDescription => ({ ...each, type: 'counter' })),
  ...Object.values(HISTOGRAMS).map((each): MetricDescription => ({ ...each, type: 'histogram' })),
];

export function createMetrics(version: string): Metrics {
  return new PrometheusMetrics(version);
}

class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #rounds = this.#counter(COUNTERS.rounds);
  readonly #decisions = new AppCounter();
  readonly #changes = this.#counter(COUNTERS.changes);
  readonly #metricFailures = new AppCounter();
  readonly #calls = this.#counter(COUNTERS.calls);
  readonly #defaultCalls = this.#counter(COUNTERS.defaultCalls);
  readonly #roundDuration = this.#histogram(HISTOGRAMS.rounds);
  readonly #lateness = this.#histogram(HISTOGRAMS.lateness);
  readonly #callDuration = this.#histogram(HISTOGRAMS.calls);
  readonly #defaultCallDuration = this.#histogram(HISTOGRAMS.defaultCalls);

  constructor(version: string) {
    new Gauge({ ...BUILD, registers: [this.#registry] }).set({ version }, 1);
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  roundEnded({ result, durationMs, lateMs, decisions, changes, failedReadings }: RoundReport): void {
    this.#rounds.inc({ result });
    this.#roundDuration.observe(durationMs / 1000);
    if (lateMs !== undefined) this.#lateness.observe(lateMs / 1000);
    for (const { policy, app, direction } of decisions) this.#decisions.inc({ policy, app }, { direction });
    for (const change of changes) this.#changes.inc({ kind: change.kind, result: change.result });
    for (const { policy, app } of failedReadings) this.#metricFailures.inc({ policy, app });
  }

  schedulerCalled({ scheduler, method, endpoint, outcome, durationMs }: SchedulerCall): void {
    const of = { method, endpoint };
    const whose = scheduler === undefined ? of : { scheduler, ...of };
    this.#calls.inc({ ...whose, outcome });
    this.#callDuration.observe(whose, durationMs / 1000);
    if (scheduler !== undefined) return;
    this.#defaultCalls.inc({ ...of, outcome });
    this.#defaultCallDuration.observe(of, durationMs / 1000);
  }

  async scrape(view: OperatorView): Promise<string> {
    const pieces: string[] = [];
    for await (const { family, samples } of this.#ofApps(view)) pieces.push(familyText(family, samples));
    return [await this.#registry.metrics(), ...pieces].join('\n');
  }

  async families(view: OperatorView): Promise<readonly MetricFamily[]> {
    const families: MetricFamily[] = [];
    for await (const { family, samples } of this.#ofApps(view)) {
      const { name, help, type } = family;
      families.push({
        name,
        help,
        type,
        samples: samples.map(([labels, value]) => ({ name, labels, value })),
      });
    }
    const others = await this.#registry.getMetricsAsJSON();
    return [
      ...others.flatMap(({ name, help, type, values }) => {
        // A summary, of which there is none, would be left out.
        const kind = KINDS.find((each) => each === String(type));
        const samples = values.map(({ labels, value, ...each }) => ({
          name: 'metricName' in each ? String(each.metricName) : name,
          labels,
          value,
        }));
        return kind === undefined ? [] : [{ name, help, type: kind, samples }];
      }),
      ...families,
    ];
  }

  /** What there is of each app and each policy, family by family. A family of thousands takes a while: others are heard in between. */
  async *#ofApps(
    view: OperatorView,
  ): AsyncGenerator<{ readonly family: MetricDescription; readonly samples: readonly GaugeSample[] }> {
    for (const gauge of VIEW_GAUGES) {
      yield { family: { ...gauge, type: 'gauge' }, samples: gauge.samples(view) };
      await setImmediate();
    }
    this.#matchCounters(view);
    yield { family: { ...COUNTERS.decisions, type: 'counter' }, samples: this.#decisions.samples() };
    await setImmediate();
    yield {
      family: { ...COUNTERS.metricFailures, type: 'counter' },
      samples: this.#metricFailures.samples(),
    };
  }

  /** An app's counters begin at 0, so that their first step shows as a rate, and end with the app. */
  #matchCounters(view: OperatorView): void {
    const apps = appsOf(view);
    const known = new Set(apps.map(({ policy, id }) => keyOf(policy, id)));
    this.#decisions.keepOnly(known);
    this.#metricFailures.keepOnly(known);
    for (const { policy, id: app, role, metrics } of apps) {
      if (metrics.length > 0) this.#metricFailures.inc({ policy, app }, {}, 0);
      if (role === 'fixed') continue;
      for (const direction of ['up', 'down']) this.#decisions.inc({ policy, app }, { direction }, 0);
    }
  }

  #counter<L extends string>(config: {
    readonly name: string;
    readonly help: string;
    readonly labelNames: readonly L[];
  }): Counter<L> {
    return new Counter({ ...config, registers: [this.#registry] });
  }

  #histogram<L extends string>(config: {
    readonly name: string;
    readonly help: string;
    readonly labelNames: readonly L[];
    readonly buckets: readonly number[];
  }): Histogram<L> {
    return new Histogram({ ...config, buckets: [...config.buckets], registers: [this.#registry] });
  }
}
