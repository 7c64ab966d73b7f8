// runtime/work: of work that is ready all at once, some milliseconds in each turn of the event loop: requests, answers and timers come in
// between.

import type { Clock } from '../clock.ts';

/** A promise of the caller's turn; undefined: it is now. */
export type Turn = () => Promise<void> | undefined;

export interface FairTurnsOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** So much of a turn of the loop is for what waits here; one piece always goes on. */
  readonly shareMs: number;
  /** Calls back after what is ready now; default: by the event loop of this process, in its next turn. */
  readonly afterOthers?: (call: () => void) => void;
}

/** So many pieces of work at most go on in one turn of the loop. */
const PIECES = 16;

/**
 * Hundreds of rounds that wait for one answer would go on one after the other as soon as it is there, and nobody else would be heard
 * until the last of them is done. First come, first served. Of each turn they have a share and not one piece only: beside others
 * whose pieces are long they would fall behind.
 */
export class FairTurns {
  readonly #options: Required<FairTurnsOptions>;
  readonly #waiting = new Set<() => void>();
  #startedMs = 0;
  /** In this turn. */
  #released = 0;
  #isPlanned = false;

  constructor({ afterOthers = setImmediate, ...options }: FairTurnsOptions) {
    this.#options = { ...options, afterOthers };
  }

  readonly turn: Turn = () => {
    if (!this.#isPlanned) {
      this.#begin();
      this.#plan();
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.add(resolve));
  };

  #begin(): void {
    this.#startedMs = this.#options.clock.monotonic();
    this.#released = 0;
  }

  #hasTime(): boolean {
    const { clock, shareMs } = this.#options;
    return clock.monotonic() - this.#startedMs < shareMs;
  }

  /** Each piece is a call of its own: what one has released is done before the next one looks at the time. */
  #plan(): void {
    this.#isPlanned = true;
    const { afterOthers } = this.#options;
    afterOthers(() => this.#begin());
    for (let piece = 0; piece < PIECES; piece++) afterOthers(() => this.#release());
    afterOthers(() => this.#end());
  }

  #release(): void {
    const [first] = this.#waiting;
    if (first === undefined || (this.#released > 0 && !this.#hasTime())) return;
    this.#released += 1;
    this.#waiting.delete(first);
    first();
  }

  #end(): void {
    this.#isPlanned = false;
    if (this.#waiting.size > 0) this.#plan();
  }
}
