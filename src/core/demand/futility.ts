// core: whether more instances get more work done, learned by doing with fewer for a while when a target stays missed.

import { isObject } from '../../api/schema/json-schema.ts';
import { brief, spanText } from '../../api/words/figures.ts';
import { clamp } from '../numbers.ts';
import type { TakenSince } from '../observation.ts';

/** One round of an app as its queue shows it. */
export interface QueueLook {
  readonly nowMs: number;
  /** Whose queue it is: the place of its target among the app's. */
  readonly target: number;
  /** How many are asked for. */
  readonly asked: number;
  /** Whether all that are asked for serve, and nothing else does. */
  readonly settled: boolean;
  /** What the law wants. */
  readonly wanted: number;
  readonly min: number;
  /** Whether the target is missed; undefined: not known. */
  readonly missed: boolean | undefined;
  /** Messages that wait or are being worked on. */
  readonly backlog: number;
  /** Messages that were ever worked off; undefined where no counter tells. */
  readonly done: number | undefined;
  /** When the queue was read. */
  readonly asOfMs: number;
  /** Messages taken from its front by then. */
  readonly taken: TakenSince | undefined;
  /** Messages that a busy instance holds. */
  readonly held: number;
  /** Messages that one instance works off a second, where that is known. */
  readonly perInstanceS: number | undefined;
  readonly deadTimeMs: number;
}

/** Where measuring began. */
type Mark = readonly [atMs: number, asked: number, backlog: number, done: number | null];

/**
 * What was taken from the front since measuring began: when it was read last, of how much of the time that is known, how
 * many messages, and the largest share of those seen at once.
 */
type Takes = readonly [asOfMs: number, knownMs: number, count: number, share: number];

/** What was got done a second, and the variance of that figure; or how fast the backlog falls, where nothing counts. */
interface Pace {
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
  /** Messages that one instance works off a second while the target is met. */
  readonly healthyS?: number;
  /** No more than these. In `try` and `limited`. */
  readonly cap?: number;
  /** In `try`: with how many it was compared. */
  readonly before?: Pace;
  /** In `limited`, and in `try` once fewer have done as much: what the useless ones gave and should have given. */
  readonly useless?: { readonly instances: number; readonly gainS: number; readonly expectedS: number };
  readonly untilMs?: number;
};

export interface Futility {
  readonly memory: FutilityMemory;
  /** The most instances that are of use, or that do while it is found out; undefined: no limit. */
  readonly cap?: number;
  readonly reason?: string;
  /** More are known to be of no use. */
  readonly known?: true;
}

/** A target is missed for at least so long, and at least so many dead times, before fewer are tried. */
const STUCK_MS = 60_000;
const STUCK_DEAD_TIMES = 6;
/** The backlog falls, where it is this part of what it was. */
const FALLS = 0.8;
/** What was begun and tells nothing in this time is given up. */
const LONGEST_MS = 600_000;
/** One of so many is taken away to see whether it is missed. */
const SHARE = 3;
const LEAST_MEASURE_MS = 10_000;
const MEASURE_DEAD_TIMES = 3;
/** Measured once what is expected is so many deviations away from nothing. */
const DEVIATIONS = 3;
/** Less than this part of what was expected is no gain: two deviations from it at least. */
const NO_GAIN = 1 / 3;
/** As much as this is one: two deviations from nothing. What is between the two is measured until it is surer. */
const GAIN = 2 / 3;
const SURE_DEVIATIONS = 5;
const LIMITED_MS = 120_000;
const REST_MS = 300_000;
/** What cannot be compared with what was measured before is given up after this time. */
const LONGEST_UNLIKE_MS = 60_000;
/** Of fewer that were looked for it is known what was taken only where that was few: it would look like less than it is. */
const LEAST_SEEN = 8;
/** What was taken is known for this part of the time; for the other part where it may be unknown because it was so much. */
const LEAST_KNOWN = 0.5;
const LEAST_KNOWN_OF_MUCH = 0.95;
/** Where never more than this share of those seen was taken, more than all were never taken either. */
const NOT_MUCH = 0.5;
/** Of the square of a whole that is anywhere between nothing and all, twice: how much more is held now than before. */
const HELD_VARIANCE = 1 / 6;
const LONGEST_WAIT_MS = 3_600_000;

