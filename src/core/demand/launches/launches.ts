// core: when pending instances were asked for, and how long it takes until one serves.

import { isObject } from '../../../api/schema/json-schema.ts';
import { clamp, count } from '../../numbers.ts';
import type { AppObservation } from '../../observation.ts';
import {
  dropNewest,
  isCourse,
  isTally,
  type Levels,
  lastLevel,
  NO_TALLY,
  noteLevel,
  type Tally,
  takeOldest,
  total,
} from '../history.ts';

export interface LaunchMemory {
  /** Instances that serve, over the recent past. */
  readonly ready: Levels;
  /** Oldest first: instances become ready in the order in which they were asked for. */
  readonly asks: Tally;
  /** Running mean of (asked → serving), d̂ in docs/design/law.md. */
  readonly deadTimeMs: number;
  readonly seen: number;
  /** How long the latest launches took, ms, oldest first; absent until one was seen. */
  readonly took?: readonly number[];
}

/** Of so many launches quantiles are taken, and this one where one is late. */
const MOST_TOOK = 16;
const HALF = 0.5;
/** … and people are told this one beside the median. */
const MOST = 0.9;
const FIRST_GUESS_MS = 2_000;
const LONGEST_MS = 600_000;
/** The mean follows the newest launches with at least this weight. */
const LEAST_WEIGHT = 0.1;

/**
 * Follows launches by counting: what became ready was the oldest asked for, what was given up the newest.
 * Needs no task times, so replaced and unhealthy instances are followed as well.
 */
export function followLaunches(
  memory: LaunchMemory | undefined,
  now: { readonly asked: number; readonly ready: number; readonly nowMs: number },
  startupMs: number | undefined,
): LaunchMemory {
  const pending = Math.max(0, now.asked - now.ready);
  if (memory === undefined) {
    return {
      ready: [now.nowMs, now.ready],
      asks: pending > 0 ? [[now.nowMs, pending]] : NO_TALLY,
      deadTimeMs: clamp(startupMs ?? FIRST_GUESS_MS, 0, LONGEST_MS),
      seen: 0,
    };
  }
  const before = lastLevel(memory.ready);
  if (now.ready === before && pending === total(memory.asks)) return memory;
  const { rest, taken } = takeOldest(memory.asks, Math.max(0, now.ready - before));
  const learned = learn(memory, taken, now.nowMs);
  const missing = pending - total(rest);
  const asks =
    missing > 0 ? [...rest, [now.nowMs, missing] as const] : missing < 0 ? dropNewest(rest, -missing) : rest;
  const kept = asks.length === 0 ? NO_TALLY : asks.slice(-32);
  return { ready: noteLevel(memory.ready, now.nowMs, now.ready), asks: kept, ...learned };
}

function learn(
  memory: LaunchMemory,
  launched: Tally,
  nowMs: number,
): Pick<LaunchMemory, 'deadTimeMs' | 'seen' | 'took'> {
  let { deadTimeMs, seen } = memory;
  if (launched.length === 0)
    return memory.took === undefined ? { deadTimeMs, seen } : { deadTimeMs, seen, took: memory.took };
  const took = [
    ...(memory.took ?? []),
    ...launched.map(([askedAtMs]) => clamp(nowMs - askedAtMs, 0, LONGEST_MS)),
  ];
  for (const [askedAtMs, n] of launched) {
    const tookMs = clamp(nowMs - askedAtMs, 0, mostOf(deadTimeMs));
    seen = Math.min(seen + n, 1_000);
    deadTimeMs += (tookMs - deadTimeMs) * Math.min(1, Math.max(n / seen, 1 - (1 - LEAST_WEIGHT) ** n));
  }
  return { deadTimeMs, seen, took: took.slice(-MOST_TOOK) };
}

/**
 * The quantile of the latest launches among those that took longer than `longerMs`: launches of a
 * node that has the image, and of one that has to fetch it, are two kinds, and a launch that is not of the first is of the second.
 *
 * @returns undefined where none took longer
 */
