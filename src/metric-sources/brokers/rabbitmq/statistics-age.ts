// metric-sources: when RabbitMQ's statistics were true. The answer does not tell.

/** By so much of an interval the server's next numbers may be late. */
const LATE = 0.1;
/** Numbers that follow each other faster than this share of an interval are parts of the same. */
const SAME = 0.25;

/**
 * ```
 * queue       tells │          │          │              every interval
 * collector         └── ≤ 1 ──▶│ takes    │ takes        every interval, too
 * answers                      └─ these numbers, until ─┘
 * ```
 * Numbers are up to two intervals old. A changed answer shows when the collector took it, to within the time between two
 * reads; from there on it takes once an interval, whether the numbers change or not. How long before that the queue told
 * them stays unknown: half an interval is the middle of it.
 */
export class StatisticsAge {
  readonly #intervalMs: number;
  #fingerprint: string | undefined;
  #readAtMs: number | undefined;
  #changedAtMs: number | undefined;
  #takenAtMs = 0;
  #trueAtMs = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** @returns when these numbers were true; the same as before until new ones can have been taken */
  trueAtMs(fingerprint: string, nowMs: number): number {
    const interval = this.#intervalMs;
    const sinceReadMs = Math.min(interval, nowMs - (this.#readAtMs ?? Number.NEGATIVE_INFINITY));
    if (this.#readAtMs === undefined) this.#takenAtMs = nowMs - interval / 2;
    else if (this.#isNew(fingerprint, nowMs)) {
      this.#takenAtMs = nowMs - sinceReadMs / 2;
      this.#changedAtMs = nowMs;
    } else {
      const passed = Math.floor((nowMs - this.#takenAtMs) / interval - LATE);
      this.#takenAtMs += Math.max(0, passed) * interval;
    }
    this.#fingerprint = fingerprint;
    this.#readAtMs = nowMs;
    // Two readings that lie too near to each other would tell a rate that never was.
    const trueAtMs = this.#takenAtMs - interval / 2;
    if (trueAtMs - this.#trueAtMs >= SAME * interval) this.#trueAtMs = trueAtMs;
    return this.#trueAtMs;
  }

  #isNew(fingerprint: string, nowMs: number): boolean {
    if (fingerprint === this.#fingerprint) return false;
    return this.#changedAtMs === undefined || nowMs - this.#changedAtMs >= SAME * this.#intervalMs;
  }
}