/** @param memory of this queue */
export function followFutility(memory: FutilityMemory | undefined, look: QueueLook): Futility {
  const { nowMs, target, perInstanceS, missed } = look;
  const isFresh = memory === undefined || memory.target !== target || memory.sinceMs > nowMs;
  const before: FutilityMemory = isFresh ? { phase: 'watch', sinceMs: nowMs, target, tries: 0 } : memory;
  const isNews = missed === false && perInstanceS !== undefined && perInstanceS !== before.healthyS;
  const noted = withTakes(isNews ? { ...before, healthyS: perInstanceS } : before, look);
  switch (noted.phase) {
    case 'watch':
      return watch(noted, look);
    case 'try':
      return tryFewer(noted, look);
    case 'limited':
      return limited(noted, look);
    case 'rest':
      return rest(noted, look);
  }
}

/** It says no more than none: the next look begins with the same. */
export function isBare({ phase, tries, from, healthyS }: FutilityMemory): boolean {
  return phase === 'watch' && tries === 0 && from === undefined && healthyS === undefined;
}

/** What is left while its queue is not looked at: measuring ends, and what was found out holds for as long as it would have. */
export function outlasting(memory: FutilityMemory | undefined, nowMs: number): FutilityMemory | undefined {
  if (memory?.untilMs === undefined || memory.sinceMs > nowMs) return undefined;
  return nowMs < memory.untilMs ? memory : undefined;
}

/** What is known to be of no use while its queue is not looked at. */
export function knownLimit(memory: FutilityMemory, nowMs: number): Futility | undefined {
  const { phase, cap, untilMs = nowMs } = memory;
  if (phase !== 'limited' || cap === undefined || nowMs >= untilMs) return undefined;
  return { memory, known: true, cap, reason: uselessText(memory, nowMs) };
}

function watch(memory: FutilityMemory, look: QueueLook): Futility {
  const { nowMs, asked, settled, wanted, min, missed, deadTimeMs } = look;
  const { from, tries } = memory;
  if (missed === false)
    return { memory: from === undefined && tries === 0 ? memory : begun(memory, look, 'watch', 0) };
  const stuck = missed === true && settled && fewerThan(asked, min) < asked;
  if (!stuck) return { memory: withoutMark(memory) };
  if (from === undefined || from[1] !== asked || look.backlog < FALLS * from[2])
    return { memory: marked(memory, look) };
  const lastedMs = nowMs - from[0];
  if (lastedMs > LONGEST_MS) return { memory: marked(memory, look) };
  if (lastedMs < Math.max(STUCK_MS, STUCK_DEAD_TIMES * deadTimeMs)) return { memory };
  // A law that wants fewer will have them; one that wanted fewer for a moment does not matter.
  if (wanted < asked) return { memory };
  const pace = paceOf(from, look, memory);
  const cap = fewerThan(asked, min);
  if (pace === undefined || !tells(expected(pace, cap), 2 * pace.variance)) return { memory };
  return trying({ ...begun(memory, look, 'try', memory.tries), cap, before: pace });
}

function withoutMark(memory: FutilityMemory): FutilityMemory {
  if (memory.from === undefined) return memory;
  const { from: _none, takes: _neither, ...rest } = memory;
  return rest;
}

function marked(memory: FutilityMemory, look: QueueLook): FutilityMemory {
  const { nowMs, asked, backlog, done, asOfMs } = look;
  return { ...memory, from: [nowMs, asked, backlog, done ?? null], takes: [asOfMs, 0, 0, 0] };
}

/**
 * What was taken is as good as what was got done, but for what is held, and for what had been given back: that was got done
 * by nobody the last time.
 */
function withTakes(memory: FutilityMemory, { asOfMs, taken }: QueueLook): FutilityMemory {
  const { takes } = memory;
  if (takes === undefined || takes[0] === asOfMs) return memory;
  const [atMs, knownMs, count, share] = takes;
  if (taken === undefined) return { ...memory, takes: [asOfMs, knownMs, count, share] };
  const { sinceMs, seen = 0, again = 0 } = taken;
  if (sinceMs < atMs || seen < LEAST_SEEN) return { ...memory, takes: [asOfMs, knownMs, count, share] };
  const known = knownMs + Math.max(0, asOfMs - sinceMs);
  const fresh = count + Math.max(0, taken.count - again);
  return { ...memory, takes: [asOfMs, known, fresh, Math.max(share, taken.count / seen)] };
}

/** Of how many seconds it is known what was taken; undefined: of too few. */
function knownS(takes: Takes, overMs: number): number | undefined {
  const [, knownMs, , share] = takes;
  const least = share > NOT_MUCH ? LEAST_KNOWN_OF_MUCH : LEAST_KNOWN;
  return knownMs > 0 && knownMs >= least * overMs ? knownMs / 1000 : undefined;
}

