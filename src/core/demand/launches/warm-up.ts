// core: how long an instance that runs takes until it works, learned from the messages that instances hold.

import { isObject } from '../../../api/schema/json-schema.ts';
import { clamp } from '../../numbers.ts';
import {
  dropNewest,
  isCourse,
  isTally,
  type Levels,
  NO_TALLY,
  noteLevel,
  type Tally,
  takeOldest,
  total,
} from '../history.ts';

/** A count that tells messages in flight apart. */
export interface WorkCount {
  readonly atMs: number;
  readonly waiting: number;
  /** Instances that hold a message. */
  readonly working: number;
  /** As many surely do, where that is not as many: one that is taken for at work is not looked at again. */
  readonly atLeast?: number;
}

/** Plain JSON, bounded. */
export type WarmUpMemory = {
  /** Instances that ran at the last look, as the scheduler has it. */
  readonly running: number;
  /** Since when those run that were not seen at work yet, oldest first. */
  readonly fresh: Tally;
  /** Instances that serve, over the recent past. */
  readonly serving: Levels;
  /** Mean time from running to the first message, and of how many instances. */
  readonly ms: number;
  readonly seen: number;
  /** Variance of that time, ms²; absent in memories of before it was kept. */
  readonly variance?: number | undefined;
  /** The last count that told who works. */
  readonly countedAtMs: number;
  /** When there last was not a message for everybody: then who holds none may well serve. */
  readonly idleAtMs: number;
  /** When instances last became fewer. */
  readonly fellAtMs: number;
};

export interface WarmUpLook {
  /** Instances that run: healthy, where the app has health checks. */
  readonly running: number;
  /** The same over the recent past. */
  readonly before: Levels;
  readonly nowMs: number;
  /** Absent where nobody tells. */
  readonly work: WorkCount | undefined;
}

/** Of the others some are between two messages at any moment. */
const BETWEEN_MESSAGES = 0.1;
/** What is known less exactly than this, or than half of it, teaches nothing. */
const EXACT_MS = 1_500;
/** An instance that holds nothing after so long does not warm up: it is broken, or does something else. */
const LOST_MS = 120_000;
/** The mean follows the newest instances with at least this weight. */
const LEAST_WEIGHT = 0.1;
const MOST_FRESH = 16;

/**
 * While there are more messages than instances, everybody who serves holds one: of those that began to run, as many serve
 * as more messages are held than by the others. Who runs longest is taken to be the first.
 *
 *     runs ────────── no message at this count ───── one at that ──▶ serves
 *     t                        t₁                        t₂           it took until between t₁ and t₂
 */
export function followWarmUp(memory: WarmUpMemory | undefined, look: WarmUpLook): WarmUpMemory {
  const { running, nowMs } = look;
  if (memory === undefined || memory.serving.length === 0) return begun(look, memory ?? NOTHING);
  if (memory.fresh.length === 0 && running === memory.running) return memory;
  const rise = running - memory.running;
  const began = rise > 0 ? [...memory.fresh, [nowMs, rise] as const] : dropNewest(memory.fresh, -rise);
  const fellAtMs = rise < 0 ? nowMs : memory.fellAtMs;
  const there = began.filter(([atMs]) => nowMs - atMs < LOST_MS && atMs <= nowMs).slice(-MOST_FRESH);
  const noted = { ...memory, running, fresh: there, fellAtMs };
  const counted = counts(noted, look.work);
  const before = expectedWarmUpMs(memory) > 0 ? memory.serving : corrected(memory, counted);
  return { ...counted, serving: noteLevel(before, nowMs, running - total(warming(counted, nowMs))) };
}

/** Who is seen without a message at the first count never served, though it was taken to: μ is not to be learned from that. */
function corrected({ serving, countedAtMs }: WarmUpMemory, counted: WarmUpMemory): Levels {
  if (counted.countedAtMs === countedAtMs) return serving;
  const idle = counted.fresh.filter(([sinceMs]) => sinceMs >= countedAtMs && isSeenIdle(sinceMs, counted));
  if (idle.length === 0) return serving;
  return serving.map((each, i) => {
    const isLevel = i % 2 === 1;
    const atMs = serving[i - 1] ?? 0;
    return isLevel ? Math.max(0, each - total(idle.filter(([sinceMs]) => sinceMs <= atMs))) : each;
  });
}

type Learned = Pick<WarmUpMemory, 'ms' | 'seen' | 'variance'>;

const NOTHING: Learned = { ms: 0, seen: 0, variance: 0 };

/** Those that run already are taken to serve. */
function begun({ running, before, nowMs }: WarmUpLook, { ms, seen, variance }: Learned): WarmUpMemory {
  const times = { countedAtMs: nowMs, idleAtMs: nowMs, fellAtMs: nowMs };
  return { running, fresh: NO_TALLY, serving: before, ms, seen, variance, ...times };
}

/** What is known of the time itself outlives the process. */
export function resumedWarmUp({ ms, seen, variance }: Learned): WarmUpMemory {
  const times = { countedAtMs: 0, idleAtMs: 0, fellAtMs: 0 };
  return { running: 0, fresh: [], serving: [], ms, seen, variance, ...times };
}

