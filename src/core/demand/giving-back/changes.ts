// core: how often a count was changed lately, and how much more a fall is to be worth for that (docs/design/law.md#when-it-acts).

import { rounded } from '../../../api/words/figures.ts';

/** What is remembered of the changes of a count, whoever made them. */
export interface Changes {
  /** When it last became less. */
  readonly fellAtMs: number;
  /** When it last became more; 0 until then, absent in memories of before it was kept. */
  readonly roseAtMs?: number | undefined;
  /** How many a minute there were when it last changed; absent until it has. */
  readonly changesPerMin?: number | undefined;
}

/** So long a change counts. */
const COUNTS_FOR_MS = 30_000;
const PER_MIN = 60_000 / COUNTS_FOR_MS;
/** More than these nobody makes. */
const MOST_PER_MIN = 120;
/**
 * From so many a minute on a fall is to be worth more, where it is told how many work and where nobody sees that. Of 2,160 cells
 * of `simulate --suite fast` where that is told none is above 12 then, of 720 others one (specs/decisions/deciding-fluid-law-restless.md).
 */
const MANY_PER_MIN = 6;
const MANY_PER_MIN_IF_BLIND = 8;

interface Look {
  readonly asked: number;
  readonly nowMs: number;
}

/** @param sinceMs since when it did not fall, where nothing is remembered */
export function followChanges(
  memory: (Changes & { readonly asked: number }) | undefined,
  { asked, nowMs }: Look,
  sinceMs: number,
): Changes & { readonly roseAtMs: number } {
  if (memory === undefined) return { fellAtMs: sinceMs, roseAtMs: 0 };
  const { fellAtMs, roseAtMs = 0, changesPerMin } = memory;
  if (asked === memory.asked) return { fellAtMs, roseAtMs, changesPerMin };
  const perMin = rounded(Math.min(MOST_PER_MIN, PER_MIN + changesPerMinOf(memory, nowMs)), 1);
  return asked < memory.asked
    ? { fellAtMs: nowMs, roseAtMs, changesPerMin: perMin }
    : { fellAtMs, roseAtMs: nowMs, changesPerMin: perMin };
}

/** A mean over the last while: those of a moment ago count most. */
export function changesPerMinOf(
  { fellAtMs, roseAtMs = 0, changesPerMin = 0 }: Changes,
  nowMs: number,
): number {
  const agoMs = Math.max(0, nowMs - Math.max(fellAtMs, roseAtMs));
  return changesPerMin * Math.exp(-agoMs / COUNTS_FOR_MS);
}

/**
 * How many times as much a fall is to be worth: its square grows with what is too many of them, as the price of what is to be had
 * within a limit does. Where a load goes up and down within seconds, or slow work is finished one by one, falls come in steps of
 * one hold each, and every one is worth a change by itself. A rise does not wait for that: who is missing is missed at once.
 */
export function priceOf(perMin: number, isBlind: boolean): number {
  return Math.max(1, perMin / (isBlind ? MANY_PER_MIN_IF_BLIND : MANY_PER_MIN)) ** 2;
}
