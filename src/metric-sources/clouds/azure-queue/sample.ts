// metric-sources: what the two calls together say about an Azure queue.

import type { MetricSample, TakenSince } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import type { AzureStorageQueueMetric } from './config.ts';

/** The service's limit for one peek. */
export const MAX_PEEK = 32;

/** One look at a queue: the count of all messages, and of what is visible as much as was asked for. */
export interface Look {
  /** All messages, invisible ones included. */
  readonly count: number;
  /** When it was counted, ms of the operator's clock. */
  readonly asOfMs: number;
  readonly peek?: {
    /** How many messages were asked for. */
    readonly asked: number;
    /** How many were seen. */
    readonly seen: number;
    /** Ages of those seen, ms, oldest first; absent where the service tells no time. */
    readonly agesMs?: readonly number[];
  };
  readonly taken?: TakenSince;
}

/**
 * A peek that saw fewer than it asked for knows the visible messages exactly; a full one knows that at least so many
 * wait. The two calls see the queue at slightly different moments: what a peek saw is there.
 */
export function sampleOf(
  { count: counted, inFlightPerInstance }: Pick<AzureStorageQueueMetric, 'count' | 'inFlightPerInstance'>,
  { count, asOfMs, peek, taken }: Look,
): MetricSample {
  const seen = peek?.seen ?? 0;
  const total = Math.max(count, seen);
  const oldestAgeMs = peek?.agesMs?.[0];
  const times = {
    asOfMs,
    ...defined({ oldestAgeMs, arrivals: arrivalsOf(peek?.agesMs, asOfMs), taken }),
  };
  if (counted === 'Total') return { state: 'ok', waiting: total, ...times };
  const known = { ...times, heldPerInstance: inFlightPerInstance };
  // What is invisible may be scheduled for later or be held by somebody else.
  const restInFlight = counted === 'Waiting';
  if (peek === undefined || seen >= peek.asked)
    return { state: 'ok', waiting: total, unsplit: { waitingAtLeast: seen, restInFlight }, ...known };
  return { state: 'ok', waiting: seen, ...(restInFlight && { inFlight: total - seen }), ...known };
}

/** What a peek saw: messages by their names, those next in line first. */
export interface Front {
  readonly asOfMs: number;
  readonly ids: readonly string[];
  /** Of these the ones that somebody took before and gave back. */
  readonly again: readonly string[];
}

/**
 * Of the messages that were seen at the front, those are taken that are there no more; but only while one of them is still
 * there it is known that nobody took one that has come since.
 */
export function takenSince(before: Front | undefined, now: Front): TakenSince | undefined {
  if (before === undefined) return undefined;
  const there = new Set(now.ids);
  const left = before.ids.filter((id) => there.has(id)).length;
  if (left === 0) return undefined;
  const again = before.again.filter((id) => !there.has(id)).length;
  const seen = before.ids.length;
  return { sinceMs: before.asOfMs, count: seen - left, seen, ...(again > 0 && { again }) };
}

/** One alone is the oldest, which is told already. */
function arrivalsOf(agesMs: readonly number[] | undefined, asOfMs: number): readonly number[] | undefined {
  if (agesMs === undefined || agesMs.length < 2) return undefined;
  return agesMs.map((ageMs) => asOfMs - ageMs);
}
