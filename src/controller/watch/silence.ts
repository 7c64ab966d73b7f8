// controller: how long nobody could say who acts. A round that does not know writes nothing; what works between rounds bears it
// for a while, for the scheduler may only be starting anew.

import type { Clock } from '../../runtime/clock.ts';

/** A scheduler takes more than a minute to give up a machine that does not answer: by then a task that is cut off has stopped. */
const BEARABLE_MS = 10_000;

export class Silence {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #sinceMs: number | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Nobody answered. */
  goesOn(): void {
    this.#sinceMs ??= this.#clock.monotonic();
  }

  ends(): void {
    this.#sinceMs = undefined;
  }

  /** Another one may act by now. */
  get isLong(): boolean {
    return this.#sinceMs !== undefined && this.#clock.monotonic() - this.#sinceMs > BEARABLE_MS;
  }
}
