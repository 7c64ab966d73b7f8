// core: when the last instance may go (docs/design/law.md#decision).

import { arrivedIn, type Estimate, type Measurement } from './rates/estimate.ts';

/**
 * As long as KEDA waits before it scales to zero, where nobody says otherwise (its `cooldownPeriod`). Behind no instance a few
 * messages may wait for long, where a target in messages allows them: who has one every minute is to keep the instance.
 */
const UNUSED_MS = 300_000;
/** Counts further apart than this say nothing of the time between them, unless they are so far apart mostly. */
const MOST_APART_MS = 75_000;
const MOST_APART_INTERVALS = 2;

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
 * What is needed is never quite nothing, by rates that are never quite known, and is rounded up to one. That nothing came for
 * long says what no rate does.
 *
 * @param atMs of the newest count: what is not counted is not known to be unused
 */
export function isUnused(sinceMs: number | undefined, atMs: number): boolean {
  return sinceMs !== undefined && atMs - sinceMs >= UNUSED_MS;
}