function counts(memory: WarmUpMemory, work: WorkCount | undefined): WarmUpMemory {
  const { running, fresh, countedAtMs, fellAtMs } = memory;
  if (work === undefined || work.atMs <= Math.max(countedAtMs, fellAtMs)) return memory;
  const { atMs, waiting, working, atLeast = working } = work;
  const unseen = total(fresh);
  const idleAtMs = waiting <= unseen ? atMs : memory.idleAtMs;
  const others = running - unseen;
  const here = total(fresh.filter(([sinceMs]) => sinceMs <= atMs));
  const serve = (count: number): number =>
    clamp(Math.floor(count - others + BETWEEN_MESSAGES * others), 0, here);
  const { rest, taken } = takeOldest(fresh, serve(atLeast));
  let { ms, seen, variance = ms * ms } = memory;
  for (const [sinceMs, n] of taken) {
    // By what was known before this count: a longer queue must not teach that instances serve sooner.
    const took = sinceMs > memory.idleAtMs ? tookOf(sinceMs, { countedAtMs, atMs }) : undefined;
    if (took === undefined) continue;
    seen = Math.min(seen + n, 1_000);
    const off = Math.min(took.ms, 4 * ms + 5_000) - ms;
    const weight = Math.max(n / seen, 1 - (1 - LEAST_WEIGHT) ** n);
    ms += weight * off;
    variance = (1 - weight) * (variance + weight * off * off) + (weight * took.eitherWayMs ** 2) / 3;
  }
  const may = Math.max(0, serve(working) - total(taken));
  return {
    ...memory,
    fresh: withoutDue(rest, may, { ...memory, atMs }),
    ms,
    seen,
    variance,
    countedAtMs: atMs,
    idleAtMs,
  };
}

/** Who may be at work, and has run for as long as that took others, is taken to be, and teaches nothing. */
function withoutDue(fresh: Tally, may: number, { ms, seen, atMs }: Learned & Pick<WorkCount, 'atMs'>): Tally {
  if (may === 0 || seen === 0) return fresh;
  const usualMs = warmUpMs({ ms, seen });
  return takeOldest(fresh, Math.min(may, total(fresh.filter(([sinceMs]) => atMs - sinceMs >= usualMs)))).rest;
}

/** What an instance took, give or take so much: it was seen at work at one count and not at the one before. */
interface Took {
  readonly ms: number;
  readonly eitherWayMs: number;
}

/** Who works at the first count after it began to run took no time that is worth a word. */
function tookOf(
  sinceMs: number,
  { countedAtMs, atMs }: { readonly countedAtMs: number; readonly atMs: number },
): Took | undefined {
  const least = countedAtMs - sinceMs;
  if (least <= 0) return atMs - sinceMs <= 2 * EXACT_MS ? { ms: 0, eitherWayMs: 0 } : undefined;
  const ms = (least + atMs - sinceMs) / 2;
  const gapMs = atMs - countedAtMs;
  return gapMs <= Math.max(EXACT_MS, ms / 2) ? { ms, eitherWayMs: gapMs / 2 } : undefined;
}

/** The time to reckon with: what few instances have shown counts for less. */
export function warmUpMs({ ms, seen }: Learned): number {
  return (ms * seen) / (seen + 1);
}

/** With so many deviations either way the truth is in it nineteen times of twenty. */
const MARGIN = 2;

/** How far off that may be: what the newest differ by, and what it was made less by. */
export function warmUpMarginMs(learned: Learned): number {
  const { ms, seen, variance = ms * ms } = learned;
  const counting = Math.max(1, Math.min(seen, 1 / LEAST_WEIGHT));
  return MARGIN * Math.sqrt(variance / counting) + ms - warmUpMs(learned);
}

/** Who has run for so long without serving takes as long again: nothing is known of such times but that they are longer. */
const AS_LONG_AGAIN = 2;
/** … and no less than this, as a start that nobody has seen. */
const FIRST_GUESS_MS = 2_000;

/** The time to expect of an instance: until one was seen at work, what those take that were seen without a message. */
export function expectedWarmUpMs(memory: WarmUpMemory): number {
  const { fresh, seen, countedAtMs, idleAtMs } = memory;
  if (seen > 0 || fresh.length === 0) return warmUpMs(memory);
  const first = fresh.find(([sinceMs]) => isSeenIdle(sinceMs, { countedAtMs, idleAtMs }));
  return first === undefined ? 0 : usualFrom(countedAtMs - first[0]);
}

function usualFrom(idleForMs: number): number {
  return Math.max(FIRST_GUESS_MS, AS_LONG_AGAIN * idleForMs);
}

/** Whether instances warm up of which nobody knows how long that takes: none of this app was ever seen at work. */
export function isUntried({ seen }: WarmUpMemory, fresh: Tally): boolean {
  return seen === 0 && fresh.length > 0;
}

/** Since when those run that do not serve yet: seen without a message while there were enough, or too young. */
export function warming(memory: WarmUpMemory, nowMs: number): Tally {
  const { fresh, countedAtMs } = memory;
  if (fresh.length === 0) return fresh;
  const usualMs = expectedWarmUpMs(memory);
  return fresh.filter(([sinceMs]) => {
    const ownMs = isSeenIdle(sinceMs, memory) ? usualFrom(countedAtMs - sinceMs) : 0;
    return nowMs - sinceMs < Math.max(usualMs, ownMs);
  });
}

function isSeenIdle(
  sinceMs: number,
  { countedAtMs, idleAtMs }: Pick<WarmUpMemory, 'countedAtMs' | 'idleAtMs'>,
): boolean {
  return sinceMs < countedAtMs && sinceMs > idleAtMs;
}

/** Whether it can be read, whoever wrote it. */
export function isWarmUp(raw: unknown): raw is WarmUpMemory {
  if (!isObject(raw)) return false;
  const { running, fresh, serving, ms, seen, variance = 0, countedAtMs, idleAtMs, fellAtMs } = raw;
  const numbers = [running, ms, seen, variance, countedAtMs, idleAtMs, fellAtMs];
  return (
    isTally(fresh) && isCourse(serving) && numbers.every((each) => typeof each === 'number' && each >= 0)
  );
}
