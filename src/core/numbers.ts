// core: keeping numbers inside the range in which they mean something.

import { MAX_COUNT } from '../api/schema/shapes.ts';

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
