// runtime: a bounded ring of records, newest first, in which the same thing does not appear twice in a while.

import type { Clock } from './clock.ts';

/** Two records of one situation share `reason` and `object`. */
export interface Recorded {
  readonly atMs: number;
  readonly reason: string;
  readonly object: string;
  readonly message: string;
}

export interface EventRingOptions {
  readonly clock: Clock;
  readonly capacity: number;
  /** How long a repeat replaces its record instead of adding one; 0 keeps everything. */
  readonly windowMs: number;
}

const DEFAULT_WINDOW_MS = 120_000;
const DEFAULT_CAPACITY = 200;

/**
 * Within the window a situation has one record. A repeat is dropped while it is the last word about its object;
 * when it says something new, or something else happened in between, it takes the place of the old one, at the
 * top: nothing floods, and the newest record always shows the present state.
 */
export class EventRing<E extends Recorded> {
  readonly #options: EventRingOptions;
  #records: readonly E[] = [];
  /** Monotonic: a clock that is set makes nothing new, or old. */
  readonly #recordedAtMs = new WeakMap<E, number>();

  constructor(options: Pick<EventRingOptions, 'clock'> & Partial<EventRingOptions>) {
    this.#options = { capacity: DEFAULT_CAPACITY, windowMs: DEFAULT_WINDOW_MS, ...options };
  }

  /** Returns true when the record is news. */
  record(event: Omit<E, 'atMs'>): boolean {
    const { clock, capacity, windowMs } = this.#options;
    const nowMs = clock.monotonic();
    const isRepeat = (r: E): boolean =>
      r.reason === event.reason &&
      r.object === event.object &&
      nowMs - (this.#recordedAtMs.get(r) ?? Number.NEGATIVE_INFINITY) < windowMs;
    const lastWord = this.#records.find((r) => r.object === event.object);
    if (lastWord !== undefined && isRepeat(lastWord) && lastWord.message === event.message) return false;
    const kept = this.#records.filter((r) => !isRepeat(r));
    const record = { ...event, atMs: clock.now() } as E;
    this.#recordedAtMs.set(record, nowMs);
    this.#records = [record, ...kept].slice(0, capacity);
    return true;
  }

  /** What was recorded before, newest first; takes the place of everything that is there. */
  restore(records: readonly E[]): void {
    this.#records = records.slice(0, this.#options.capacity);
    const { clock } = this.#options;
    const offsetMs = clock.now() - clock.monotonic();
    for (const record of this.#records) this.#recordedAtMs.set(record, record.atMs - offsetMs);
  }

  /** Newest first. */
  list(): readonly E[] {
    return this.#records;
  }
}
