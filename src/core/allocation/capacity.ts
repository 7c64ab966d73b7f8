// core: who gets how many of what the pool shares (docs/design/round.md#allocation).

import type { AppRole } from '../decision.ts';
import type { FreeCapacity, Vector } from './free-capacity.ts';
import { byName, divide, type Share } from './max-min-share.ts';

/** What one app puts to the pool. */
export interface CapacityRequest extends Ranked {
  readonly role: Exclude<AppRole, 'fixed'>;
  readonly weight: number;
  readonly cost: Vector;
  readonly min: number;
  /** Kept for now by the preemption policy (`minHold`, `yieldRate`), at least `min`. */
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
 *   2. what the preemption policy keeps in place for now
 *   3. unmet demand; at each priority scaled apps first, then remainders by weight
 *
 * @param room what is left after everything fixed; what is granted is taken from it
 * @param reserved what remainders leave alone: room for instances that wait for the cluster
 * @returns one count per request, in order
 */
export function grant(
  room: FreeCapacity,
  requests: readonly CapacityRequest[],
  reserved: readonly Reservation[] = [],
): number[] {
  const served: ServedRequest[] = requests.map((request) => ({ ...request, granted: 0 }));
  const tiers = byPriority(served);
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
  return served.map(({ granted }) => granted);
}

export interface Reservation {
  readonly cost: Vector;
  readonly instances: number;
}

/** A request while it is being served. */
interface ServedRequest extends CapacityRequest {
  granted: number;
}

function raise(
  room: FreeCapacity,
  tier: readonly ServedRequest[],
  upTo: (request: CapacityRequest) => number,
): void {
  const served = tier.filter((each) => upTo(each) > each.granted);
  if (served.length === 0) return;
  const given = divide(
    room,
    served.map((each) => shareOf(each, upTo(each) - each.granted)),
  );
  served.forEach((each, k) => {
    each.granted += given[k] ?? 0;
  });
}

/** Scaled apps share unmet demand evenly; remainders share their whole count by weight. */
function shareOf({ name, role, cost, weight, holds, granted }: ServedRequest, limit: number): Share {
  return role === 'remainder'
    ? { name, cost, weight, base: granted, limit, holds: holds - granted }
    : { name, cost, weight: 1, base: 0, limit, holds: holds - granted };
}

export interface Ranked {
  /** 1 is highest. */
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
