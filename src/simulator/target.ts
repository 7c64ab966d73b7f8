// simulator: a target of any kind as a number of messages.

import { durationMs } from '../api/duration.ts';
import type { Member, World } from './world/world.ts';

/**
 * How many waiting messages the first target of an app allows: as it says, or what the instances that serve could
 * do in the time it says. Infinity on apps without a target.
 */
export function targetMessages({ terms, instances }: Member, { options }: World): number {
  return limitWith(terms.targets[0], instances.running, options.serviceRate);
}

export function limitWith(
  target: Member['terms']['targets'][number] | undefined,
  ready: number,
  serviceRate: number,
): number {
  if (target === undefined) return Number.POSITIVE_INFINITY;
  if (target.queueLength !== undefined) return target.queueLength;
  if (target.perInstance !== undefined) return target.perInstance * Math.max(1, ready);
  const inTime = target.drainTime ?? target.messageAge;
  if (inTime === undefined) return Number.POSITIVE_INFINITY;
  return (durationMs(inTime) / 1000) * serviceRate * Math.max(1, ready);
}
