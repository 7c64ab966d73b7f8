// core: when pending instances were asked for, and how long it takes until one serves.

import { clamp, count } from '../numbers.ts';
import type { AppObservation } from '../observation.ts';
import { dropNewest, type Levels, noteLevel, type Tally, takeOldest, total } from './history.ts';

export interface LaunchMemory {
  /** Instances that serve, over the recent past. */
  readonly ready: Levels;
  /** Oldest first: instances become ready in the order in which they were asked for. */
  readonly asks: Tally;
  /** Running mean of (asked → serving), d̂ in docs/design/law.md. */
  readonly deadTimeMs: number;
  readonly seen: number;
}

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
      ready: [[now.nowMs, now.ready]],
      asks: pending > 0 ? [[now.nowMs, pending]] : [],
      deadTimeMs: clamp(startupMs ?? FIRST_GUESS_MS, 0, LONGEST_MS),
      seen: 0,
    };
  }
  const before = memory.ready.at(-1)?.[1] ?? 0;
  if (now.ready === before && pending === total(memory.asks)) return memory;
  const { rest, taken } = takeOldest(memory.asks, Math.max(0, now.ready - before));
  const learned = learn(memory, taken, now.nowMs);
  const missing = pending - total(rest);
  const asks =
    missing > 0 ? [...rest, [now.nowMs, missing] as const] : missing < 0 ? dropNewest(rest, -missing) : rest;
  return { ready: noteLevel(memory.ready, now.nowMs, now.ready), asks: asks.slice(-32), ...learned };
}

function learn(
  memory: LaunchMemory,
  launched: Tally,
  nowMs: number,
): { readonly deadTimeMs: number; readonly seen: number } {
  let { deadTimeMs, seen } = memory;
  for (const [askedAtMs, n] of launched) {
    const tookMs = clamp(nowMs - askedAtMs, 0, mostOf(deadTimeMs));
    seen = Math.min(seen + n, 1_000);
    deadTimeMs += (tookMs - deadTimeMs) * Math.min(1, Math.max(n / seen, 1 - (1 - LEAST_WEIGHT) ** n));
  }
  return { deadTimeMs, seen };
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
