// simulator: one queue and those who work on it. Messages are whole; what is not finished is still in it.

import { STEP_S } from './curve.ts';
import type { Demand } from './demand.ts';

export interface QueueOptions {
  /** μ, messages/s per instance. */
  readonly serviceRate: number;
  /** Coefficient of variation of the time that one message takes: 0 clockwork, 1 exponential. */
  readonly serviceSpread: number;
  /** Messages that a busy instance holds. */
  readonly heldPerInstance: number;
}

/**
 *     arrivals ──▶ waiting ──▶ in flight ──▶ done          arrived = waiting + inFlight + done
 *
 * An instance that stops puts back what it holds. The work of n busy instances in a step is n·μ·Δ on average with
 * a variance of spread²·n·μ·Δ (a renewal process, seen over many messages); the rest is carried over. What comes
 * in a step is worked on from the next one on: so λ/μ messages are in flight on average, as Little's law has it.
 */
export class Queue {
  readonly #demand: Demand;
  readonly #options: QueueOptions;
  #work = 0;
  #total = 0;
  #ready = 0;
  #arrived = 0;
  #done = 0;

  constructor(demand: Demand, options: QueueOptions) {
    this.#demand = demand;
    this.#options = options;
  }

  /** Lets one step pass with so many instances that serve. */
  step(k: number, ready: number): void {
    const { arrivals, luck, curve } = this.#demand;
    const { serviceRate, serviceSpread } = this.#options;
    this.#ready = ready;
    const busy = Math.min(ready, this.#total);
    if (busy > 0) {
      const mean = busy * serviceRate * (curve.service[k] ?? 1) * STEP_S;
      this.#work += mean + serviceSpread * Math.sqrt(mean) * (luck[k] ?? 0);
      const done = Math.min(this.#total, Math.max(0, Math.floor(this.#work)));
      this.#total -= done;
      this.#done += done;
      this.#work = this.#total === 0 ? 0 : this.#work - done;
    }
    const arrived = arrivals[k] ?? 0;
    this.#arrived += arrived;
    this.#total += arrived;
  }

  get arrived(): number {
    return this.#arrived;
  }

  get done(): number {
    return this.#done;
  }

  /** All messages in the queue, invisible ones included. */
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
