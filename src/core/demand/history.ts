// core: two small memories of the recent past, bounded so that an app's memory stays within its 4 KiB.

/** How many of something happened when, oldest first. */
export type Tally = readonly (readonly [atMs: number, count: number])[];

/** One empty list for all, which is at hand: most apps have nothing to count. */
export const NO_TALLY: Tally = [];

/*
 * The next two are lists of time and value in turn: pairs of their own, each from another round, would lie all over the
 * memory of a large pool, which waits for each of them.
 */

/** Values with the time of their last occurrence, each smaller (or larger) than the one before it. */
export type Extremes = readonly number[];

/** A quantity over time: since when it has which value, oldest first. */
export type Levels = readonly number[];

const MAX_ENTRIES = 16;

type Entry = readonly [number, number];

/** Appends and forgets what is older than `spanMs`; when full, the two closest neighbours become one. */
export function tally(past: Tally, entry: Entry, spanMs: number): Tally {
  const kept = past.filter(([atMs]) => isWithin(atMs, entry[0], spanMs));
  if (entry[1] === 0) return kept;
  kept.push(entry);
  return kept.length <= MAX_ENTRIES ? kept : joinClosest(kept);
}

/** What lies in the future was noted before a clock was set back: it counts no more. */
function isWithin(atMs: number, nowMs: number, spanMs: number): boolean {
  return atMs > nowMs - spanMs && atMs <= nowMs;
}

/** Sum of what happened within the `spanMs` before `nowMs`. */
export function tallied(past: Tally, nowMs: number, spanMs: number): number {
  let sum = 0;
  for (const [atMs, n] of past) if (isWithin(atMs, nowMs, spanMs)) sum += n;
  return sum;
}

export function total(past: Tally): number {
  let sum = 0;
  for (const [, n] of past) sum += n;
  return sum;
}

/** Removes `n` from the oldest end; `taken` says what was removed, and from when. */
export function takeOldest(past: Tally, n: number): { readonly rest: Tally; readonly taken: Tally } {
  const taken: Entry[] = [];
  let left = n;
  let i = 0;
  for (; i < past.length && left > 0; i++) {
    const [atMs, there] = past[i] ?? [0, 0];
    const part = Math.min(there, left);
    taken.push([atMs, part]);
    left -= part;
    if (part < there) return { rest: [[atMs, there - part], ...past.slice(i + 1)], taken };
  }
  return { rest: past.slice(i), taken };
}

/** Removes `n` from the newest end. */
export function dropNewest(past: Tally, n: number): Tally {
  const rest = [...past];
  let left = n;
  for (let last = rest.at(-1); last !== undefined && left > 0; last = rest.at(-1)) {
    rest.pop();
    if (last[1] > left) rest.push([last[0], last[1] - left]);
    left -= last[1];
  }
  return rest;
}

/** The running maximum of a window: `extremes[1]` is the largest value of the last `spanMs`, `value` included. */
export function keepLargest(past: Extremes, entry: Entry, spanMs: number): Extremes {
  return keep(past, entry, { spanMs, sign: 1 });
}

/** The largest value since then, of those that `keepLargest` has kept. */
export function largestWithin(past: Extremes, sinceMs: number, otherwise: number): number {
  for (let i = 0; i < past.length; i += 2) if ((past[i] ?? 0) > sinceMs) return past[i + 1] ?? otherwise;
  return otherwise;
}

/** The running minimum of a window, as `keepLargest`. */
export function keepSmallest(past: Extremes, entry: Entry, spanMs: number): Extremes {
  return keep(past, entry, { spanMs, sign: -1 });
}

/** What is too old goes from the front; what the new entry outdoes, or a clock that was set back made future, from the end. */
function keep(
  past: Extremes,
  entry: Entry,
  { spanMs, sign }: { readonly spanMs: number; readonly sign: 1 | -1 },
): Extremes {
  const nowMs = entry[0];
  const value = sign * entry[1];
  let from = 0;
  let to = 0;
  for (let i = 0; i < past.length; i += 2) {
    if (!isWithin(past[i] ?? 0, nowMs, spanMs)) {
      if (to > from) break;
      to = i + 2;
      from = to;
    } else if (sign * (past[i + 1] ?? 0) > value) to = i + 2;
    else break;
  }
  if (from === to) return entry;
  const kept = followedBy(past, from, to, entry);
  if (kept.length > 2 * MAX_ENTRIES) forgetClosest(kept);
  return kept;
}

/** That part of the past, and the entry. As long as it is: `push` leaves room for sixteen more, in the memory of every app. */
function followedBy(past: readonly number[], from: number, to: number, [atMs, value]: Entry): number[] {
  const rest = from === 0 ? past : past.slice(from);
  return rest.toSpliced(to - from, rest.length, atMs, value);
}

/** Of the two closest neighbours the value of the first stands for both. */
function forgetClosest(kept: number[]): void {
  let at = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 2; i < kept.length; i += 2) {
    const gap = (kept[i] ?? 0) - (kept[i - 2] ?? 0);
    if (gap >= smallest) continue;
    smallest = gap;
    at = i - 2;
  }
  kept[at] = kept[at + 2] ?? 0;
  kept.splice(at + 2, 2);
}

/** Notes the present value; only changes take an entry. */
export function noteLevel(past: Levels, nowMs: number, value: number): Levels {
  if (past.at(-1) === value) return past;
  const to = past.at(-2) === nowMs ? past.length - 2 : past.length;
  return followedBy(past, Math.max(0, to - 2 * (MAX_ENTRIES - 1)), to, [nowMs, value]);
}

/** The newest value; 0 where none was noted. */
export function lastLevel(past: Levels): number {
  return past.at(-1) ?? 0;
}

/** The value at a moment; before the first entry, the first. */
export function levelAt(past: Levels, atMs: number): number {
  let value = past[1] ?? 0;
  for (let i = 0; i < past.length; i += 2) if ((past[i] ?? 0) <= atMs) value = past[i + 1] ?? 0;
  return value;
}

/** The mean over an interval of time. */
export function averageLevel(past: Levels, fromMs: number, toMs: number): number {
  if (!(toMs > fromMs)) return levelAt(past, toMs);
  let sum = 0;
  let untilMs = toMs;
  for (let i = past.length - 2; i >= 0 && untilMs > fromMs; i -= 2) {
    const sinceMs = i === 0 ? fromMs : Math.max(fromMs, past[i] ?? 0);
    if (sinceMs >= untilMs) continue;
    sum += (past[i + 1] ?? 0) * (untilMs - sinceMs);
    untilMs = sinceMs;
  }
  return sum / (toMs - fromMs);
}

function joinClosest(entries: readonly Entry[]): Entry[] {
  let at = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < entries.length; i++) {
    const gap = (entries[i + 1]?.[0] ?? 0) - (entries[i]?.[0] ?? 0);
    if (gap < smallest) {
      smallest = gap;
      at = i;
    }
  }
  const first = entries[at];
  const second = entries[at + 1];
  if (first === undefined || second === undefined) return [...entries];
  return [...entries.slice(0, at), [second[0], first[1] + second[1]], ...entries.slice(at + 2)];
}

/** Whether it is a list of time and value in turn. */
export function isCourse(value: unknown): value is Extremes & Levels {
  return Array.isArray(value) && value.length % 2 === 0 && value.every((each) => typeof each === 'number');
}

export function isTally(value: unknown): value is Tally {
  return (
    Array.isArray(value) &&
    value.every((p) => Array.isArray(p) && typeof p[0] === 'number' && typeof p[1] === 'number')
  );
}
