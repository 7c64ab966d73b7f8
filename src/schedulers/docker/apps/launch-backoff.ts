// schedulers/docker: how long an app whose containers do not start, or end at once, waits before the next try.

import type { WaitingReason } from '../../../core/observation.ts';

/** A container that ran so long did not fail to launch. */
export const RAN_WELL_MS = 10_000;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export class LaunchBackoff {
  #failures = 0;
  #untilMs = 0;
  #reason: WaitingReason | undefined;

  /** Several that fail while one pause lasts are one failure; after a time without any the pauses are short again. */
  failed(reason: WaitingReason, nowMs: number): void {
    this.#reason = reason;
    if (nowMs < this.#untilMs) return;
    if (nowMs - this.#untilMs >= RAN_WELL_MS) this.#failures = 0;
    this.#untilMs = nowMs + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
  }

  /** What was in the way may be gone: the next try may be made, and the one after it waits as long as it would have. */
  retryNow(nowMs: number): void {
    this.#untilMs = Math.min(this.#untilMs, nowMs);
  }

  /** What failed is no longer what is to be launched. */
  forget(): void {
    this.#failures = 0;
    this.#untilMs = 0;
    this.#reason = undefined;
  }

  /** Why the last one failed, in the engine's words. */
  get reason(): WaitingReason | undefined {
    return this.#reason;
  }

  /** 0 when there is none. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }
}
