// programs: a consumer that said that it is idle stays so for a moment, so that whoever heard it finds it idle still.

import type { Clock } from '../runtime/clock.ts';

/** From the answer to being stopped: until all others have answered, too, and the scheduler has done what it was told. */
export const QUIET_MS = 500;
/** However often it is asked, it looks at its queue again within this time. */
export const LONGEST_QUIET_MS = 1000;

export class QuietTime {
  readonly #clock: Pick<Clock, 'monotonic' | 'sleep'>;
  #isIdle = false;
  #latestMs = 0;
  #untilMs = 0;

  constructor(clock: Pick<Clock, 'monotonic' | 'sleep'>) {
    this.#clock = clock;
  }

  /** True is a promise: no message is taken for QUIET_MS. Who cannot promise it counts as busy. */
  promise(): boolean {
    const untilMs = this.#clock.monotonic() + QUIET_MS;
    if (!this.#isIdle || untilMs > this.#latestMs) return false;
    this.#untilMs = Math.max(this.#untilMs, untilMs);
    return true;
  }

  /** Idle for so long, and for as long as was promised. @throws the signal's reason */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    const startedMs = this.#clock.monotonic();
    this.#latestMs = startedMs + LONGEST_QUIET_MS;
    this.#untilMs = startedMs + ms;
    this.#isIdle = true;
    try {
      for (;;) {
        const leftMs = this.#untilMs - this.#clock.monotonic();
        if (leftMs <= 0) return;
        await this.#clock.sleep(leftMs, signal);
      }
    } finally {
      this.#isIdle = false;
    }
  }
}