/** A verdict needs both levels measured. */
function tryFewer(memory: FutilityMemory, look: QueueLook): Futility {
  const { nowMs, asked, settled, missed, min, deadTimeMs } = look;
  const { cap = asked, before, from, useless, tries } = memory;
  if (before === undefined || missed === false) return { memory: begun(memory, look, 'watch', tries) };
  const over = nowMs - memory.sinceMs > LONGEST_MS;
  if (over) return givenUp(memory, before.asked, look);
  if (!settled || asked !== cap) return trying(memory);
  if (from === undefined || from[1] !== asked) return trying(marked(memory, look));
  if (nowMs - from[0] < Math.max(LEAST_MEASURE_MS, MEASURE_DEAD_TIMES * deadTimeMs)) return trying(memory);
  const pace = paceOf(from, look, memory);
  // How fast the backlog falls has arrivals in it, what was counted has not.
  if (pace !== undefined && pace.counted !== before.counted)
    return nowMs - from[0] < LONGEST_UNLIKE_MS ? trying(memory) : givenUp(memory, before.asked, look);
  const expectedS = expected(before, cap);
  if (pace === undefined || !tells(expectedS, before.variance + pace.variance)) return trying(memory);
  const gainS = before.perS - pace.perS;
  // Once some are known to be of no use, how fast the backlog falls would take long to say it of more.
  const mayBeSure = pace.counted === true || useless === undefined;
  const isDoubtful = mayBeSure && gainS >= NO_GAIN * expectedS && gainS < GAIN * expectedS;
  if (isDoubtful && !tells(expectedS, before.variance + pace.variance, SURE_DEVIATIONS))
    return trying(memory);
  if (gainS >= NO_GAIN * expectedS) return givenUp(memory, before.asked, look);
  const sum = {
    instances: before.asked - cap + (useless?.instances ?? 0),
    gainS: gainS + (useless?.gainS ?? 0),
    expectedS: expectedS + (useless?.expectedS ?? 0),
  };
  const fewer = fewerThan(cap, min);
  // What comes next is compared with this level: it is measured well enough for that first.
  if (fewer < cap && !tells(expected(pace, fewer), 2 * pace.variance)) return trying(memory);
  const next = { ...begun(memory, look, 'try', tries), useless: sum };
  return fewer < cap ? trying({ ...next, cap: fewer, before: pace }) : limiting(next, cap, look);
}

/** What was found out before stays found out. */
function givenUp(memory: FutilityMemory, before: number, look: QueueLook): Futility {
  return memory.useless === undefined ? resting(memory, look) : limiting(memory, before, look);
}

function limited(memory: FutilityMemory, look: QueueLook): Futility {
  const { untilMs = look.nowMs, cap, tries } = memory;
  if (look.missed === false && look.wanted <= (cap ?? look.wanted))
    return { memory: begun(memory, look, 'watch', 0) };
  if (look.nowMs >= untilMs) return { memory: begun(memory, look, 'watch', tries + 1) };
  return { memory, known: true, ...(cap !== undefined && { cap }), reason: uselessText(memory, look.nowMs) };
}

function rest(memory: FutilityMemory, look: QueueLook): Futility {
  const ends = look.missed === false || look.nowMs >= (memory.untilMs ?? 0);
  return { memory: ends ? begun(memory, look, 'watch', look.missed === false ? 0 : memory.tries) : memory };
}

function begun(
  { healthyS, useless }: FutilityMemory,
  { nowMs, target }: QueueLook,
  phase: FutilityMemory['phase'],
  tries: number,
): FutilityMemory {
  return {
    phase,
    sinceMs: nowMs,
    target,
    tries,
    ...(healthyS !== undefined && { healthyS }),
    ...(phase === 'try' && useless !== undefined && { useless }),
  };
}

function trying(memory: FutilityMemory): Futility {
  const { cap, before } = memory;
  if (cap === undefined || before === undefined) return { memory };
  return { memory, cap, reason: `finds out whether ${before.asked} get more done than ${cap}` };
}

function limiting(memory: FutilityMemory, cap: number, look: QueueLook): Futility {
  const untilMs = look.nowMs + waitMs(LIMITED_MS, memory.tries);
  const { useless } = memory;
  const next = { ...begun(memory, look, 'limited', memory.tries), cap, untilMs, ...(useless && { useless }) };
  return { memory: next, known: true, cap, reason: uselessText(next, look.nowMs) };
}

