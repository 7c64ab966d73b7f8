// core: who gets how many of what the pool shares (docs/design/round.md#allocation).

import type { AppRole } from './decision.ts';
import type { Room, Vector } from './room.ts';
import { byName, divide, type Share } from './share.ts';

/** What one app puts to the pool. */
export interface Claim {
  readonly id: string;
  readonly name: string;
  readonly role: Exclude<AppRole, 'fixed'>;
  /** 1 is highest. */
  readonly priority: number;
  readonly weight: number;
  readonly cost: Vector;
  readonly min: number;
  /** Kept for now by good manners (`minHold`, `yieldRate`), at least `min`. */
  readonly keeps: number;
  /** What it could use; for a remainder the most it may have. Finite. */
  readonly wanted: number;
  /** What it is asked for now. */
  readonly holds: number;
}

/**
 * Grants in this order, each stage by priority and among equals in max-min shares:
 *
 *   1. minimums
 *   2. what manners keep in place for now
 *   3. unmet demand; at each priority scaled apps first, then remainders by weight
 *
 * @param room what is left after everything fixed; what is granted is taken from it
 * @param reserved what remainders leave alone: room for instances that wait for the cluster
 * @returns one count per claim, in order
 */
export function grant(room: Room, claims: readonly Claim[], reserved: readonly Reservation[] = []): number[] {
  const takers: Taker[] = claims.map((claim) => ({ ...claim, granted: 0 }));
  const tiers = byPriority(takers);
  for (const tier of tiers) raise(room, tier, ({ min }) => min);
  for (const tier of tiers) raise(room, tier, ({ keeps }) => keeps);
  for (const tier of tiers) {
    const scaled = tier.filter(({ role }) => role === 'scaled');
    raise(room, scaled, ({ wanted }) => wanted);
    if (scaled.length === tier.length) continue;
    const remainders = tier.filter(({ role }) => role === 'remainder');
    for (const { cost, instances } of reserved) room.take(cost, instances);
    raise(room, remainders, ({ wanted }) => wanted);
    for (const { cost, instances } of reserved) room.take(cost, -instances);
  }
  return takers.map(({ granted }) => granted);
}

export interface Reservation {
  readonly cost: Vector;
  readonly instances: number;
}

/** A claim while it is being served. */
interface Taker extends Claim {
  granted: number;
}

function raise(room: Room, tier: readonly Taker[], upTo: (claim: Claim) => number): void {
  const takers = tier.filter((taker) => upTo(taker) > taker.granted);
  if (takers.length === 0) return;
  const given = divide(
    room,
    takers.map((taker) => shareOf(taker, upTo(taker) - taker.granted)),
  );
  takers.forEach((taker, k) => {
    taker.granted += given[k] ?? 0;
  });
}

/** Scaled apps share unmet demand evenly; remainders share their whole count by weight. */
function shareOf({ name, role, cost, weight, holds, granted }: Taker, limit: number): Share {
  return role === 'remainder'
    ? { name, cost, weight, base: granted, limit, holds: holds - granted }
    : { name, cost, weight: 1, base: 0, limit, holds: holds - granted };
}

interface Ranked {
  readonly priority: number;
  readonly name: string;
  readonly id: string;
}

/** Highest priority first, equals together and by name: the order of apps is irrelevant. */
export function byPriority<T extends Ranked>(ranked: readonly T[]): readonly (readonly T[])[] {
  const tiers = new Map<number, T[]>();
  for (const each of ranked) {
    const tier = tiers.get(each.priority);
    if (tier === undefined) tiers.set(each.priority, [each]);
    else tier.push(each);
  }
  return [...tiers.entries()].sort(([a], [b]) => a - b).map(([, tier]) => tier.sort(inOrder));
}

function inOrder(a: Ranked, b: Ranked): number {
  return byName(a.name, b.name) || byName(a.id, b.id);
}
