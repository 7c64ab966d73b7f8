// core: who gets how many of what the pool shares (docs/design/round.md#allocation).

import type { AppRole } from '../decision.ts';
import { addTo, type FreeCapacity, type Vector } from './free-capacity.ts';
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
  const served: readonly ServedRequest[] = requests.map(unserved);
  const tiers = byPriority(served, requestOf);
  for (const tier of tiers) raise(room, tier, ({ min }) => min);
  for (const tier of tiers) raise(room, tier, ({ keeps }) => keeps);
  for (const tier of tiers) {
    const scaled = tier.filter(({ request }) => request.role === 'scaled');
    raise(room, scaled, ({ wanted }) => wanted);
    if (scaled.length === tier.length) continue;
    const remainders = tier.filter(({ request }) => request.role === 'remainder');
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
interface ServedRequest {
  readonly request: CapacityRequest;
  granted: number;
}

function unserved(request: CapacityRequest): ServedRequest {
  return { request, granted: 0 };
}

function requestOf({ request }: ServedRequest): CapacityRequest {
  return request;
}

type Level = (request: CapacityRequest) => number;

/** Where there is room for all that they ask for, nothing is to be divided. */
function raise(room: FreeCapacity, tier: readonly ServedRequest[], upTo: Level): void {
  const asking = room.none();
  let some = false;
  for (const { request, granted } of tier) {
    const more = upTo(request) - granted;
    if (more <= 0) continue;
    some = true;
    addTo(asking, request.cost, more);
  }
  if (!some) return;
  if (room.fits(asking) >= 1) raiseAll(room, tier, upTo);
  else raiseTogether(room, tier, upTo);
}

function raiseAll(room: FreeCapacity, tier: readonly ServedRequest[], upTo: Level): void {
  for (const each of tier) {
    const more = upTo(each.request) - each.granted;
    if (more <= 0) continue;
    room.take(each.request.cost, more);
    each.granted += more;
  }
}

function raiseTogether(room: FreeCapacity, tier: readonly ServedRequest[], upTo: Level): void {
  const served = tier.filter(({ request, granted }) => upTo(request) > granted);
  const shares = served.map((each) => shareOf(each, upTo(each.request) - each.granted));
  const given = divide(room, shares);
  served.forEach((each, k) => {
    each.granted += given[k] ?? 0;
  });
}

/** Scaled apps share unmet demand evenly; remainders share their whole count by weight. */
function shareOf({ request, granted }: ServedRequest, limit: number): Share {
  const { name, role, cost, weight, holds } = request;
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
export function byPriority<T>(ranked: readonly T[], rankOf: (each: T) => Ranked): readonly (readonly T[])[] {
  const tiers = new Map<number, T[]>();
  for (const each of ranked) {
    const { priority } = rankOf(each);
    const tier = tiers.get(priority);
    if (tier === undefined) tiers.set(priority, [each]);
    else tier.push(each);
  }
  const order = (a: T, b: T): number => inOrder(rankOf(a), rankOf(b));
  return [...tiers.keys()].sort(ascending).map((priority) => sorted(tiers.get(priority) ?? [], order));
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** Apps mostly come in this order already: to see that costs less than to sort. */
function sorted<T>(tier: readonly T[], order: (a: T, b: T) => number): readonly T[] {
  let last: T | undefined;
  for (const each of tier) {
    if (last !== undefined && order(last, each) > 0) return tier.toSorted(order);
    last = each;
  }
  return tier;
}

function inOrder(a: Ranked, b: Ranked): number {
  return byName(a.name, b.name) || byName(a.id, b.id);
}
