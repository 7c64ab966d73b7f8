// runtime: how long an answer is waited for, as the other side has shown that it needs.

export interface DeadlineBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * A service that comes back after an outage answers slowly at first: one deadline for all times would give up again and
 * again just before the answer. So a missed deadline doubles the next one, and an answer sets it to twice what it took.
 */
export class AdaptiveDeadline {
  readonly #bounds: DeadlineBounds;
  #ms: number;

  constructor(bounds: DeadlineBounds) {
    this.#bounds = bounds;
    this.#ms = bounds.leastMs;
  }

  get ms(): number {
    return this.#ms;
  }

  missed(): void {
    this.#ms = Math.min(this.#bounds.mostMs, 2 * this.#ms);
  }

  answered(tookMs: number): void {
    const { leastMs, mostMs } = this.#bounds;
    this.#ms = Math.min(mostMs, Math.max(leastMs, Math.round(2 * tookMs)));
  }
}
