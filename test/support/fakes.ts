// test support: fakes with state and one-shot faults, and an operator on a virtual clock that runs against them.

import type {
  AppSpec,
  CapacityPool,
  MetricSpec,
  MicroscalingPolicy,
  PolicySpec,
  Resource,
} from '../../src/api/policy.ts';
import { createOperator, type RecordedOperatorDeps } from '../../src/controller/operator.ts';
import type { AppView, OperatorView, PolicyView } from '../../src/controller/status/view.ts';
import { decide } from '../../src/core/decide.ts';
import type { MetricReading } from '../../src/core/observation.ts';
import { withDeadline } from '../../src/metric-sources/connection/deadline.ts';
import type { RandomMetric } from '../../src/metric-sources/random/index.ts';
import type { MetricSource } from '../../src/metric-sources/source.ts';
import type { PolicySnapshot, PolicySource } from '../../src/policy-sources/source.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { MARATHON_WORDS } from '../../src/schedulers/marathon/words.ts';
import { createMemoryScheduler, type MemoryScheduler } from '../../src/schedulers/memory/index.ts';
import { aBehavior, aTarget, T0 } from './builders.ts';

/** The metric that `FakeMetrics.set(channel, …)` moves. */
export function channel(seed: number): MetricSpec {
  return { random: { min: 0, max: 1, period: '1s', seed } };
}

function channelOf({ random }: MetricSpec): number {
  return (random as Partial<RandomMetric> | undefined)?.seed ?? 0;
}

/** Wants exactly as many instances as channel `seed` says. */
export function wants(seed: number): Pick<AppSpec, 'targets'> {
  return { targets: [aTarget({ perInstance: 1, metric: channel(seed) })] };
}

export function anApp(name: string, over: Partial<AppSpec> = {}): AppSpec & { readonly id: string } {
  return {
    name,
    id: `/${name}`,
    instances: { min: 1, max: 10 },
    behavior: aBehavior(),
    manualScale: { action: 'Hold', holdFor: '10m' },
    adopt: false,
    app: { cmd: `run ${name}`, cpus: 1, mem: 100 },
    envFrom: [],
    ...(over.instances?.fixed === undefined && { priority: 1 }),
    ...over,
  };
}

export function aFiller(name: string, over: Partial<AppSpec> = {}): AppSpec & { readonly id: string } {
  return anApp(name, { priority: 2, instances: { min: 1 }, remainder: { weight: 1 }, ...over });
}

export function aPolicy(
  name: string,
  apps: readonly AppSpec[],
  over: Partial<PolicySpec> = {},
): MicroscalingPolicy {
  const shared = over.pool === undefined ? { capacity: { slots: 10 } } : {};
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name, namespace: 'default' },
    spec: {
      mode: 'Reconcile',
      interval: '500ms',
      onDelete: 'Retain',
      drift: 'Revert',
      apps,
      ...shared,
      ...over,
    },
  };
}

export function aPool(name: string, slots: number): CapacityPool {
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'CapacityPool',
    metadata: { name, namespace: 'default' },
    spec: { capacity: { slots } },
  };
}

export type Invalid = PolicySnapshot['invalid'][number];

/** What a source lists, one document per file name. */
export class FakePolicies implements PolicySource {
  readonly name: string;
  readonly #files = new Map<string, Resource | Invalid>();
  readonly #failures: Error[] = [];
  complete = true;
  #onChange: () => void = () => undefined;

  constructor(name = 'directory policies') {
    this.name = name;
  }

  put(file: string, document: Resource): void {
    this.#files.set(file, document);
    this.#onChange();
  }

  spoil(file: string, message: string): void {
    const known = this.#files.get(file);
    const name =
      known === undefined || !('metadata' in known) ? 'default/demo' : `default/${known.metadata.name}`;
    this.#files.set(file, { kind: 'MicroscalingPolicy', key: name, message, place: `${file}:1` });
    this.#onChange();
  }

  remove(file: string): void {
    this.#files.delete(file);
    this.#onChange();
  }

  failNext(error: Error): void {
    this.#failures.push(error);
    this.#onChange();
  }

