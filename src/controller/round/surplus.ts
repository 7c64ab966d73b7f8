// controller: apps that keep a higher count than they should, because what is too much only waits to be launched. Pure.

import type { AppObservation } from '../../core/observation.ts';
import type { WriteResult } from './act.ts';

/** By app id: since when its count could not be lowered. */
export type SurplusMemory = ReadonlyMap<string, number>;

/** So long the others leave room for instances that are not wanted any more: they may launch at any moment. */
export const LEND_AFTER_MS = 60_000;

/** Follows the results of a round; whatever was not in the way of a fall this time is forgotten. */
export function followSurplus(
  memory: SurplusMemory,
  results: readonly WriteResult[],
  nowMs: number,
): SurplusMemory {
  const unlaunched = results.filter(({ obstacle }) => obstacle === 'unlaunched');
  return new Map(unlaunched.map(({ change: { app } }) => [app, memory.get(app) ?? nowMs]));
}

/**
 * The app as its pool should take it. The scheduler has no call that takes back waiting instances and leaves running ones
 * alone, so an app that cannot launch what it once asked for keeps the count, and with
 * it slots that nobody uses. After a while these are lent to the others. Should one of the instances launch after
 * all, the fall goes through at that moment and takes it back: until then the pool is over its budget by as many.
 */
export function withoutSurplus(
  observed: AppObservation,
  { sinceMs, nowMs }: { readonly sinceMs: number | undefined; readonly nowMs: number },
): AppObservation {
  if (sinceMs === undefined || nowMs - sinceMs < LEND_AFTER_MS) return observed;
  const requested = Math.max(0, observed.requested - observed.waiting);
  return { ...observed, requested, waiting: 0, waitingFor: [] };
}
