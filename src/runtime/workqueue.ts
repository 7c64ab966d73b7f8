// runtime: a queue of keys: each waits once, runs once at a time, and leaves at its earliest due time.

import type { Clock } from './clock.ts';

/** A reason that nobody looks at; made once, for an abort without one makes an exception with a stack. */
const OVER = new Error('the wait is over');

/**
 * | a key is…   | `add` does                                      |
 * |-------------|-------------------------------------------------|
 * | unknown     | waits until `now + afterMs`                     |
 * | waiting     | keeps the earlier of the two due times          |
 * | being run   | waits again as soon as `done` is called for it  |
 */
export class WorkQueue<K> {
  readonly #clock: Clock;
  readonly #dueMs = new Map<K, number>();
  readonly #running = new Set<K>();
  readonly #waiters = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(key: K, afterMs = 0): void {
    const dueMs = this.#clock.now() + Math.max(0, afterMs);
    const known = this.#dueMs.get(key);
    if (known !== undefined && known <= dueMs) return;
    this.#dueMs.set(key, dueMs);
    this.#wake();
  }

  /** Takes a waiting key off the queue; one that is being run finishes. */
  forget(key: K): void {
    this.#dueMs.delete(key);
  }

  /** Resolves with the next key that is due and not being run; rejects with `signal.reason` when aborted. */
  async next(signal: AbortSignal): Promise<K> {
    for (;;) {
      signal.throwIfAborted();
      const first = this.#earliest();
      const waitMs = first === undefined ? undefined : first.dueMs - this.#clock.now();
      if (first !== undefined && waitMs !== undefined && waitMs <= 0) {
        this.#dueMs.delete(first.key);
        this.#running.add(first.key);
        return first.key;
      }
      await this.#change(waitMs, signal);
    }
  }

  /** Must follow every `next`: lets the key run again. */
  done(key: K): void {
    this.#running.delete(key);
    if (this.#dueMs.has(key)) this.#wake();
  }

  #earliest(): { readonly key: K; readonly dueMs: number } | undefined {
    let first: { key: K; dueMs: number } | undefined;
    for (const [key, dueMs] of this.#dueMs) {
      if (this.#running.has(key)) continue;
      if (first === undefined || dueMs < first.dueMs) first = { key, dueMs };
    }
    return first;
  }

  /** Resolves when the queue changed, or after `ms` where given. */
  async #change(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const cancel = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#waiters.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true, signal: cancel.signal });
      // An aborted sleep rejects: by then the race is over.
      if (ms !== undefined) this.#clock.sleep(ms, cancel.signal).then(resolve, () => undefined);
      cancel.signal.addEventListener('abort', () => this.#waiters.delete(resolve), { once: true });
    });
    await woken;
    cancel.abort(OVER);
  }

  #wake(): void {
    for (const resolve of [...this.#waiters]) resolve();
  }
}
