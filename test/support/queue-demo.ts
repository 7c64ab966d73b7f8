// test support: the queue demo on the real operator: a cluster in memory, virtual time, and a queue that the demo's own
// apps fill and empty.

import type { AppSpec } from '../../src/api/policy.ts';
import type { RoundRecorder } from '../../src/controller/status/round-recorder.ts';
import type { AppView, OperatorState, OperatorView } from '../../src/controller/status/view.ts';
import type { MetricReading } from '../../src/core/observation.ts';
import { defined } from '../../src/lang/defined.ts';
import type { MetricSource } from '../../src/metric-sources/source.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { TransientError } from '../../src/runtime/errors.ts';
import { seededAt } from '../../src/runtime/random.ts';
import { aBehavior, aQueue, queueTarget } from './builders.ts';
import { aFiller, anApp, aPolicy, World } from './fakes.ts';

const STEP_MS = 500;
const PER_CONSUMER_PER_S = 6;
const PER_PRODUCER_PER_S = 10;
const SEED = 1;

export interface QueueDemoOptions {
  /** When the operator starts. */
  readonly startMs: number;
  /** Default: a new one. */
  readonly clock?: VirtualClock;
  /** How long it has run when the test begins. */
  readonly pastMs?: number;
  /** Keeps what its rounds know and do. */
  readonly recorder?: RoundRecorder;
  /** Names of the three apps, for tests with names that try to be markup. */
  readonly title?: (name: string) => string;
}

function specs(title: (name: string) => string): readonly AppSpec[] {
  const named = (name: string) => ({ name: title(name), id: `/queue-demo/${name}` });
  const behavior = aBehavior({ giveBackAfter: '10s' });
  return [
    anApp('consumer', { ...named('consumer'), behavior, targets: [queueTarget(50, 'Fluid', aQueue)] }),
    aFiller('remainder', { ...named('remainder'), behavior }),
    anApp('producer', {
      ...named('producer'),
      behavior,
      instances: { fixed: 3 },
      pageControl: { min: 0, max: 10 },
    }),
  ];
}

/** What waits, moved by the instances that run at each reading. */
class Queue implements MetricSource {
  readonly #clock: VirtualClock;
  readonly #running: (app: string) => number;
  readonly counters = { produced: 0, consumed: 0, work: 0 };
  /** Why it cannot be read. */
  trouble: string | undefined;
  #waiting = 20;
  #readings = 0;
  /** The wave begins with the demo: the same world at whatever time of day. */
  readonly #startMs: number;
  #atMs: number;

  constructor(clock: VirtualClock, running: (app: string) => number) {
    this.#clock = clock;
    this.#running = running;
    this.#startMs = clock.monotonic();
    this.#atMs = this.#startMs;
  }

  async read(): Promise<MetricReading> {
    const asOfMs = this.#clock.monotonic();
    if (this.trouble !== undefined) return { state: 'unavailable', reason: this.trouble, sinceMs: asOfMs };
    this.#pass((asOfMs - this.#atMs) / 1_000);
    this.#atMs = asOfMs;
    return { state: 'ok', waiting: this.#waiting, asOfMs };
  }

  async close(): Promise<void> {}

  #pass(seconds: number): void {
    const wave = 1 + 0.6 * Math.sin((this.#atMs - this.#startMs) / 9_000);
    const noise = 0.8 + 0.4 * seededAt(SEED, this.#readings++);
    const arrived = Math.round(this.#running('producer') * PER_PRODUCER_PER_S * seconds * wave * noise);
    const able = Math.round(this.#running('consumer') * PER_CONSUMER_PER_S * seconds);
    const served = Math.min(this.#waiting + arrived, able);
    this.#waiting += arrived - served;
    this.counters.produced += arrived;
    this.counters.consumed += served;
    this.counters.work += Math.round(this.#running('remainder') * 14 * seconds);
  }
}

/** What the operator of the queue demo shows after it has run for a while. */
export async function queueDemoView(options: QueueDemoOptions): Promise<OperatorView> {
  const demo = await QueueDemo.start(options);
  const view = demo.view();
  await demo.stop();
  return view;
}

export class QueueDemo {
  readonly clock: VirtualClock;
  readonly #world: World;
  readonly #queue: Queue;
  /** While the cluster does not answer. */
  #silence: PromiseWithResolvers<void> | undefined;

  private constructor({ startMs, title = (name) => name, recorder, clock }: QueueDemoOptions) {
    this.clock = clock ?? new VirtualClock(startMs);
    this.#queue = new Queue(this.clock, (app) => this.#running(app));
    this.#world = new World(
      { startMs: 1_500, stopMs: 1_000 },
      {
        clock: this.clock,
        metricSourceFor: () => this.#queue,
        describeMetric: () => 'queue demo-queue',
        counters: (app) => this.#countersOf(app),
        schedulerInfo: () => ({ url: 'http://127.0.0.1:8080', stats: this.#world.marathon.stats() }),
        version: '0.1.0-test',
        inRound: async (_pool, round) => {
          await this.#silence?.promise;
          return await round();
        },
        ...defined({ recorder }),
      },
    );
    this.#world.policies.put('specs/policies/queue-demo.yaml', aPolicy('queue-demo', specs(title)));
  }

  static async start(options: QueueDemoOptions): Promise<QueueDemo> {
    const demo = new QueueDemo(options);
    await demo.#world.start(options.pastMs ?? 1_000);
    return demo;
  }

  get state(): OperatorState {
    return this.#world.state;
  }

  view(): OperatorView {
    return this.#world.view;
  }

  /** By its name in the policy. */
  app(name: string): AppView {
    return this.#world.app(`/queue-demo/${name}`);
  }

  /** Lets time pass for the operator, its cluster and whoever else waits on the clock. */
  async advance(ms: number = STEP_MS): Promise<void> {
    await this.clock.advance(ms);
  }

  /** From now on the queue cannot be read. */
  loseQueue(reason: string): void {
    this.#queue.trouble = reason;
  }

  /** The next call of the cluster fails. */
  failNext(operation: 'observe' | 'apply', message: string): void {
    this.#world.marathon.failNext(operation, new TransientError(message));
  }

  /** From now on no round ends, until it is called off. */
  holdRounds(): () => void {
    const silence = Promise.withResolvers<void>();
    this.#silence = silence;
    return () => {
      this.#silence = undefined;
      silence.resolve();
    };
  }

  async stop(): Promise<void> {
    this.#silence?.resolve();
    await this.#world.stop();
  }

  #running(app: string): number {
    return this.#world.marathon.snapshot().get(`/queue-demo/${app}`)?.running ?? 0;
  }

  #countersOf(app: string): Readonly<Record<string, number>> {
    const { produced, consumed, work } = this.#queue.counters;
    const all: Readonly<Record<string, Readonly<Record<string, number>>>> = {
      '/queue-demo/producer': { produced },
      '/queue-demo/consumer': { consumed },
      '/queue-demo/remainder': { work },
    };
    return all[app] ?? {};
  }
}
