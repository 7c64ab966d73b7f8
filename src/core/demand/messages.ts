// core: what a reading says of a queue: how many messages wait, how many are being worked on.

import { brief, giveOrTake } from '../../api/words/figures.ts';
import { clamp, reading } from '../numbers.ts';
import type { MetricSample, TakenSince } from '../observation.ts';

export interface Messages {
  /** Messages that no instance works on. */
  readonly waiting: number;
  /** Messages that instances of the app hold; undefined when that cannot be known. */
  readonly inFlight: number | undefined;
  /** How many of those said to be in flight may wait: where a count is split by what instances can hold; else 0. */
  readonly splitMargin: number;
  /** Messages that one busy instance holds at a time; 1 where that is not known. */
  readonly perBusyInstance: number;
  /** Of those in flight, the ones that were fetched ahead: an instance holds them and does not work on them yet. */
  readonly fetchedAhead: number;
  /** Age of the oldest visible message, ms; undefined when unknown. */
  readonly oldestAgeMs: number | undefined;
  /** When those next in line came, ms of the operator's clock, oldest first; undefined when unknown. */
  readonly arrivals: readonly number[] | undefined;
  /** Cumulative arrivals, from sources that count them. */
  readonly arrivedTotal: number | undefined;
  /** Messages that instances took since an earlier count, from sources that see that. */
  readonly taken: TakenSince | undefined;
}

/**
 * Splits a count that its source does not split (docs/design/law.md#what-a-queue-count-is-made-of): with c messages
 * held per busy instance at most n·c are in flight, and no more than that of the ones that a source counts are in flight
 * in our instances.
 *
 * Where a source tells messages in flight apart and nobody says how many an instance holds, what is in flight beyond one
 * for each was fetched ahead. Whoever works on several at once has to say so.
 *
 * @param ready instances that may hold messages
 */
export function messagesOf(sample: MetricSample, ready: number): Messages {
  const { unsplit, oldestAgeMs, arrivals, arrivedTotal, heldPerInstance, taken } = sample;
  const counted = reading(sample.waiting);
  const perBusyInstance = Math.max(1, heldPerInstance ?? 1);
  const atMost = heldPerInstance === undefined ? Number.POSITIVE_INFINITY : ready * perBusyInstance;
  const oldestMs = oldestAgeMs === undefined ? undefined : reading(oldestAgeMs);
  const arrived = arrivedTotal === undefined ? undefined : reading(arrivedTotal);
  let waiting = counted;
  let splitMargin = 0;
  let inFlight = sample.inFlight === undefined ? undefined : Math.min(reading(sample.inFlight), atMost);
  if (unsplit !== undefined) {
    const held = Math.min(counted, atMost);
    waiting = clamp(counted - held, Math.min(counted, reading(unsplit.waitingAtLeast)), counted);
    splitMargin = counted - waiting;
    inFlight = unsplit.restInFlight ? Math.min(counted - waiting, held) : undefined;
  }
  const fetchedAhead =
    heldPerInstance === undefined && inFlight !== undefined ? Math.max(0, inFlight - ready) : 0;
  return {
    waiting,
    inFlight,
    splitMargin,
    perBusyInstance,
    fetchedAhead,
    oldestAgeMs: oldestMs,
    arrivals,
    arrivedTotal: arrived,
    taken,
  };
}

/** Whether who works is counted at every reading: what shows the front of a queue tells it only while the queue is short. */
export function isWorkTold({ inFlight, taken }: MetricSample): boolean {
  return inFlight !== undefined && taken === undefined;
}

type Counted = Pick<Messages, 'waiting' | 'splitMargin'>;

/** `68`, `68 ± 7`. */
export function countText({ waiting, splitMargin }: Counted): string {
  return splitMargin > 0 ? giveOrTake(waiting, splitMargin) : brief(waiting);
}

export function countFigures({ waiting, splitMargin }: Counted): Readonly<Record<string, number>> {
  return splitMargin > 0 ? { waiting, splitMargin } : { waiting };
}
