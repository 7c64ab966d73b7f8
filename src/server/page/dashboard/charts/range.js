// server/dashboard: which time the charts show: the last while, or a span of the past. It stands in the page's address.

import { asked, go, hereWith } from '../navigation.js';

/** @typedef {{ readonly fromMs: number, readonly toMs: number }} Span */

/** What the operator's memory has for everybody; earlier is in its record. */
export const LIVE_S = 15 * 60;
const USUAL_S = 300;
const SHORTEST_MS = 10_000;
const LONGEST_MS = 31 * 86_400_000;

/** @type {[number, string][]} */
export const WINDOWS = [
  [60, '1 min'],
  [300, '5 min'],
  [900, '15 min'],
  [3600, '1 h'],
  [6 * 3600, '6 h'],
  [86_400, '1 day'],
  [7 * 86_400, '7 days'],
];

/**
 * The span of the past that the address names; undefined: what is shown moves with the time.
 *
 * @returns {Span | undefined}
 */
export function fixedSpan() {
  const [fromMs, toMs] = [moment(asked('from')), moment(asked('to'))];
  return fromMs > 0 && toMs > fromMs ? { fromMs, toMs } : undefined;
}

/**
 * The page writes milliseconds; whoever writes an address himself takes the time of a log line: `2026-11-29T02:10:00Z`.
 *
 * @param {string} text
 */
function moment(text) {
  return /^\d{4}-/.test(text) ? Date.parse(text) : Number(text);
}

/** The moment of the past that is looked at: one within the span, else the span's end; undefined: now. */
export function chosenMs() {
  const span = fixedSpan();
  if (span === undefined) return undefined;
  const atMs = moment(asked('at'));
  return atMs >= span.fromMs && atMs <= span.toMs ? atMs : span.toMs;
}

/** @param {number} atMs */
export function chooseMoment(atMs) {
  go(hereWith({ at: String(Math.round(atMs)) }), { still: true });
}

/** How much of the last while is shown, s. */
export function windowS() {
  const seconds = Number(asked('last'));
  return seconds > 0 ? Math.min(seconds, LONGEST_MS / 1000) : USUAL_S;
}

/** A line of fewer seconds would be drawn over the whole width, and be pressed together every second. */
const SHORTEST_AXIS_S = 30;

/**
 * From the first moment that is known: the line grows to the right until it is half a minute long, then the axis grows with it until
 * it has the wanted length, then it moves on.
 *
 * @param {readonly number[]} times
 * @param {number} seconds
 * @returns {[number, number]} begin and end, s
 */
export function liveAxis(times, seconds) {
  const end = times.at(-1) ?? 0;
  const start = Math.max(times[0] ?? end, end - seconds);
  return [start, Math.max(end, start + SHORTEST_AXIS_S)];
}

/** @param {number} seconds */
export function showLast(seconds) {
  go(hereWith({ from: '', to: '', at: '', last: seconds === USUAL_S ? '' : String(seconds) }), {
    still: true,
  });
}

/**
 * @param {Span} span
 * @param {number} nowMs nothing is shown of what has not happened yet
 */
export function showSpan(span, nowMs) {
  const { fromMs, toMs } = within(span, nowMs);
  go(hereWith({ from: String(fromMs), to: String(toMs), last: '' }), { still: true });
}

/**
 * A span of a length that can be shown, and not after `nowMs`.
 *
 * @param {Span} span
 * @param {number} nowMs
 * @returns {Span}
 */
export function within({ fromMs, toMs }, nowMs) {
  const length = Math.round(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, toMs - fromMs)));
  const middle = (fromMs + toMs) / 2;
  const end = Math.round(Math.min(nowMs, middle + length / 2));
  return { fromMs: end - length, toMs: end };
}

/**
 * The same moment in the middle, `factor` times as long.
 *
 * @param {Span} span
 * @param {number} factor
 * @returns {Span}
 */
export function zoomed({ fromMs, toMs }, factor) {
  const [middle, half] = [(fromMs + toMs) / 2, ((toMs - fromMs) / 2) * factor];
  return { fromMs: middle - half, toMs: middle + half };
}

/**
 * @param {Span} span
 * @param {number} part of its length; negative: earlier
 * @returns {Span}
 */
export function moved({ fromMs, toMs }, part) {
  const by = (toMs - fromMs) * part;
  return { fromMs: fromMs + by, toMs: toMs + by };
}

/**
 * What tries a change against a span of the past.
 *
 * @param {string} key namespace/name
 * @param {Span} span
 */
export function replayCommand(key, { fromMs, toMs }) {
  const [namespace = '', name = ''] = key.split('/');
  const where = namespace === 'default' ? '' : ` -n ${namespace}`;
  const [since, until] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  return `microscaling replay ${name}${where} --since ${since} --until ${until} -f new.yaml`;
}
