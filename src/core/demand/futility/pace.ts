// core: how much instances get done, or how fast the backlog falls, and how sure that is: what futility compares.

import { clamp } from '../../numbers.ts';
import type { TakenSince } from '../../observation.ts';
import type { Falls, FutilityMemory, Mark, Pace, Takes } from './memory.ts';

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
  /** The same, or one deviation less than what is likely, where that is not known as well. */
  readonly atLeastS: number | undefined;
  readonly deadTimeMs: number;
}

/** Of fewer that were looked for it is known what was taken only where that was few: it would look like less than it is. */
const LEAST_SEEN = 8;
/** What was taken is known for this part of the time; for the other part where it may be unknown because it was so much. */
const LEAST_KNOWN = 0.5;
const LEAST_KNOWN_OF_MUCH = 0.95;
/** Where never more than this share of those seen was taken, more than all were never taken either. */
const NOT_MUCH = 0.5;
/** Of the square of a whole that is anywhere between nothing and all, twice: how much more is held now than before. */
const HELD_VARIANCE = 1 / 6;
/** Measured once what is expected is so many deviations away from nothing. */
const DEVIATIONS = 3;

/**
 * What was taken is as good as what was got done, but for what is held, and for what had been given back: that was got done
 * by nobody the last time.
 */
export function withTakes(memory: FutilityMemory, { asOfMs, taken }: QueueLook): FutilityMemory {
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

/** Arrivals change over tens of seconds: how fast the backlog fell in spans of this length tells by how much. */
const SPAN_MS = 10_000;
/** Fewer spans would not tell. */
const LEAST_SPANS = 5;
/** One span is like the next: so many times the variance of a mean of spans that are not. */
const ALIKE = 2;

export function withFalls(memory: FutilityMemory, { nowMs, backlog }: QueueLook): FutilityMemory {
  const { falls } = memory;
  if (falls === undefined || nowMs - falls[0] < SPAN_MS) return memory;
  const [atMs, before, spans, sum, squares] = falls;
  const perS = (1000 * (before - backlog)) / (nowMs - atMs);
  return { ...memory, falls: [nowMs, backlog, spans + 1, sum + perS, squares + perS * perS] };
}

/** Undefined before there are enough of them. */
function varianceOfFalls([, , spans, sum, squares]: Falls): number | undefined {
  if (spans < LEAST_SPANS) return undefined;
  return (ALIKE * Math.max(0, squares - (sum * sum) / spans)) / ((spans - 1) * spans);
}

/** Of how many seconds it is known what was taken; undefined: of too few. */
function knownS(takes: Takes, overMs: number): number | undefined {
  const [, knownMs, , share] = takes;
  const least = share > NOT_MUCH ? LEAST_KNOWN_OF_MUCH : LEAST_KNOWN;
  return knownMs > 0 && knownMs >= least * overMs ? knownMs / 1000 : undefined;
}

/**
 * With a counter, what was worked off a second: Poisson, so that its variance is the rate over the time; where the front of
 * the queue is seen, what was taken from it, less or more by what is held. Without, how fast the backlog fell: what came and
 * what was done each have that variance, and are about the same. Arrivals change, too: it is no less than what the parts of the
 * time differ by.
 */
export function paceOf(
  from: Mark,
  { nowMs, asked, backlog, done, perInstanceS, held }: QueueLook,
  { healthyS, takes, falls }: FutilityMemory,
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
  const differs = falls && varianceOfFalls(falls);
  if (eachS === undefined || differs === undefined) return undefined;
  const variance = Math.max((2 * eachS * asked) / seconds, differs);
  return { asked, perS: (from[2] - backlog) / seconds, variance, eachS };
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

export function expected({ asked, eachS }: Pace, cap: number): number {
  return eachS * Math.max(0, asked - cap);
}

/** Where nobody counts, each is taken to do what it did for the law, which is told only once it is as sure as this. */
const DOUBT_OF_EACH = 0.5;

/** Of what is expected: what each gets done is a share of what was counted, or was learned before. */
export function deviationOfExpected(pace: Pace, cap: number): number {
  const { perS, variance, counted: isCounted } = pace;
  const doubt = isCounted && perS > 0 ? Math.sqrt(variance) / perS : DOUBT_OF_EACH;
  return doubt * expected(pace, cap);
}

export function tells(expectedS: number, variance: number, deviations = DEVIATIONS): boolean {
  return expectedS > 0 && Math.sqrt(clamp(variance, 0, Number.MAX_VALUE)) * deviations <= expectedS;
}
