// server: waiting for "something changed", for a limited time where the caller says so.

import type { Clock } from '../../runtime/clock.ts';

export class ChangeSignal {
  readonly #waiters = new Set<() => void>();

  ring(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /** Resolves at the next ring; rejects with `signal.reason` when aborted. */
  heard(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        this.#waiters.delete(wake);
        reject(signal.reason);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiters.add(wake);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Like `heard`, but gives up quietly after `ms`. */
  async heardWithin(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    try {
      await Promise.race([this.heard(either), clock.sleep(ms, either)]);
    } finally {
      done.abort();
    }
  }
}
