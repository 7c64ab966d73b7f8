// core: whether more instances get more work done, learned by doing with fewer for a while when a target stays missed.

import { brief, giveOrTake, spanText } from '../../../api/words/figures.ts';
import type { FutilityMemory, Pace, Useless } from './memory.ts';
import {
  deviationOfExpected,
  expected,
  paceOf,
  type QueueLook,
  tells,
  withFalls,
  withTakes,
} from './pace.ts';

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
/** Less than this part of what was expected is no gain: two deviations from it at least. */
const NO_GAIN = 1 / 3;
/**
 * Where nobody counts, what is expected of each is what it did while its target was met, and work may have become slower since,
 * for all of them alike: less than this part of it is none, for sure.
 */
const NO_GAIN_IF_UNCOUNTED = 0.2;
const NO_GAIN_DEVIATIONS = 2;
/** So well it has to be measured before fewer are tried: as long as they are more, that costs nothing. */
const UNCOUNTED_DEVIATIONS = 12;
/** As much as this is one: two deviations from nothing. What is between the two is measured until it is surer. */
const GAIN = 2 / 3;
const SURE_DEVIATIONS = 5;
const LIMITED_MS = 120_000;
const REST_MS = 300_000;
/** What cannot be compared with what was measured before is given up after this time. */
const LONGEST_UNLIKE_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;

/** @param memory of this queue */
export function followFutility(memory: FutilityMemory | undefined, look: QueueLook): Futility {
  const { nowMs, target, atLeastS, missed } = look;
  const isFresh = memory === undefined || memory.target !== target || memory.sinceMs > nowMs;
  const before: FutilityMemory = isFresh ? { phase: 'watch', sinceMs: nowMs, target, tries: 0 } : memory;
  const isNews = missed === false && atLeastS !== undefined && atLeastS !== before.healthyS;
  const noted = withFalls(withTakes(isNews ? { ...before, healthyS: atLeastS } : before, look), look);
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
  const deviations = pace?.counted === true ? undefined : UNCOUNTED_DEVIATIONS;
  if (pace === undefined || !tells(expected(pace, cap), 2 * pace.variance, deviations)) return { memory };
  return trying({ ...begun(memory, look, 'try', memory.tries), cap, before: pace });
}

function withoutMark(memory: FutilityMemory): FutilityMemory {
  if (memory.from === undefined) return memory;
  const { from: _mark, takes: _takes, falls: _falls, ...rest } = memory;
  return rest;
}

function marked(memory: FutilityMemory, look: QueueLook): FutilityMemory {
  const { nowMs, asked, backlog, done, asOfMs } = look;
  const { falls: _before, ...rest } = memory;
  const marked = { ...rest, from: [nowMs, asked, backlog, done ?? null], takes: [asOfMs, 0, 0, 0] } as const;
  return done === undefined ? { ...marked, falls: [nowMs, backlog, 0, 0, 0] } : marked;
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
  if (pace.counted === undefined && gainS < NO_GAIN * expectedS) {
    const doubtS = NO_GAIN_DEVIATIONS * Math.sqrt(before.variance + pace.variance);
    if (gainS - doubtS >= NO_GAIN_IF_UNCOUNTED * expectedS) return givenUp(memory, before.asked, look);
    if (gainS + doubtS >= NO_GAIN_IF_UNCOUNTED * expectedS) return trying(memory);
  }
  if (gainS >= NO_GAIN * expectedS) return givenUp(memory, before.asked, look);
  const sum = withUseless(useless, { before, pace, cap });
  const fewer = fewerThan(cap, min);
  // What comes next is compared with this level: it is measured well enough for that first.
  if (fewer < cap && !tells(expected(pace, fewer), 2 * pace.variance)) return trying(memory);
  const next = { ...begun(memory, look, 'try', tries), useless: sum };
  return fewer < cap ? trying({ ...next, cap: fewer, before: pace }) : limiting(next, cap, look);
}

/**
 * What each step gave adds up to what the first level did more than the last one, whatever those between did; what was expected
 * is wrong by the same share in every step.
 */
function withUseless(
  useless: Useless | undefined,
  { before, pace, cap }: { readonly before: Pace; readonly pace: Pace; readonly cap: number },
): Useless {
  const { instances = 0, gainS = 0, expectedS = 0, gainDeviation, expectedDeviation = 0 } = useless ?? {};
  const first = gainDeviation === undefined ? before.variance : gainDeviation ** 2 - before.variance;
  return {
    instances: instances + before.asked - cap,
    gainS: gainS + before.perS - pace.perS,
    expectedS: expectedS + expected(before, cap),
    gainDeviation: Math.sqrt(Math.max(0, first) + pace.variance),
    expectedDeviation: expectedDeviation + deviationOfExpected(before, cap),
  };
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
  const { instances, gainS, expectedS, gainDeviation, expectedDeviation } = useless;
  const gave = rateText(Math.max(0, gainS), gainDeviation);
  const could = rateText(expectedS, expectedDeviation);
  return `${instances} more got ${gave}/s more done, where ${could}/s could be expected; ${again}`;
}

/** With so many deviations either way the truth is in it nineteen times of twenty. */
const MARGIN = 2;

function rateText(perS: number, deviation: number | undefined): string {
  return deviation === undefined ? brief(perS) : giveOrTake(perS, MARGIN * deviation);
}

function fewerThan(asked: number, min: number): number {
  return Math.max(1, min, asked - Math.ceil(asked / SHARE));
}
