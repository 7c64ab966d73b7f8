// core: keeping numbers inside the range in which they mean something.

/** No count goes beyond this: large enough for any cluster, small enough for exact arithmetic and JSON. */
export const MAX_COUNT = 1_000_000;

/** Readings beyond this are taken as this many. */
const MAX_READING = 1e12;

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** A whole, non-negative count; what is not a number counts as 0, what is too large as `MAX_COUNT`. */
export function count(value: number): number {
  return Number.isNaN(value) ? 0 : clamp(Math.trunc(value), 0, MAX_COUNT);
}

/** A non-negative, finite measurement. */
export function reading(value: number): number {
  return Number.isNaN(value) ? 0 : clamp(value, 0, MAX_READING);
}

/** The last moment that a Date can hold, ms since the epoch. */
const LAST_MS = 8.64e15;

/** A time in ms since the epoch; what is none is the epoch. */
export function instant(ms: number): number {
  return Number.isNaN(ms) ? 0 : clamp(ms, 0, LAST_MS);
}

/** A number as people read it: at most `digits` behind the point, and no more than it has. */
export function rounded(value: number, digits = 3): number {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : value;
}

/** A length of time for sentences: `0.5 s`, `13 s`, `5 min`. */
export function spanText(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 120) return `${brief(s)} s`;
  return s < 7200 ? `${Math.round(s / 60)} min` : `${brief(s / 3600)} h`;
}

/** '0', '0.1', … '10': writing fractions is what takes the time in a sentence. */
const TENTHS: readonly string[] = Array.from({ length: 101 }, (_, n) => String(n / 10));

/** For sentences: whole numbers from 10 on, one digit below. */
export function brief(value: number): string {
  if (value >= 10) return String(Math.round(value));
  const tenths = Math.round(value * 10);
  return TENTHS[tenths] ?? String(tenths / 10);
}
