// simulator: traces: CSV with a count per interval, or with one row per request.

import { TerminalError } from '../../runtime/errors.ts';
import { type CsvRow, csvRows } from './csv.ts';
import { type Curve, curveOf } from './curve.ts';

/** Requests per interval of equal length. */
export interface Trace {
  readonly intervalS: number;
  readonly counts: readonly number[];
}

export interface TraceOptions {
  /** What a row of counts lasts, or how finely requests are counted; else as the file's timestamps say. */
  readonly intervalS?: number;
  /** Rows to take, the heading not counted; default all. */
  readonly from?: number;
  readonly rows?: number;
}

/** A burst of requests is seen by the second. */
const REQUESTS_INTERVAL_S = 1;
/** Ten weeks by the second. */
const MOST_INTERVALS = 6_000_000;

/**
 * Reads a CSV text whose first column is a time, or nothing but counts.
 *
 *     timestamp,value              TIMESTAMP,ContextTokens,GeneratedTokens      count
 *     2014-07-01 00:00:00,10844    2023-11-16 18:15:46.68,374,44                12
 *     counts at equal distance     one row per request, anywhere in time        counts; needs an interval
 *
 * @param name what the text is called, for messages
 * @throws TerminalError that names the line and says what is wrong with it
 */
export function parseTrace(text: string, name: string, options: TraceOptions = {}): Trace {
  const rows = csvRows(text, name);
  const headed = rows[0]?.cells.some((cell) => !isNumber(cell) && timeOf(cell) === undefined) === true;
  const from = (options.from ?? 0) + (headed ? 1 : 0);
  const chosen = rows.slice(from, options.rows === undefined ? undefined : from + options.rows);
  if (chosen.length === 0) throw new TerminalError(`${name}: no rows`);
  if (chosen.every(({ cells }) => cells.length === 1 && isNumber(cells[0] ?? '')))
    return plainCounts(chosen, name, options);
  const times = chosen.map((row) => requireTime(row, name));
  const steps = times.slice(1).map((t, i) => t - (times[i] ?? t));
  if (steps.some((step) => step < 0)) {
    const i = steps.findIndex((step) => step < 0) + 1;
    throw new TerminalError(`${name}:${chosen[i]?.line}: earlier than the row before it (column 1)`);
  }
  const typical = median(steps);
  const even =
    typical > 0 && steps.filter((step) => Math.abs(step - typical) < 1).length >= 0.9 * steps.length;
  return even
    ? timedCounts(chosen, name, options.intervalS ?? typical / 1000)
    : requests(times, name, options);
}

function plainCounts(rows: readonly CsvRow[], name: string, { intervalS }: TraceOptions): Trace {
  if (intervalS === undefined)
    throw new TerminalError(`${name}: rows without a time; say with --trace-interval what one row lasts`);
  return { intervalS, counts: rows.map((row) => countOf(row, 0, name)) };
}

function timedCounts(rows: readonly CsvRow[], name: string, intervalS: number): Trace {
  return { intervalS, counts: rows.map((row) => countOf(row, 1, name)) };
}

function requests(times: readonly number[], name: string, { intervalS }: TraceOptions): Trace {
  const everyS = intervalS ?? REQUESTS_INTERVAL_S;
  const first = times[0] ?? 0;
  const length = Math.floor(((times.at(-1) ?? first) - first) / 1000 / everyS) + 1;
  if (length > MOST_INTERVALS)
    throw new TerminalError(
      `${name}: ${length} intervals of ${everyS} s; say a longer one with --trace-interval`,
    );
  const counts = new Array<number>(length).fill(0);
  for (const at of times) {
    const i = Math.floor((at - first) / 1000 / everyS);
    counts[i] = (counts[i] ?? 0) + 1;
  }
  return { intervalS: everyS, counts };
}

function countOf({ cells, line }: CsvRow, column: number, name: string): number {
  const cell = (cells[column] ?? '').trim();
  const value = Number(cell);
  if (cell === '' || !Number.isFinite(value) || value < 0)
    throw new TerminalError(`${name}:${line}: '${cell}' is not a count, 0 or more (column ${column + 1})`);
  return value;
}

function requireTime({ cells, line }: CsvRow, name: string): number {
  const time = timeOf(cells[0] ?? '');
  if (time !== undefined) return time;
  throw new TerminalError(
    `${name}:${line}: '${cells[0]}' is not a time such as 2014-07-01 00:00:00 (column 1)`,
  );
}

/** ms since the epoch; a time without a zone is UTC, a number is seconds. */
function timeOf(cell: string): number | undefined {
  const text = cell.trim();
  if (isNumber(text)) return Number(text) * 1000;
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (match === null) return undefined;
  const time = Date.parse(`${match[1]}T${(match[2] ?? '').slice(0, 12)}${match[3] ?? 'Z'}`);
  return Number.isNaN(time) ? undefined : time;
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The share of a trace that its scale is taken from, and where that comes to lie, as a share of the capacity. */
const SCALED_BY = 0.995;
const SCALED_TO = 0.75;

/**
 * A trace as a load: scaled so that its 99.5th percentile is 75 % of the capacity.
 *
 * @param intervalS how long one interval is to last; default as recorded
 */
export function scaledCurve(trace: Trace, capacity: number, intervalS = trace.intervalS): Curve {
  const sorted = trace.counts.toSorted((a, b) => a - b);
  const high = sorted[Math.min(sorted.length - 1, Math.floor(SCALED_BY * sorted.length))] ?? 0;
  return played(trace, high > 0 ? (SCALED_TO * capacity) / high : 0, intervalS);
}

/** A trace as it was recorded: its counts, times `scale`, arrive in the time in which they were counted. */
export function recordedCurve(trace: Trace, scale: number): Curve {
  return played(trace, scale / trace.intervalS, trace.intervalS);
}

function played({ counts }: Trace, scale: number, intervalS: number): Curve {
  return curveOf(counts.length * intervalS, (t) => scale * (counts[Math.floor(t / intervalS + 1e-9)] ?? 0));
}
