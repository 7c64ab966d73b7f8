// runtime: the only place that knows what time it is. Everything that waits takes a Clock.

/**
 * | reading     | for                                                                        | when the wall clock is set    |
 * |-------------|----------------------------------------------------------------------------|-------------------------------|
 * | `now`       | what people read, what is stored, and what is compared with other clocks   | jumps with it, also backwards |
 * | `monotonic` | what measures: due times, ages, deadlines, holds, leases, cool-downs       | goes on as if nothing was     |
 *
 * A monotonic time that people are to read, or that is to outlive the process, is moved by `wallOffset` first.
 */
export interface Clock {
  /** ms since the epoch, as the machine's clock shows them. */
  now(): number;
  /** ms since the epoch as they were when the process began, and since then by a count that cannot be set. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with `signal.reason` when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls back once after `ms`, unless its result is called before. For deadlines, of which thousands a second are called off:
   * an aborted `sleep` costs ten times as much.
   */
  after(ms: number, call: () => void): () => void;
}

const STARTED_AT_MS = Date.now() - performance.now();

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Math.floor(STARTED_AT_MS + performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Slewing by NTP is less than this in a minute; a clock that was set is further off. */
const SAME_WITHIN_MS = 250;

/**
 * What to add to a monotonic time to have it as the wall clock shows it. While the wall clock only drifts, the
 * number stays the same, so that a time that is shown or stored again and again is the same text each time.
 */
export function wallOffset(clock: Pick<Clock, 'now' | 'monotonic'>): () => number {
  let offsetMs = clock.now() - clock.monotonic();
  return () => {
    const nowMs = clock.now() - clock.monotonic();
    if (Math.abs(nowMs - offsetMs) > SAME_WITHIN_MS) offsetMs = nowMs;
    return offsetMs;
  };
}

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock that moves only when it is advanced; sleepers wake in order of due time, then of arrival. */
export class VirtualClock implements Clock {
  /** Monotonic. */
  #nowMs: number;
  #wallAheadMs = 0;
  #order = 0;
  #sleepers: Sleeper[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs + this.#wallAheadMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  /** Somebody sets the wall clock forward, or back; no time passes. */
  setWallClock(byMs: number): void {
    this.#wallAheadMs += byMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const callOff = this.after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = (): void => {
        callOff();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  after(ms: number, call: () => void): () => void {
    const sleeper: Sleeper = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, wake: call };
    this.#sleepers.push(sleeper);
    return () => {
      this.#sleepers = this.#sleepers.filter((s) => s !== sleeper);
    };
  }

  /** How many sleeps are outstanding. */
  get pending(): number {
    return this.#sleepers.length;
  }

  /** Moves time forward by `ms`, waking sleepers one by one and letting their continuations run in between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const next = this.#sleepers
        .filter((s) => s.atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((s) => s !== next);
      this.#nowMs = next.atMs;
      next.wake();
      await settle();
    }
    this.#nowMs = endMs;
  }
}

/** Lets every already resolved promise chain run, immediates included. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
