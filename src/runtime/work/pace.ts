// runtime: work that is asked for again and again leaves time for other work: the longer it takes, the longer is the pause after it.

import type { Clock } from '../clock.ts';

export interface PaceOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** The pause, in times of what the work took. */
  readonly pausePerWork: number;
  readonly longestMs: number;
}

export class Pace {
  readonly #options: PaceOptions;
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /** How much of the pause is left. */
  get leftMs(): number {
    return Math.max(0, this.#untilMs - this.#options.clock.monotonic());
  }

  /** Does the work at once; then the pause begins. */
  do(work: () => void): void {
    const { clock, pausePerWork, longestMs } = this.#options;
    const beganMs = clock.monotonic();
    try {
      work();
    } finally {
      const endedMs = clock.monotonic();
      this.#untilMs = endedMs + Math.min(longestMs, pausePerWork * (endedMs - beganMs));
    }
  }
}