  async list(): Promise<PolicySnapshot> {
    const error = this.#failures.shift();
    if (error !== undefined) throw error;
    const files = [...this.#files];
    return {
      resources: files.flatMap(([file, doc]) =>
        'metadata' in doc ? [{ resource: doc, place: `${file}:1`, revision: 'sha256:0' }] : [],
      ),
      invalid: files.flatMap(([, doc]) => ('metadata' in doc ? [] : [doc])),
      problems: [],
      complete: this.complete,
    };
  }

  watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    this.#onChange = onChange;
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
}

const READ_DEADLINE_MS = 1_000;

/** Readings by channel: a number, an error sentence, or `hangs`. */
export class FakeMetrics {
  readonly #clock: VirtualClock;
  readonly #values = new Map<number, number | string>();
  reads = 0;
  open = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  set(seed: number, value: number | 'hangs' | (string & {})): void {
    this.#values.set(seed, value);
  }

  sourceFor = (metric: MetricSpec): MetricSource => {
    this.open += 1;
    const seed = channelOf(metric);
    const source: MetricSource = {
      read: () => this.#read(seed),
      close: async () => {
        this.open -= 1;
      },
    };
    const label = (): string => `channel ${seed}`;
    return withDeadline(source, { clock: this.#clock, deadlineMs: READ_DEADLINE_MS, label });
  };

  async #read(seed: number): Promise<MetricReading> {
    this.reads += 1;
    const value = this.#values.get(seed) ?? 0;
    const asOfMs = this.#clock.monotonic();
    if (value === 'hangs') return await new Promise(() => undefined);
    return typeof value === 'number'
      ? { state: 'ok', waiting: value, asOfMs }
      : { state: 'unavailable', reason: value, sinceMs: asOfMs };
  }
}

/** An operator with everything around it, moved by hand. */
export class World {
  readonly clock: VirtualClock;
  readonly policies = new FakePolicies();
  readonly metrics: FakeMetrics;
  readonly marathon: MemoryScheduler;
  readonly #operator: ReturnType<typeof createOperator>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    { startMs = 1_000, stopMs = 1_000, ...room }: { startMs?: number; stopMs?: number; slots?: number } = {},
    over: Partial<Omit<RecordedOperatorDeps, 'clock'>> & { readonly clock?: VirtualClock } = {},
  ) {
    this.clock = over.clock ?? new VirtualClock(T0);
    this.metrics = new FakeMetrics(this.clock);
    this.marathon = createMemoryScheduler({ startMs, stopMs, ...room }, { clock: this.clock });
    this.#operator = createOperator({
      clock: this.clock,
      log: silentLogger,
      random: () => 0,
      sources: [this.policies],
      schedulerFor: () => this.marathon,
      schedulerInfo: () => ({ url: 'memory:', stats: this.marathon.stats() }),
      metricSourceFor: this.metrics.sourceFor,
      describeMetric: (metric) => `channel ${channelOf(metric)}`,
      decide,
      words: MARATHON_WORDS,
      version: '0.0.0',
      ...over,
    });
  }

  /** Starts the operator and gives it its first second. */
  async start(ms = 1_000): Promise<void> {
    this.#running = this.#operator.run(this.#stop.signal);
    await this.clock.advance(ms);
  }

  async after(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the test is over'));
    await this.#running;
  }

  get view(): OperatorView {
    return this.#operator.state.view();
  }

  get state(): ReturnType<typeof createOperator>['state'] {
    return this.#operator.state;
  }

  get learning(): ReturnType<typeof createOperator>['learning'] {
    return this.#operator.learning;
  }

  policy(name: string): PolicyView {
    const found = this.view.pools.flatMap((p) => p.policies).find((p) => p.name === name);
    if (found === undefined) throw new Error(`the view has no policy ${name}`);
    return found;
  }

  app(id: string): AppView {
    const found = this.view.pools.flatMap((p) => p.policies.flatMap((q) => q.apps)).find((a) => a.id === id);
    if (found === undefined) throw new Error(`the view has no app ${id}`);
    return found;
  }

  /** `Accepted=False/DuplicateApp`, for short assertions. */
  condition(policy: string, type: string): string {
    const found = this.policy(policy).conditions.find((c) => c.type === type);
    return found === undefined ? 'absent' : `${found.status}/${found.reason}`;
  }

  message(policy: string, type: string): string {
    return this.policy(policy).conditions.find((c) => c.type === type)?.message ?? '';
  }

  /** What Marathon is asked for, by id; an app that does not exist is absent. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.marathon.snapshot()].map(([id, app]) => [id, app.requested]));
  }

  get events(): readonly string[] {
    return this.view.events.map(({ reason }) => reason);
  }
}
