// bench: the queue of single messages as a world in steps has it: the same messages, the same work, in virtual time.

import { STEP_MS } from '../../src/simulator/load/curve.ts';
import type { QueueModel } from '../../src/simulator/world/queue.ts';
import type { WorkQueue } from './work-queue.ts';

export class VirtualQueue implements QueueModel {
  readonly #queue: WorkQueue;
  /** Ids of those that serve, the youngest last. */
  #consumers: readonly string[] = [];
  #started = 0;

  constructor(queue: WorkQueue) {
    this.#queue = queue;
  }

  step(k: number, ready: number): void {
    const nowMs = k * STEP_MS;
    while (this.#consumers.length < ready) {
      const id = String(this.#started++);
      this.#consumers = [...this.#consumers, id];
      this.#queue.join(id, nowMs);
    }
    // Who must go: the idle, and of these the youngest first.
    const [busy = [], idle = []] = [true, false].map((is) =>
      this.#consumers.filter((id) => this.#queue.isBusy(id) === is),
    );
    const leaving = [...busy, ...idle].slice(ready);
    for (const id of leaving) this.#queue.leave(id, nowMs);
    this.#consumers = this.#consumers.filter((id) => !leaving.includes(id));
    this.#queue.advance(nowMs + STEP_MS);
  }

  get arrived(): number {
    return this.#queue.arrived;
  }

  get done(): number {
    return this.#queue.done;
  }

  get total(): number {
    return this.#queue.waiting + this.#queue.inFlight;
  }

  get inFlight(): number {
    return this.#queue.inFlight;
  }

  get waiting(): number {
    return this.#queue.waiting;
  }
}
