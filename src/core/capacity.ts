// core: who gets how many of what the pool shares (design.md §2, "Grants").

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
  const granted = claims.map(() => 0);
  const tiers = byPriority(claims);
  for (const tier of tiers) raise(room, { claims, granted, tier }, (claim) => claim.min);
  for (const tier of tiers) raise(room, { claims, granted, tier }, (claim) => claim.keeps);
  for (const tier of tiers) {
    const scaled = tier.filter((i) => claims[i]?.role === 'scaled');
    raise(room, { claims, granted, tier: scaled }, (claim) => claim.wanted);
    const remainders = tier.filter((i) => claims[i]?.role === 'remainder');
    if (remainders.length === 0) continue;
    for (const { cost, instances } of reserved) room.take(cost, instances);
    raise(room, { claims, granted, tier: remainders }, (claim) => claim.wanted);
    for (const { cost, instances } of reserved) room.take(cost, -instances);
  }
  return granted;
}

export interface Reservation {
  readonly cost: Vector;
  readonly instances: number;
}

interface Stage {
  readonly claims: readonly Claim[];
  readonly granted: number[];
  /** Indices of the claims that take part. */
  readonly tier: readonly number[];
}

function raise(room: Room, { claims, granted, tier }: Stage, upTo: (claim: Claim) => number): void {
  const takers: number[] = [];
  const shares: Share[] = [];
  for (const i of tier) {
    const claim = claims[i];
    if (claim === undefined) continue;
    const had = granted[i] ?? 0;
    const limit = upTo(claim) - had;
    if (limit <= 0) continue;
    takers.push(i);
    shares.push(shareOf(claim, had, limit));
  }
  if (takers.length === 0) return;
  const given = divide(room, shares);
  takers.forEach((i, k) => {
    granted[i] = (granted[i] ?? 0) + (given[k] ?? 0);
  });
}

/** Scaled apps share unmet demand evenly; remainders share their whole count by weight. */
function shareOf(claim: Claim, granted: number, limit: number): Share {
  const remainder = claim.role === 'remainder';
  return {
    name: claim.name,
    cost: claim.cost,
    weight: remainder ? claim.weight : 1,
    base: remainder ? granted : 0,
    limit,
    holds: claim.holds - granted,
  };
}

/** Indices of the claims, highest priority first, equals together and by name: the order of apps is irrelevant. */
export function byPriority(
  claims: readonly { readonly priority: number; readonly name: string; readonly id: string }[],
): readonly (readonly number[])[] {
  const tiers = new Map<number, number[]>();
  claims.forEach(({ priority }, i) => {
    const tier = tiers.get(priority);
    if (tier === undefined) tiers.set(priority, [i]);
    else tier.push(i);
  });
  return [...tiers.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, tier]) => tier.sort((a, b) => compare(claims[a], claims[b])));
}

interface Named {
  readonly name: string;
  readonly id: string;
}

function compare(a: Named | undefined, b: Named | undefined): number {
  return byName(a?.name ?? '', b?.name ?? '') || byName(a?.id ?? '', b?.id ?? '');
}
