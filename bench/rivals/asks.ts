// bench: when those instances were asked for that do not serve yet.

import type { Member } from '../../src/simulator/world/world.ts';

/** Oldest first. */
export type Asks = [atMs: number, count: number][];

/** What started was the oldest asked for. */
export function followAsks(asks: Asks, { instances }: Member, nowMs: number): Asks {
  let surplus =
    asks.reduce((sum, [, n]) => sum + n, 0) - Math.max(0, instances.requested - instances.running);
  if (surplus < 0) asks.push([nowMs, -surplus]);
  for (let oldest = asks[0]; oldest !== undefined && surplus > 0; oldest = asks[0]) {
    const served = Math.min(surplus, oldest[1]);
    oldest[1] -= served;
    surplus -= served;
    if (oldest[1] === 0) asks.shift();
  }
  return asks;
}