export function launchQuantileMs(
  took: readonly number[],
  longerMs: number,
  share: number,
): number | undefined {
  const longer = took.filter((ms) => ms > longerMs).sort((a, b) => a - b);
  return longer[Math.min(longer.length - 1, Math.floor(share * longer.length))];
}

/** How long launches take, as people are told it. */
export interface LaunchTimes {
  readonly medianMs: number;
  /** Nine in ten took no longer. */
  readonly mostMs: number;
  /** So many of the latest say so. */
  readonly launches: number;
}

/** Launches are seldom, and rounds are many. */
const timesKnown = new WeakMap<readonly number[], LaunchTimes>();

/** @returns undefined while none was seen */
export function launchTimesOf({ took }: LaunchMemory): LaunchTimes | undefined {
  if (took === undefined || took.length === 0) return undefined;
  const known = timesKnown.get(took);
  if (known !== undefined) return known;
  const quantileMs = (share: number): number => launchQuantileMs(took, -1, share) ?? 0;
  const times = { medianMs: quantileMs(HALF), mostMs: quantileMs(MOST), launches: took.length };
  timesKnown.set(took, times);
  return times;
}

/**
 * The asks as the laws are to take them, who reckon with the mean: what is later than that is expected when half of those
 * launches had served that took longer than it has been waited for; where none did, any moment.
 */
export function expectedAsks({ asks, deadTimeMs, took }: LaunchMemory, nowMs: number): Tally {
  const oldest = asks[0];
  if (took === undefined || oldest === undefined || nowMs - oldest[0] <= deadTimeMs) return asks;
  return asks
    .map(([askedAtMs, n]): readonly [number, number] => {
      const ageMs = nowMs - askedAtMs;
      const usualMs = ageMs <= deadTimeMs ? undefined : launchQuantileMs(took, ageMs, HALF);
      return usualMs === undefined ? [askedAtMs, n] : [askedAtMs + usualMs - deadTimeMs, n];
    })
    .sort(([a], [b]) => a - b);
}

/** Whether it can be read, whoever wrote it. */
export function isLaunches(raw: unknown): raw is LaunchMemory {
  if (!isObject(raw)) return false;
  const { asks, ready, deadTimeMs, seen, took } = raw;
  const isKnown = took === undefined || isTook(took);
  return (
    isTally(asks) && isCourse(ready) && typeof deadTimeMs === 'number' && typeof seen === 'number' && isKnown
  );
}

export function isTook(raw: unknown): raw is readonly number[] {
  return (
    Array.isArray(raw) &&
    raw.length <= MOST_TOOK &&
    raw.every((ms) => typeof ms === 'number' && ms >= 0 && ms <= LONGEST_MS)
  );
}

/** d̂; until one has become ready, it takes at least as long as the oldest has been waited for. */
export function deadTimeOf({ deadTimeMs, seen, asks }: LaunchMemory, nowMs: number): number {
  const oldest = asks[0];
  return seen > 0 || oldest === undefined
    ? deadTimeMs
    : Math.max(deadTimeMs, Math.min(nowMs - oldest[0], mostOf(deadTimeMs)));
}

/** A launch that waited for room or was retried says little about the next one: it counts, within bounds. */
function mostOf(deadTimeMs: number): number {
  return Math.min(LONGEST_MS, 4 * deadTimeMs + 5_000);
}

/**
 * Instances that serve. Health checks decide where the app has them; else an instance serves
 * `startupTime` after it started to run.
 */
export function serving(observed: AppObservation, startupMs: number | undefined, nowMs: number): number {
  if (observed.hasHealthChecks || startupMs === undefined || observed.tasks.length === 0)
    return count(observed.ready);
  let ready = 0;
  for (const task of observed.tasks) {
    if (task.phase !== 'running') continue;
    if (task.startedAtMs === undefined || nowMs - task.startedAtMs >= startupMs) ready++;
  }
  return Math.min(ready, count(observed.ready));
}
