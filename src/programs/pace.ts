// programs: turns a rate that moves into whole units that are due. What cannot be kept up with is not made up for.

/** At most this many seconds of demand are owed after a pause. */
const MAX_DEBT_S = 1;

export class Pace {
  readonly #ratePerS: (elapsedMs: number) => number;
  readonly #startMs: number;
  #lastMs: number;
  #due = 0;

  /** @param ratePerS units per second, ms after the start */
  constructor(ratePerS: (elapsedMs: number) => number, startMs: number) {
    this.#ratePerS = ratePerS;
    this.#startMs = startMs;
    this.#lastMs = startMs;
  }

  /** Whole units that have become due since the last call; the fraction is kept. */
  take(nowMs: number): number {
    const elapsedS = Math.max(0, nowMs - this.#lastMs) / 1000;
    const ratePerS = this.#ratePerS((this.#lastMs + nowMs) / 2 - this.#startMs);
    this.#lastMs = nowMs;
    this.#due += ratePerS * Math.min(elapsedS, MAX_DEBT_S);
    const whole = Math.floor(this.#due);
    this.#due -= whole;
    return whole;
  }
}
