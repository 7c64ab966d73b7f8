// test support: a queue with a day's ups and downs, on the real operator with the real recorder, in virtual time.

import type { AlgorithmType } from '../../../src/api/policy.ts';
import type { MetricReading, MetricSample } from '../../../src/core/observation.ts';
import type { MetricSource } from '../../../src/metric-sources/source.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { seededAt } from '../../../src/runtime/random.ts';
import { type Recorded, recordedOn } from '../../recorder/recorded.ts';
import { aBehavior, aQueue, queueTarget, T0 } from '../../support/builders.ts';
import { aFiller, anApp, aPolicy, World } from '../../support/fakes.ts';

export const PER_INSTANCE_S = 2;
export const CONSUMER = '/day/consumer';
export const REMAINDER = '/day/remainder';
export const POLICY = 'default/day';

export interface DayOptions {
  readonly lastsMs: number;
  readonly interval: `${number}s` | `${number}ms`;
  /** Of its ups and downs. */
  readonly waveMs: number;
  /** Whether the source counts what has come and gone, or sees what is taken from the front. */
  readonly counts?: boolean | 'taken';
  /** Default `Fluid`. */
  readonly law?: AlgorithmType;
}

export interface Day extends Recorded {
  readonly clock: VirtualClock;
  /** As the cluster had them after each round's time, by app. */
  readonly counts: readonly { readonly atMs: number; readonly requested: Readonly<Record<string, number>> }[];
}

interface Front {
  readonly sinceMs: number;
  readonly taken: number;
  readonly waiting: number;
}

/** Messages come and go in tenths of a second. */
class DayQueue implements MetricSource {
  readonly #clock: VirtualClock;
  readonly #options: DayOptions;
  readonly #running: () => number;
  #atMs: number;
  #total = 20;
  #arrived = 20;
  #done = 0;
  #rest = 0;
  #steps = 0;
  #before: Front | undefined;

  constructor(clock: VirtualClock, running: () => number, options: DayOptions) {
    this.#clock = clock;
    this.#running = running;
    this.#options = options;
    this.#atMs = clock.monotonic();
  }

  async read(): Promise<MetricReading> {
    const asOfMs = this.#clock.monotonic();
    const running = this.#running();
    for (; this.#atMs < asOfMs; this.#atMs += 100) this.#pass(running);
    const inFlight = Math.min(this.#total, running);
    const counters = { arrivedTotal: this.#arrived, completedTotal: this.#done };
    const waiting = this.#total - inFlight;
    const taken = this.#taken({ sinceMs: asOfMs, taken: this.#done + inFlight, waiting });
    return {
      state: 'ok',
      asOfMs,
      waiting,
      inFlight,
      ...(this.#options.counts === true && counters),
      ...(this.#options.counts === 'taken' && taken),
    };
  }

  async close(): Promise<void> {}

  /** Of 32 that were seen at the front. */
  #taken(now: Front): Pick<MetricSample, 'taken'> {
    const before = this.#before;
    this.#before = now;
    if (before === undefined) return {};
    const count = now.taken - before.taken;
    return count < Math.min(32, before.waiting) ? { taken: { sinceMs: before.sinceMs, count } } : {};
  }

  #pass(running: number): void {
    const wave = 1 + 0.8 * Math.sin((2 * Math.PI * this.#atMs) / this.#options.waveMs);
    const noise = 2 * seededAt(3, this.#steps++);
    this.#rest += 7 * PER_INSTANCE_S * 0.5 * wave * noise * 0.1;
    const came = Math.floor(this.#rest);
    this.#rest -= came;
    this.#arrived += came;
    this.#total += came;
    const able = Math.min(this.#total, running) * PER_INSTANCE_S * 0.1;
    const done = Math.floor(able) + (seededAt(4, this.#steps) < able % 1 ? 1 : 0);
    const left = Math.min(this.#total, done);
    this.#total -= left;
    this.#done += left;
  }
}

export async function recordDay(options: DayOptions): Promise<Day> {
  const clock = new VirtualClock(T0);
  const recorded = recordedOn(clock);
  const running = (): number => world.marathon.snapshot().get(CONSUMER)?.running ?? 0;
  const queue = new DayQueue(clock, running, options);
  const world: World = new World(
    { startMs: 2_000, stopMs: 1_000 },
    { clock, recorder: recorded.recorder, metricSourceFor: () => queue, describeMetric: () => 'queue day' },
  );
  const behavior = aBehavior({ giveBackAfter: '10s' });
  const apps = [
    anApp('consumer', { id: CONSUMER, behavior, targets: [queueTarget(20, options.law ?? 'Fluid', aQueue)] }),
    aFiller('remainder', { id: REMAINDER, behavior }),
  ];
  world.policies.put('day.yaml', aPolicy('day', apps, { interval: options.interval }));
  await world.start(0);
  const counts: { atMs: number; requested: Readonly<Record<string, number>> }[] = [];
  const undo = world.state.subscribe(() => counts.push({ atMs: clock.monotonic(), requested: world.counts }));
  await world.after(options.lastsMs);
  undo();
  await world.stop();
  await recorded.settle();
  return { ...recorded, clock, counts };
}
