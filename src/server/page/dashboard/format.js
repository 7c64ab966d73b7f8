// server/dashboard: numbers, times and ages for people.

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** @param {number} n */
export function count(n) {
  return Math.abs(n) >= 1e6 ? short.format(n) : whole.format(n);
}

/** @param {number | undefined} perS */
export function rate(perS) {
  return perS === undefined ? 'rate not known yet' : `${(perS < 10 ? tenth : whole).format(perS)} per second`;
}

/** @param {number | undefined} n */
export function number(n) {
  return n === undefined ? '–' : Number.isInteger(n) ? count(n) : tenth.format(n);
}

/**
 * With how far off it may be, where it is estimated: `12 ± 3`.
 *
 * @param {{ value?: number | undefined, valueMargin?: number | undefined }} figure
 */
export function giveOrTake({ value, valueMargin }) {
  if (value === undefined || valueMargin === undefined) return number(value);
  const shown = value < 10 ? tenth : whole;
  return `${shown.format(value)} ± ${(valueMargin < 10 ? tenth : whole).format(valueMargin)}`;
}

/**
 * HH:MM:SS in the reader's own time.
 *
 * @param {number} atMs
 */
export function time(atMs) {
  return clock.format(new Date(atMs));
}

const dayOf = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const farDayOf = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
/** From here on a day and its month may be read as those of this year. */
const FAR_MS = 180 * 86_400_000;
const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/**
 * `29 Nov`, in the reader's own time.
 *
 * @param {number} atMs
 */
export function day(atMs) {
  return dayOf.format(new Date(atMs));
}

/**
 * With its day, where that is not today, and its year, where that is far.
 *
 * @param {number} atMs
 */
export function moment(atMs, nowMs = Date.now()) {
  const on = Math.abs(atMs - nowMs) < FAR_MS ? day(atMs) : farDayOf.format(new Date(atMs));
  return on === day(nowMs) ? time(atMs) : `${time(atMs)} on ${on}`;
}

/**
 * Sentences of the operator hold UTC: beside times of the reader's own there must be no second kind.
 *
 * @param {string} text
 */
export function local(text, nowMs = Date.now()) {
  return text.replace(INSTANT, (utc) => moment(Date.parse(utc), nowMs));
}

/**
 * How much of a time there is left.
 *
 * @param {number} ms
 */
export function left(ms) {
  const s = Math.ceil(ms / 1000);
  if (s <= 0) return 'ending';
  if (s < 100) return `${s} s left`;
  if (s < 6000) return `${Math.round(s / 60)} min left`;
  return `${Math.round(s / 3600)} h left`;
}

/**
 * How long something has lasted.
 *
 * @param {number} ms
 */
export function lasting(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  if (s < 172_800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

/** @param {number} ms */
export function age(ms) {
  const s = Math.max(0, ms) / 1000;
  if (s < 10) return `${s.toFixed(1)} s ago`;
  if (s < 120) return `${Math.round(s)} s ago`;
  if (s < 7200) return `${Math.round(s / 60)} min ago`;
  return `${Math.round(s / 3600)} h ago`;
}
