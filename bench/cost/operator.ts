// bench: the operator as it runs, with queues whose lengths the benchmark sets.

import { randomUUID } from 'node:crypto';
import type { MetricSpec } from '../../src/api/policy.ts';
import { openSchedulers } from '../../src/app/operator/schedulers.ts';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import { createOperator } from '../../src/controller/operator.ts';
import type { RoundReport } from '../../src/controller/status/round-report.ts';
import type { OperatorState } from '../../src/controller/status/view.ts';
import { decide } from '../../src/core/decide.ts';
import type { RandomMetric } from '../../src/metric-sources/random/index.ts';
import type { MetricSource } from '../../src/metric-sources/source.ts';
import { createInlineSource } from '../../src/policy-sources/inline/index.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import type { SchedulerCall } from '../../src/schedulers/scheduler.ts';
import { preciseNow } from './marathon.ts';

/** The seed of a `random` metric names the channel. */
function channelOf({ random }: MetricSpec): number {
  return (random as Partial<RandomMetric> | undefined)?.seed ?? 0;
}

/** Queue lengths by channel. */
export class Queues {
  readonly #lengths = new Map<number, number>();
  readonly #first: number;

  /** @param first the length of a queue that was not set yet */
  constructor(first: number) {
    this.#first = first;
  }

  set(channel: number, length: number): void {
    this.#lengths.set(channel, length);
  }

  sourceFor = (metric: MetricSpec): MetricSource => ({
    read: async () => {
      const waiting = this.#lengths.get(channelOf(metric)) ?? this.#first;
      return { state: 'ok', waiting, inFlight: 0, asOfMs: systemClock.now() };
    },
    close: async () => undefined,
  });
}

export interface BenchOperatorOptions {
  /** Documents, JSON. */
  readonly policies: readonly object[];
  readonly marathon: string;
  readonly queues: Queues;
  readonly onRound?: (report: RoundReport) => void;
  readonly onCall?: (call: SchedulerCall) => void;
}

export interface BenchOperator {
  readonly state: OperatorState;
  stop(): Promise<void>;
}

export function startBenchOperator(options: BenchOperatorOptions): BenchOperator {
  const { policies, marathon, queues, onRound, onCall } = options;
  const schedulers = openSchedulers({
    clock: systemClock,
    log: silentLogger,
    values: {
      resolve: () => {
        throw new Error('the benchmark has no secrets');
      },
    },
    defaultUrls: [marathon],
    ...(onCall && { onCall }),
  });
  const text = policies.map((policy) => JSON.stringify(policy)).join('\n---\n');
  const operator = createOperator({
    clock: systemClock,
    log: silentLogger,
    random: Math.random,
    sources: [createInlineSource({ text, place: 'bench' }, { load: loadPolicies })],
    schedulerFor: (spec) => schedulers.of(spec),
    clusterId: (spec) => schedulers.idOf(spec),
    metricSourceFor: queues.sourceFor,
    describeMetric: () => 'bench',
    decide,
    ...(onRound && { onRound }),
    version: randomUUID(),
  });
  const stop = new AbortController();
  const running = operator.run(stop.signal);
  return {
    state: operator.state,
    stop: async () => {
      stop.abort(new Error('measured'));
      await running;
      await schedulers.close();
    },
  };
}

/** An app with one queue, its channel the number in its name. */
export function benchApp(channel: number, target: object): object {
  return {
    name: `app-${channel}`,
    priority: 1,
    instances: { min: 1, max: 10 },
    behavior: { giveBackAfter: '0s' },
    targets: [{ ...target, metric: { random: { min: 0, max: 1, period: '1s', seed: channel } } }],
    app: { cmd: 'work', cpus: 0.01, mem: 1 },
  };
}

export function benchPolicy(name: string, interval: string, apps: readonly object[]): object {
  const metadata = { name };
  const spec = { interval, capacity: { slots: apps.length * 10 }, apps };
  return { apiVersion: 'microscaling.io/v1alpha1', kind: 'MicroscalingPolicy', metadata, spec };
}

/** Polls; throws after `withinMs`. */
export async function reached(what: string, holds: () => boolean, withinMs = 30_000): Promise<void> {
  const endMs = preciseNow() + withinMs;
  while (!holds()) {
    if (preciseNow() > endMs) throw new Error(`the benchmark waited in vain for ${what}`);
    await systemClock.sleep(20);
  }
}

/** Every app exists and runs as many instances as it is asked for. */
export function settled(state: OperatorState, apps: number): boolean {
  const all = state.view().pools.flatMap((pool) => pool.policies.flatMap((policy) => policy.apps));
  const idle = all.filter(
    (app) => app.exists && app.running === app.requested && app.staging + app.killing === 0,
  );
  return idle.length === apps;
}
