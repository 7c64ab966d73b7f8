// core: what is remembered while it is found out whether more instances get more work done.

import { isObject } from '../../../api/schema/json-schema.ts';

/** Where measuring began. */
export type Mark = readonly [atMs: number, asked: number, backlog: number, done: number | null];

/**
 * What was taken from the front since measuring began: when it was read last, of how much of the time that is known, how
 * many messages, and the largest share of those seen at once.
 */
export type Takes = readonly [asOfMs: number, knownMs: number, count: number, share: number];

/**
 * How fast the backlog fell, span by span since measuring began: when the last span ended, what the backlog was then, how many
 * spans there were, and the sum and the sum of the squares of what it fell by a second in each.
 */
export type Falls = readonly [atMs: number, backlog: number, spans: number, sum: number, squares: number];

/** What instances that were of no use gave, and should have given. */
export interface Useless {
  readonly instances: number;
  readonly gainS: number;
  readonly expectedS: number;
  /** Deviations of both; absent in memories of before they were kept. */
  readonly gainDeviation?: number | undefined;
  readonly expectedDeviation?: number | undefined;
}

/** What was got done a second, and the variance of that figure; or how fast the backlog falls, where nothing counts. */
export interface Pace {
  readonly asked: number;
  /** It was counted. */
  readonly counted?: true;
  readonly perS: number;
  readonly variance: number;
  /** What each instance gets done if one is of as much use as another. */
  readonly eachS: number;
}

/**
 *     watch ── missed, and no better, for long ──▶ try ── as much with fewer ──▶ try fewer still ──▶ limited
 *       ▲                                           └── less with fewer ──▶ rest                       │
 *       └──────────────────────────── after a while that doubles each time ────────────────────────────┘
 */
export type FutilityMemory = {
  readonly phase: 'watch' | 'try' | 'limited' | 'rest';
  readonly sinceMs: number;
  /** Whose queue it is about. */
  readonly target: number;
  /** How often it came to an end already; the next time waits twice as long. */
  readonly tries: number;
  readonly from?: Mark;
  readonly takes?: Takes;
  readonly falls?: Falls;
  /** Messages that one instance works off a second while the target is met, at least. */
  readonly healthyS?: number;
  /** No more than these. In `try` and `limited`. */
  readonly cap?: number;
  /** In `try`: with how many it was compared. */
  readonly before?: Pace;
  /** In `limited`, and in `try` once fewer have done as much: what the useless ones gave and should have given. */
  readonly useless?: Useless;
  readonly untilMs?: number;
};

/** Whether it can be read, whoever wrote it. */
export function isFutility(raw: unknown): raw is FutilityMemory {
  if (!isObject(raw)) return false;
  const { phase, sinceMs, target, tries, from, takes, falls, healthyS, cap, before, useless, untilMs } = raw;
  return (
    PHASES.includes(phase) &&
    [sinceMs, target, tries].every(isAmount) &&
    [healthyS, cap, untilMs].every(isAbsentOr(isAmount)) &&
    isAbsentOr(isMark)(from) &&
    isAbsentOr(isTakes)(takes) &&
    isAbsentOr(isFalls)(falls) &&
    isAbsentOr(isPace)(before) &&
    isAbsentOr(isUseless)(useless) &&
    // What is tried is compared with something, and what is limited is so until some time.
    (phase !== 'try' || (cap !== undefined && before !== undefined)) &&
    (phase !== 'limited' || (cap !== undefined && untilMs !== undefined))
  );
}

const PHASES: readonly unknown[] = ['watch', 'try', 'limited', 'rest'] satisfies FutilityMemory['phase'][];

type Check = (raw: unknown) => boolean;

function isAmount(raw: unknown): boolean {
  return isNumber(raw) && raw >= 0;
}

function isNumber(raw: unknown): raw is number {
  return typeof raw === 'number' && Number.isFinite(raw);
}

function isAbsentOr(check: Check): Check {
  return (raw) => raw === undefined || check(raw);
}

/** How fast a backlog falls is below nothing where it grows. */
function isUseless(raw: unknown): boolean {
  if (!isObject(raw)) return false;
  const { instances, gainS, expectedS, gainDeviation, expectedDeviation } = raw;
  return (
    [instances, gainS, expectedS].every(isNumber) &&
    [gainDeviation, expectedDeviation].every(isAbsentOr(isAmount))
  );
}

function isMark(raw: unknown): boolean {
  if (!Array.isArray(raw) || raw.length !== 4) return false;
  return raw.slice(0, 3).every(isAmount) && (raw[3] === null || isAmount(raw[3]));
}

function isTakes(raw: unknown): boolean {
  return Array.isArray(raw) && raw.length === 4 && raw.every(isAmount);
}

function isFalls(raw: unknown): boolean {
  return Array.isArray(raw) && raw.length === 5 && raw.every(isNumber);
}

function isPace(raw: unknown): boolean {
  if (!isObject(raw) || !['asked', 'perS', 'variance', 'eachS'].every((name) => isNumber(raw[name])))
    return false;
  return raw['counted'] === undefined || raw['counted'] === true;
}