function resting(memory: FutilityMemory, look: QueueLook): Futility {
  const untilMs = look.nowMs + waitMs(REST_MS, memory.tries);
  return { memory: { ...begun(memory, look, 'rest', memory.tries + 1), untilMs } };
}

function waitMs(firstMs: number, tries: number): number {
  return Math.min(LONGEST_WAIT_MS, firstMs * 2 ** Math.min(tries, 10));
}

function uselessText({ useless, untilMs = 0 }: FutilityMemory, nowMs: number): string {
  const again = `more are tried in ${spanText(untilMs - nowMs)}`;
  if (useless === undefined) return `more instances get no more done; ${again}`;
  const { instances, gainS, expectedS } = useless;
  const gave = brief(Math.max(0, gainS));
  return `${instances} more got ${gave}/s more done, where ${brief(expectedS)}/s could be expected; ${again}`;
}

function fewerThan(asked: number, min: number): number {
  return Math.max(1, min, asked - Math.ceil(asked / SHARE));
}

/**
 * With a counter, what was worked off a second: Poisson, so that its variance is the rate over the time; where the front of
 * the queue is seen, what was taken from it, less or more by what is held. Without, how fast the backlog fell: what came and
 * what was done each have that variance, and are about the same.
 */
function paceOf(
  from: Mark,
  { nowMs, asked, backlog, done, perInstanceS, held }: QueueLook,
  { healthyS, takes }: FutilityMemory,
): Pace | undefined {
  const seconds = (nowMs - from[0]) / 1000;
  if (!(seconds > 0)) return undefined;
  if (done !== undefined && from[3] !== null && done >= from[3])
    return counted(done - from[3], { asked, seconds, healthyS, held: 0 });
  const overS = takes && knownS(takes, nowMs - from[0]);
  if (takes !== undefined && overS !== undefined)
    return counted(takes[2], { asked, seconds: overS, healthyS, held });
  // Work may have become slower than it was, for all of them alike: that is no reason to give any back.
  const eachS = perInstanceS ?? healthyS;
  if (eachS === undefined) return undefined;
  return { asked, perS: (from[2] - backlog) / seconds, variance: (2 * eachS * asked) / seconds, eachS };
}

function counted(
  messages: number,
  {
    asked,
    seconds,
    healthyS = 0,
    held,
  }: {
    readonly asked: number;
    readonly seconds: number;
    readonly healthyS: number | undefined;
    readonly held: number;
  },
): Pace {
  const perS = messages / seconds;
  const atLeast = Math.max(messages, 1) + HELD_VARIANCE * asked * held ** 2;
  const eachS = perS > 0 ? perS / asked : healthyS;
  return { asked, counted: true, perS, variance: atLeast / seconds ** 2, eachS };
}

function expected({ asked, eachS }: Pace, cap: number): number {
  return eachS * Math.max(0, asked - cap);
}

function tells(expectedS: number, variance: number, deviations = DEVIATIONS): boolean {
  return expectedS > 0 && Math.sqrt(clamp(variance, 0, Number.MAX_VALUE)) * deviations <= expectedS;
}

/** Whether it can be read, whoever wrote it. */
export function isFutility(raw: unknown): raw is FutilityMemory {
  if (!isObject(raw)) return false;
  const { phase, sinceMs, target, tries, from, takes, healthyS, cap, before, useless, untilMs } = raw;
  return (
    PHASES.includes(phase) &&
    [sinceMs, target, tries].every(isAmount) &&
    [healthyS, cap, untilMs].every(isAbsentOr(isAmount)) &&
    isAbsentOr(isMark)(from) &&
    isAbsentOr(isTakes)(takes) &&
    isAbsentOr(isPace)(before) &&
    isAbsentOr(hasNumbers('instances', 'gainS', 'expectedS'))(useless) &&
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
function hasNumbers(...names: readonly string[]): Check {
  return (raw) => isObject(raw) && names.every((name) => isNumber(raw[name]));
}

function isMark(raw: unknown): boolean {
  if (!Array.isArray(raw) || raw.length !== 4) return false;
  return raw.slice(0, 3).every(isAmount) && (raw[3] === null || isAmount(raw[3]));
}

function isTakes(raw: unknown): boolean {
  return Array.isArray(raw) && raw.length === 4 && raw.every(isAmount);
}

function isPace(raw: unknown): boolean {
  if (!isObject(raw) || !['asked', 'perS', 'variance', 'eachS'].every((name) => isNumber(raw[name])))
    return false;
  return raw['counted'] === undefined || raw['counted'] === true;
}
