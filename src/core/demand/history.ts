// core: two small memories of the recent past, bounded so that an app's memory stays within its 4 KiB.

/** How many of something happened when, oldest first. */
export type Tally = readonly (readonly [atMs: number, count: number])[];

/** Values with the time of their last occurrence, each smaller (or larger) than the one before it. */
export type Extremes = readonly (readonly [atMs: number, value: number])[];

/** A quantity over time: its value since `atMs`, oldest first. */
export type Levels = readonly (readonly [atMs: number, value: number])[];

const MAX_ENTRIES = 16;

type Entry = readonly [number, number];

/** Appends and forgets what is older than `spanMs`; when full, the two closest neighbours become one. */
export function tally(past: Tally, entry: Entry, spanMs: number): Tally {
  const kept = past.filter(([atMs]) => isWithin(atMs, entry[0], spanMs));
  if (entry[1] === 0) return kept;
  kept.push(entry);
  return kept.length <= MAX_ENTRIES ? kept : joinClosest(kept, (a, b) => [b[0], a[1] + b[1]]);
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

/** The running maximum of a window: `extremes[0]` is the largest value of the last `spanMs`, `value` included. */
export function keepLargest(past: Extremes, entry: Entry, spanMs: number): Extremes {
  return keep(past, entry, { spanMs, sign: 1 });
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
  for (const each of past) {
    if (!isWithin(each[0], nowMs, spanMs)) {
      if (to > from) break;
      from = ++to;
    } else if (sign * each[1] > value) to++;
    else break;
  }
  if (from === to) return [entry];
  const kept = past.slice(from, to);
  kept.push(entry);
  return kept.length <= MAX_ENTRIES ? kept : joinClosest(kept, (a, b) => [b[0], a[1]]);
}

/** Notes the present value; only changes take an entry. */
export function noteLevel(past: Levels, nowMs: number, value: number): Levels {
  const last = past.at(-1);
  if (last?.[1] === value) return past;
  const earlier = last?.[0] === nowMs ? past.slice(0, -1) : past;
  return [...earlier.slice(1 - MAX_ENTRIES), [nowMs, value]];
}

/** The value at a moment; before the first entry, the first. */
export function levelAt(past: Levels, atMs: number): number {
  let value = past[0]?.[1] ?? 0;
  for (const each of past) if (each[0] <= atMs) value = each[1];
  return value;
}

/** The mean over an interval of time. */
export function averageLevel(past: Levels, fromMs: number, toMs: number): number {
  if (!(toMs > fromMs)) return levelAt(past, toMs);
  let sum = 0;
  let untilMs = toMs;
  for (let i = past.length - 1; i >= 0 && untilMs > fromMs; i--) {
    const [atMs, value] = past[i] ?? [0, 0];
    const sinceMs = i === 0 ? fromMs : Math.max(fromMs, atMs);
    if (sinceMs >= untilMs) continue;
    sum += value * (untilMs - sinceMs);
    untilMs = sinceMs;
  }
  return sum / (toMs - fromMs);
}

function joinClosest(entries: readonly Entry[], join: (a: Entry, b: Entry) => Entry): Entry[] {
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
  return [...entries.slice(0, at), join(first, second), ...entries.slice(at + 2)];
}

export function isTally(value: unknown): value is Tally {
  return (
    Array.isArray(value) &&
    value.every((p) => Array.isArray(p) && typeof p[0] === 'number' && typeof p[1] === 'number')
  );
}
