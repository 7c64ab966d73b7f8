// simulator: one queue and those who work on it. Messages are whole; what is not finished is still in it.

import { STEP_S } from '../load/curve.ts';
import type { Demand } from '../load/demand.ts';

/** What a world knows of a queue. */
export interface QueueModel {
  /** Lets one step pass with so many instances that serve. */
  step(k: number, ready: number): void;
  readonly arrived: number;
  readonly done: number;
  /** All messages in the queue, invisible ones included. */
  readonly total: number;
  readonly inFlight: number;
  readonly waiting: number;
}

export interface QueueOptions {
  /** μ, messages/s per instance. */
  readonly serviceRate: number;
  /** Coefficient of variation of the time that one message takes: 0 clockwork, 1 exponential. */
  readonly serviceSpread: number;
  /** Messages/s that all instances together can work off, however many they are; absent: no limit. */
  readonly mostPerS?: number;
  /** Messages that a busy instance holds. */
  readonly heldPerInstance: number;
  /** Messages that are there at the beginning, and count as arrived; 0 by default. */
  readonly initial?: number;
}

/**
 * In one part of a step a busy instance does this much of a message at most: what comes in a part waits until the
 * next one, which must not take longer than the work itself.
 */
const MOST_OF_A_MESSAGE = 0.5;

/**
 *     arrivals ──▶ waiting ──▶ in flight ──▶ done          arrived = waiting + inFlight + done
 *
 * An instance that stops puts back what it holds. The work of n busy instances in a step is n·μ·Δ on average with
 * a variance of spread²·n·μ·Δ (a renewal process, seen over many messages); the rest is carried over. What comes
 * in a part of a step is worked on from the next one on: so λ/μ messages are in flight on average, as Little's law has it.
 */
export class Queue implements QueueModel {
  readonly #demand: Demand;
  readonly #options: QueueOptions;
  /** A step is taken in so many parts. */
  readonly #parts: number;
  #work = 0;
  #total = 0;
  #ready = 0;
  #arrived = 0;
  #done = 0;

  constructor(demand: Demand, options: QueueOptions) {
    this.#demand = demand;
    this.#options = options;
    this.#total = options.initial ?? 0;
    this.#arrived = this.#total;
    this.#parts = Math.max(1, Math.ceil((options.serviceRate * STEP_S) / MOST_OF_A_MESSAGE));
  }

  step(k: number, ready: number): void {
    const { arrivals, luck, curve } = this.#demand;
    this.#ready = ready;
    const parts = this.#parts;
    const rate = this.#options.serviceRate * (curve.service[k] ?? 1);
    const most = (this.#options.mostPerS ?? Number.POSITIVE_INFINITY) * (STEP_S / parts);
    const come = arrivals[k] ?? 0;
    for (let i = 0; i < parts; i++) {
      this.#serve(rate * (STEP_S / parts), most, (luck[k] ?? 0) / Math.sqrt(parts));
      const arrived = Math.floor((come * (i + 1)) / parts) - Math.floor((come * i) / parts);
      this.#arrived += arrived;
      this.#total += arrived;
    }
  }

  /**
   * @param each messages that one busy instance finishes on average
   * @param most messages that all of them together can finish
   */
  #serve(each: number, most: number, luck: number): void {
    const busy = Math.min(this.#ready, this.#total);
    if (busy <= 0) return;
    const mean = Math.min(busy * each, most);
    this.#work += mean + this.#options.serviceSpread * Math.sqrt(mean) * luck;
    const done = Math.min(this.#total, Math.max(0, Math.floor(this.#work)));
    this.#total -= done;
    this.#done += done;
    this.#work = this.#total === 0 ? 0 : this.#work - done;
  }

  get arrived(): number {
    return this.#arrived;
  }

  get done(): number {
    return this.#done;
  }

  get total(): number {
    return this.#total;
  }

  get inFlight(): number {
    return Math.min(this.#total, this.#ready * this.#options.heldPerInstance);
  }

  get waiting(): number {
    return this.#total - this.inFlight;
  }
}
