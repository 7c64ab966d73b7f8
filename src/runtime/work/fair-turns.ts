// runtime/work: of work that is ready all at once, one piece a turn of the event loop: requests, answers and timers come in between.

/** A promise of the caller's turn; undefined: it is now. */
export type Turn = () => Promise<void> | undefined;

/**
 * Hundreds of rounds that wait for one answer would go on one after the other as soon as it is there, and nobody else would be heard
 * until the last of them is done. First come, first served; a turn of the loop costs a hundredth of what a round does.
 */
export class FairTurns {
  readonly #afterOthers: (call: () => void) => void;
  readonly #waiting = new Set<() => void>();
  /** In this turn of the loop. */
  #isTaken = false;

  /** @param afterOthers calls back once all else that is ready has had its turn; default: by the event loop of this process */
  constructor(afterOthers: (call: () => void) => void = setImmediate) {
    this.#afterOthers = afterOthers;
  }

  readonly turn: Turn = () => {
    if (this.#isTaken) return new Promise((resolve) => this.#waiting.add(resolve));
    this.#isTaken = true;
    this.#afterOthers(this.#next);
    return undefined;
  };

  readonly #next = (): void => {
    const [first] = this.#waiting;
    this.#isTaken = first !== undefined;
    if (first === undefined) return;
    this.#waiting.delete(first);
    this.#afterOthers(this.#next);
    first();
  };
}
