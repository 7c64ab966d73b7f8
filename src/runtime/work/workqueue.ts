// runtime: a queue of keys: each waits once, runs once at a time, and leaves at its earliest due time.

import type { Clock } from '../clock.ts';

/**
 * | a key is…   | `add` does                                      |
 * |-------------|-------------------------------------------------|
 * | unknown     | waits until `afterMs` from now                     |
 * | waiting     | keeps the earlier of the two due times          |
 * | being run   | waits again as soon as `done` is called for it  |
 */
export class WorkQueue<K> {
  readonly #clock: Clock;
  readonly #dueMs = new Map<K, number>();
  /** Since when. */
  readonly #running = new Map<K, number>();
  /** Of the keys that wait and are not being run, the earliest first; entries that `#dueMs` contradicts are old. */
  readonly #order = new EarliestFirst<K>();
  readonly #waiters = new Set<() => void>();
  /** When a key was last taken or done. */
  #wentOnMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wentOnMs = clock.monotonic();
  }

  add(key: K, afterMs = 0): void {
    const dueMs = this.#clock.monotonic() + Math.max(0, afterMs);
    const known = this.#dueMs.get(key);
    if (known !== undefined && known <= dueMs) return;
    this.#dueMs.set(key, dueMs);
    if (!this.#running.has(key)) this.#line(key, dueMs);
  }

  /** Takes a waiting key off the queue; one that is being run finishes. */
  forget(key: K): void {
    this.#dueMs.delete(key);
  }

  /** Resolves with the next key that is due and not being run; rejects with `signal.reason` when aborted. */
  async next(signal: AbortSignal): Promise<K> {
    for (;;) {
      if (signal.aborted) {
        // A waiter that was woken in vain passes it on.
        this.#wakeOne();
        throw signal.reason;
      }
      const first = this.#earliest();
      const waitMs = first === undefined ? undefined : first.dueMs - this.#clock.monotonic();
      if (first !== undefined && waitMs !== undefined && waitMs <= 0) {
        this.#order.shift();
        this.#dueMs.delete(first.key);
        this.#wentOnMs = this.#clock.monotonic();
        this.#running.set(first.key, this.#wentOnMs);
        if (this.#earliest() !== undefined) this.#wakeOne();
        return first.key;
      }
      await this.#change(waitMs, signal);
    }
  }

  /** Must follow every `next`: lets the key run again. */
  done(key: K): void {
    this.#running.delete(key);
    this.#wentOnMs = this.#clock.monotonic();
    const dueMs = this.#dueMs.get(key);
    if (dueMs !== undefined) this.#line(key, dueMs);
  }

  /**
   * For how long nothing has gone on although it was due, or one key has been worked on; 0 when all is well. Many keys
   * that are late one after the other are a load, not a standstill.
   */
  standstillMs(): number {
    const nowMs = this.#clock.monotonic();
    const dueMs = this.#earliest()?.dueMs ?? Number.POSITIVE_INFINITY;
    const idleMs = nowMs - Math.max(dueMs, this.#wentOnMs);
    const inHandMs = nowMs - Math.min(nowMs, ...this.#running.values());
    return Math.max(0, idleMs, inHandMs);
  }

  /** One waiter is enough: it wakes another one when it leaves work behind. */
  #line(key: K, dueMs: number): void {
    this.#order.push({ key, dueMs });
    if (this.#earliest()?.key === key) this.#wakeOne();
  }

  #earliest(): Due<K> | undefined {
    for (;;) {
      const first = this.#order.first();
      if (first === undefined) return undefined;
      if (this.#dueMs.get(first.key) === first.dueMs && !this.#running.has(first.key)) return first;
      this.#order.shift();
    }
  }

  /** Resolves when it is this waiter's turn to look, or after `ms` where given. */
  #change(ms: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        callOff?.();
        signal.removeEventListener('abort', wake);
        this.#waiters.delete(wake);
        resolve();
      };
      const callOff = ms === undefined ? undefined : this.#clock.after(ms, wake);
      this.#waiters.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #wakeOne(): void {
    const [wake] = this.#waiters;
    wake?.();
  }
}

interface Due<K> {
  readonly key: K;
  readonly dueMs: number;
}

/** A binary heap; of those due at one time, whichever. */
class EarliestFirst<K> {
  readonly #heap: Due<K>[] = [];

  first(): Due<K> | undefined {
    return this.#heap[0];
  }

  push(entry: Due<K>): void {
    let at = this.#heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#dueMs(above) <= this.#dueMs(at)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Drops the first. */
  shift(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const below = this.#dueMs(left + 1) < this.#dueMs(left) ? left + 1 : left;
      if (this.#dueMs(at) <= this.#dueMs(below)) return;
      this.#swap(at, below);
      at = below;
    }
  }

  #dueMs(at: number): number {
    return this.#heap[at]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
