// bench: a queue of single messages and the consumers that work on it, each holding one message at a time. It has no
// timers: it is asked what is so at a time, and works out what has happened until then.

import { Chance } from '../../src/simulator/load/chance.ts';
import { STEP_MS } from '../../src/simulator/load/curve.ts';
import type { Demand } from '../../src/simulator/load/demand.ts';
import type { WorldOptions } from '../../src/simulator/world/world.ts';

export interface Message {
  readonly arrivedMs: number;
  /** Its place in the order of arrival, by which its work is drawn. */
  readonly number: number;
}

/** A message was put back while these were idle. */
interface HandingBack {
  readonly atMs: number;
  /** Nobody could know that it serves: it began to within UNKNOWN_MS, and was not there when it was asked. */
  readonly isNew: boolean;
  /** With what could be known of each. */
  readonly idle: Map<Consumer, 'known' | 'unknown'>;
}

/** Victims of one fall go within this time of each other, in any order. */
const ONE_FALL_MS = 100;
/** What has changed since somebody was asked need not be known for so long: the answer comes back, and the write takes its way. */
export const UNKNOWN_MS = 100;

interface Consumer {
  held: Message | undefined;
  doneAtMs: number;
  /** It said that it is idle, and takes nothing before. */
  quietUntilMs: number;
  readonly joinedMs: number;
  idleSinceMs: number;
  saidBusyMs: number;
}

export interface WorkQueueOptions {
  /** When each message comes, ms from the beginning, in order. */
  readonly arrivals: readonly number[];
  /** How long the work on a message takes, by its number. */
  readonly workMs: (number: number) => number;
}

