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

/** For sentences: whole numbers from 10 on, one digit below. */
export function brief(value: number): string {
  return String(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10);
}
