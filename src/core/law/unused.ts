// core: when the last instance may go (docs/design/law.md#decision).

import { isBlind, type View } from './need.ts';
import { arrivedIn, type Estimate, type Measurement } from './rates/estimate.ts';

/**
 * As long as KEDA waits before it scales to zero, where nobody says otherwise (its `cooldownPeriod`). Behind no instance a few
 * messages may wait for long, where a target in messages allows them: who has one every minute is to keep the instance.
 */
const UNUSED_MS = 300_000;
/** Counts further apart than this say nothing of the time between them, unless they are so far apart mostly. */
const MOST_APART_MS = 75_000;
const MOST_APART_INTERVALS = 2;
/** Of a hundred messages hardly one takes longer than so many times the mean. */
const MOST_WORK_TIMES = 5;

interface Before {
  readonly estimate: Estimate;
  /** Mean time between counts, s. */
  readonly intervalS: number;
  readonly unusedSinceMs?: number | undefined;
}

/** @returns since when all counts found that nothing waited, was in flight or came, ms; undefined where this one finds something */
export function unusedSince(now: Measurement, before: Before | undefined): number | undefined {
  const { atMs, waiting, working = 0 } = now;
  if (waiting > 0 || working > 0) return undefined;
  if (before === undefined) return atMs;
  const apartMs = atMs - before.estimate.atMs;
  if (apartMs > Math.max(MOST_APART_MS, MOST_APART_INTERVALS * 1000 * before.intervalS)) return atMs;
  const came = arrivedIn(before.estimate, now) ?? 0;
  return came > 0 ? undefined : (before.unusedSinceMs ?? atMs);
}

/**
 * Whether the last instance may go. What is needed is never quite nothing, by rates that are never quite known, and is rounded
 * up to one; that nothing came for long says what no rate does. Where nothing tells messages in flight the last one may be
 * worked on still: who gave its instance back would find it in the queue again, and never get it done.
 */
export function isUnused({ input, estimate, unusedSinceMs }: View): boolean {
  if (unusedSinceMs === undefined) return false;
  const workedOffMs = input.messages.inFlight === undefined ? (MOST_WORK_TIMES * 1000) / estimate.service : 0;
  // A probe takes the last one, too: what it was wrong about comes back.
  const unusedMs = isBlind(input) ? 0 : UNUSED_MS;
  return input.atMs - unusedSinceMs >= Math.max(unusedMs, workedOffMs);
}
