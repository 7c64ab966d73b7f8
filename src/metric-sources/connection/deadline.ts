// metric-sources: no round waits longer than its deadline for a read; one that comes late serves the next round.

import type { MetricReading } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';
import { AdaptiveDeadline } from '../../runtime/network/adaptive-deadline.ts';
import type { MetricSource } from '../source.ts';

export interface DeadlineOptions {
  readonly deadlineMs: number;
  readonly clock: Clock;
  /** What is read, for the reason: `queue demo-queue`. */
  readonly label: () => string;
}

/** A source that needs longer than the deadline each time is waited for, but no round longer than this. */
const LONGEST_WAIT = 2.5;
/** So many deadlines a read goes on that no round waits for any more. As many go on at once, since each was waited for in its time. */
const LONGEST_READ = 5;

/**
 * ```
 *            asks      deadline: `unavailable`   answer: serves the round that comes next
 * round 1    ├──────────────────┤- - - - - - - - - - │
 * round 2                          ├─────────────────┤ ok
 * ```
 * A service that was restarted may need longer for its first answer than a round can wait, and would be cut off just
 * before it again and again. Each round asks all the same: an answer may also be lost for good.
 */
export function withDeadline(source: MetricSource, options: DeadlineOptions): MetricSource {
  return new DeadlineSource(source, options);
}

/** One for all reads: an error of its own for each, with where it was made, costs more than a read that is answered at once. */
const OVER = new DOMException('nobody waits for this read any more', 'AbortError');

interface Arrived {
  readonly reading: MetricReading;
  readonly atMs: number;
}

/** One for all: made in a read it would hold all that the read had, until the next one. */
const NOBODY = (): void => undefined;

class DeadlineSource implements MetricSource {
  readonly #source: MetricSource;
  readonly #options: DeadlineOptions;
  readonly #wait: AdaptiveDeadline;
  /** Reads that were given up and go on; most sources never have one. */
  #late: Set<AbortController> | undefined;
  /** What one of them brought, until the next read. */
  #arrived: Arrived | undefined;
  #onArrival: () => void = NOBODY;

  constructor(source: MetricSource, options: DeadlineOptions) {
    this.#source = source;
    this.#options = options;
    const { deadlineMs } = options;
    this.#wait = new AdaptiveDeadline({ leastMs: deadlineMs, mostMs: LONGEST_WAIT * deadlineMs });
  }

  async read(signal: AbortSignal): Promise<MetricReading> {
    signal.throwIfAborted();
    const early = this.#takeArrived();
    if (early !== undefined) return early;
    const { clock } = this.#options;
    const waitMs = this.#wait.ms;
    const startedAtMs = clock.monotonic();
    const mine = new AbortController();
    // What ends the wait in the place of an answer.
    const instead = Promise.withResolvers<MetricReading | undefined>();
    let isAnswered = true;
    const end = (): void => {
      isAnswered = false;
      if (signal.aborted) instead.reject(signal.reason);
      else instead.resolve(this.#takeArrived());
    };
    this.#onArrival = end;
    const callOff = clock.after(waitMs, end);
    // A signal of both would outlive the read until the garbage of a long time is collected.
    signal.addEventListener('abort', end, { once: true });
    const reading = this.#source.read(mine.signal);
    try {
      const first = await Promise.race([reading, instead.promise]);
      if (first === undefined) {
        this.#goOn(reading, { abort: mine, startedAtMs });
        return this.#unavailable(waitMs);
      }
      if (first.state === 'ok') this.#wait.answered(clock.monotonic() - startedAtMs);
      if (first.state === 'ok') this.#endLate();
      return first;
    } catch (error) {
      if (signal.aborted) this.#endLate();
      throw error;
    } finally {
      this.#onArrival = NOBODY;
      signal.removeEventListener('abort', end);
      callOff();
      // An abort that nobody hears costs as much as a read that is answered at once.
      if (!isAnswered && this.#late?.has(mine) !== true) mine.abort(OVER);
    }
  }

  async close(): Promise<void> {
    this.#endLate();
    await this.#source.close();
  }

  /** No round waits for it any more: what it brings in time serves the next one. */
  #goOn(
    reading: Promise<MetricReading>,
    { abort, startedAtMs }: { readonly abort: AbortController; readonly startedAtMs: number },
  ): void {
    const { clock, deadlineMs } = this.#options;
    this.#late ??= new Set();
    this.#late.add(abort);
    const end = (): void => {
      this.#late?.delete(abort);
      abort.abort(OVER);
    };
    reading.then((late) => {
      const isWanted = this.#late?.has(abort) === true && late.state === 'ok';
      end();
      if (!isWanted) return;
      this.#arrived = { reading: late, atMs: clock.monotonic() };
      this.#wait.answered(clock.monotonic() - startedAtMs);
      this.#onArrival();
    }, end);
    const leftMs = Math.max(0, LONGEST_READ * deadlineMs - (clock.monotonic() - startedAtMs));
    clock.sleep(leftMs, abort.signal).then(end, () => undefined);
  }

  #takeArrived(): MetricReading | undefined {
    const arrived = this.#arrived;
    this.#arrived = undefined;
    const { clock, deadlineMs } = this.#options;
    const isNews = arrived !== undefined && clock.monotonic() - arrived.atMs <= deadlineMs;
    return isNews ? arrived.reading : undefined;
  }

  #endLate(): void {
    for (const abort of this.#late ?? []) abort.abort(OVER);
    this.#late = undefined;
  }

  #unavailable(waitedMs: number): MetricReading {
    const { clock, label } = this.#options;
    return {
      state: 'unavailable',
      reason: `reading ${label()}: no answer within ${Math.round(waitedMs)} ms; is the other side overloaded or unreachable?`,
      sinceMs: clock.monotonic(),
    };
  }
}