/** All times in ms from the beginning. A time before one that it was asked about is taken for that one. */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #visible: Message[] = [];
  readonly #consumers = new Map<string, Consumer>();
  #nowMs = 0;
  #arrived = 0;
  #done = 0;
  #handedBack = 0;
  readonly #doubtful: HandingBack[] = [];

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Messages that nobody holds. */
  get waiting(): number {
    return this.#visible.length;
  }

  get inFlight(): number {
    return this.#arrived - this.#done - this.#visible.length;
  }

  get arrived(): number {
    return this.#arrived;
  }

  get done(): number {
    return this.#done;
  }

  /** How often a message was put back because its consumer had to stop. */
  get handedBack(): number {
    return this.#handedBack;
  }

  /** How often that happened while another consumer was idle, and did not go as well, that could have gone in its place. */
  get handedBackNeedlessly(): number {
    return this.#doubtful.filter((each) => isNeedless(each)).length;
  }

  /** How often another one was idle, and nobody could know: it had said that it is busy within UNKNOWN_MS, or the victim was new. */
  get handedBackUnforeseen(): number {
    return this.#doubtful.filter((each) => each.idle.size > 0 && !isNeedless(each)).length;
  }

  /** Those that nobody holds, the first one first. */
  peek(most: number): readonly Message[] {
    return this.#visible.slice(0, most);
  }

  /** Another consumer, which takes a message at once if there is one. */
  join(id: string, atMs: number): void {
    this.advance(atMs);
    const consumer: Consumer = {
      held: undefined,
      doneAtMs: Number.POSITIVE_INFINITY,
      quietUntilMs: 0,
      joinedMs: this.#nowMs,
      idleSinceMs: this.#nowMs,
      saidBusyMs: Number.NEGATIVE_INFINITY,
    };
    this.#consumers.set(id, consumer);
    this.#take(consumer);
  }

  /** One consumer less: what it holds goes to the others. */
  leave(id: string, atMs: number): void {
    this.advance(atMs);
    const consumer = this.#consumers.get(id);
    if (consumer === undefined) return;
    this.#consumers.delete(id);
    if (consumer.held === undefined) {
      for (const { atMs: thenMs, idle } of this.#doubtful)
        if (atMs - thenMs <= ONE_FALL_MS) idle.delete(consumer);
      return;
    }
    this.#handedBack++;
    const idle = [...this.#consumers.values()].filter(({ held }) => held === undefined);
    this.#doubtful.push({
      atMs,
      isNew: atMs - consumer.joinedMs <= UNKNOWN_MS && consumer.saidBusyMs < consumer.joinedMs,
      idle: new Map(idle.map((each) => [each, wasBusyWhenAsked(each, atMs) ? 'unknown' : 'known'])),
    });
    this.#visible.unshift(consumer.held);
    this.#serveIdle();
  }

  isBusy(id: string): boolean {
    return this.#consumers.get(id)?.held !== undefined;
  }

  /** Whether it is idle; then it takes nothing for so long, as the programs do. */
  promiseIdle(id: string, atMs: number, forMs: number): boolean {
    this.advance(atMs);
    const consumer = this.#consumers.get(id);
    if (consumer?.held !== undefined) consumer.saidBusyMs = this.#nowMs;
    if (consumer === undefined || consumer.held !== undefined) return false;
    consumer.quietUntilMs = this.#nowMs + forMs;
    return true;
  }

  /** Lets everything happen that happens until then, in its order. */
  advance(toMs: number): void {
    for (;;) {
      const arrivalMs = this.#options.arrivals[this.#arrived] ?? Number.POSITIVE_INFINITY;
      const first = this.#firstDone();
      const doneAtMs = first?.doneAtMs ?? Number.POSITIVE_INFINITY;
      const quietEndMs = this.#quietEndMs();
      const nextMs = Math.min(arrivalMs, doneAtMs, quietEndMs);
      if (nextMs > toMs) break;
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      if (doneAtMs === nextMs && first !== undefined) this.#finish(first);
      else if (arrivalMs === nextMs) this.#arrive(arrivalMs);
      else this.#serveIdle();
    }
    this.#nowMs = Math.max(this.#nowMs, toMs);
  }

  #arrive(arrivedMs: number): void {
    this.#visible.push({ arrivedMs, number: this.#arrived });
    this.#arrived++;
    this.#serveIdle();
  }

  #finish(consumer: Consumer): void {
    this.#done++;
    consumer.held = undefined;
    consumer.idleSinceMs = this.#nowMs;
    consumer.doneAtMs = Number.POSITIVE_INFINITY;
    this.#take(consumer);
  }

  #serveIdle(): void {
    for (const consumer of this.#consumers.values()) if (consumer.held === undefined) this.#take(consumer);
  }

  #take(consumer: Consumer): void {
    if (consumer.quietUntilMs > this.#nowMs) return;
    const message = this.#visible.shift();
    if (message === undefined) return;
    consumer.held = message;
    consumer.doneAtMs = this.#nowMs + this.#options.workMs(message.number);
  }

  /** When the next of those that are quiet may take what waits. */
  #quietEndMs(): number {
    if (this.#visible.length === 0) return Number.POSITIVE_INFINITY;
    const ends = [...this.#consumers.values()].map(({ held, quietUntilMs }) =>
      held === undefined && quietUntilMs > this.#nowMs ? quietUntilMs : Number.POSITIVE_INFINITY,
    );
    return Math.min(Number.POSITIVE_INFINITY, ...ends);
  }

  #firstDone(): Consumer | undefined {
    let first: Consumer | undefined;
    for (const consumer of this.#consumers.values())
      if (consumer.doneAtMs < (first?.doneAtMs ?? Number.POSITIVE_INFINITY)) first = consumer;
    return first;
  }
}

function isNeedless({ isNew, idle }: HandingBack): boolean {
  return !isNew && [...idle.values()].includes('known');
}

function wasBusyWhenAsked({ idleSinceMs, saidBusyMs }: Consumer, atMs: number): boolean {
  return saidBusyMs <= idleSinceMs && atMs - saidBusyMs <= UNKNOWN_MS;
}

/** The queue of an app of a world, empty and without consumers, with a draw of its own for the work of each message. */
export function workQueue(
  demand: Demand,
  { serviceRate, serviceSpread }: Pick<WorldOptions, 'serviceRate' | 'serviceSpread'>,
  seed: number,
): WorkQueue {
  return new WorkQueue({
    arrivals: arrivalTimes(demand.arrivals, STEP_MS),
    workMs: workTimes(1000 / serviceRate, serviceSpread, seed),
  });
}

/** So many messages in each step, evenly spread over it. */
export function arrivalTimes(perStep: Float64Array, stepMs: number): readonly number[] {
  return [...perStep].flatMap((n, k) => Array.from({ length: n }, (_, i) => (k + (i + 0.5) / n) * stepMs));
}

/** Log-normal times of this mean and coefficient of variation, a draw for each message. */
export function workTimes(meanMs: number, variation: number, seed: number): (number: number) => number {
  const chance = new Chance(seed, 'work of one message');
  const variance = Math.log(1 + variation * variation);
  return (number) => meanMs * Math.exp(Math.sqrt(variance) * chance.normal(number) - variance / 2);
}
