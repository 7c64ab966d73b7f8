// runtime: exponential back-off per key, with jitter so that many keys do not come back in step.

export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /** In [0, 1); a delay is shortened by at most a fifth of it. */
  readonly random: () => number;
}

const JITTER = 0.2;

export class Backoff<K> {
  readonly #options: BackoffOptions;
  readonly #failures = new Map<K, number>();

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Counts one more failure and returns how long to wait, ms: base, 2·base, 4·base … at most max. */
  next(key: K): number {
    const { baseMs, maxMs, random } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delayMs = Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30));
    return Math.round(delayMs * (1 - JITTER * random()));
  }

  forget(key: K): void {
    this.#failures.delete(key);
  }
}
