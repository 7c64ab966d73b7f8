// core: dividing room among equals: max-min shares, by weight, in whole instances.

import { reading } from '../numbers.ts';
import { addTo, type FreeCapacity, type Vector } from './free-capacity.ts';

export interface Share {
  /** For ties: the odd instance goes by name. */
  readonly name: string;
  readonly cost: Vector;
  readonly weight: number;
  /** Counted towards the share already. */
  readonly base: number;
  /** How many more it can use; finite. */
  readonly limit: number;
  /** How many of those it holds now: an equal is not robbed of an odd instance it has. */
  readonly holds: number;
}

/** A share while it is being filled. */
interface Portion extends Share {
  given: number;
}

/**
 * Gives out instances one by one, always to the share with the fewest per weight, that is: all shares rise to
 * the same level, whoever has enough or no longer fits stops, and the odd instances that are left at the top
 * go first to those who hold them already, then by name. Takes what it gives from `room`.
 *
 *     limits 2 and 10, room 8  →  2 and 6        weights 1 and 3, room 8  →  2 and 6
 *
 * @returns one count per share, in order
 */
export function divide(room: FreeCapacity, shares: readonly Share[]): number[] {
  const only = shares.length === 1 ? shares[0] : undefined;
  if (only !== undefined) {
    const given = Math.min(only.limit, room.fits(only.cost));
    room.take(only.cost, given);
    return [given];
  }
  const portions = shares.map(emptyPortion);
  const step = portions.every(isEven) ? 1 : 0;
  let open = portions;
  while (open.length > 0) {
    open = open.filter((p) => p.given < p.limit && room.fits(p.cost) >= 1);
    riseTogether(room, open, step);
    open = open.filter((p) => p.given < p.limit);
    const refused = giveOdd(room, open);
    open = open.filter((p) => !refused.has(p));
  }
  return portions.map((p) => p.given);
}

function emptyPortion({ name, cost, weight, base, limit, holds }: Share): Portion {
  return { name, cost, weight, base, limit, holds, given: 0 };
}

/** Its levels are whole numbers. */
function isEven({ weight, base, limit }: Portion): boolean {
  return weight === 1 && Number.isInteger(base) && Number.isInteger(limit);
}

/** Brings all to the highest common level that fits. */
function riseTogether(room: FreeCapacity, open: readonly Portion[], step: number): void {
  if (open.length === 0) return;
  let top = 0;
  for (const p of open) top = Math.max(top, levelWith(p, p.limit));
  const level = highest(top, step, (x) => fitsAll(room, open, x));
  for (const p of open) give(room, p, missingAt(p, level));
}

/** One more to each whose turn it is, as long as it fits; returns those for whom it did not. */
function giveOdd(room: FreeCapacity, open: readonly Portion[]): ReadonlySet<Portion> {
  if (open.length === 0) return NONE;
  let turn = Number.POSITIVE_INFINITY;
  for (const p of open) turn = Math.min(turn, levelWith(p, p.given + 1));
  const tied = open.filter((p) => levelWith(p, p.given + 1) <= turn * (1 + SAME_LEVEL)).sort(oddOrder);
  const refused = new Set<Portion>();
  for (const p of tied) {
    if (room.fits(p.cost) < 1) refused.add(p);
    else give(room, p, 1);
  }
  return refused;
}

const NONE: ReadonlySet<Portion> = new Set();

function oddOrder(a: Portion, b: Portion): number {
  const newcomer = (p: Portion): number => (p.holds > p.given ? 0 : 1);
  return newcomer(a) - newcomer(b) || byName(a.name, b.name);
}

function give(room: FreeCapacity, p: Portion, instances: number): void {
  room.take(p.cost, instances);
  p.given += instances;
}

/**
 * The largest level in [0, top] that is feasible; by bisection, since counts are steps.
 *
 * @param step 1 when only whole levels matter; else 0, and the level is exact to nine digits
 */
function highest(top: number, step: number, feasible: (level: number) => boolean): number {
  if (feasible(top)) return top;
  let low = 0;
  let high = top;
  while (high - low > Math.max(step, 1e-9 * high, 1e-9)) {
    const middle = step === 1 ? Math.floor((low + high) / 2) : (low + high) / 2;
    if (feasible(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function fitsAll(room: FreeCapacity, open: readonly Portion[], level: number): boolean {
  const used = room.none();
  for (const p of open) addTo(used, p.cost, missingAt(p, level));
  return room.fits(used) >= 1;
}

/**
 * Levels as far apart as this are one level: 5/3 times 3 and 5/3 times 9 round to different sides of a whole number,
 * and shares that are due together must rise together.
 */
const SAME_LEVEL = 1e-6;

/** How many more it gets when everyone stands at `level`. */
function missingAt(p: Portion, level: number): number {
  const there = Math.floor(level * weightOf(p) * (1 + SAME_LEVEL)) - p.base;
  return Math.max(0, Math.min(p.limit, there) - p.given);
}

/** The level, in instances per weight, at which a share has been given `instances`. */
function levelWith(p: Portion, instances: number): number {
  return (p.base + instances) / weightOf(p);
}

function weightOf(p: Portion): number {
  return Math.max(reading(p.weight), 1e-6);
}

/** Code unit order: the same everywhere, whatever the locale. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
