// server: the samples of the last quarter of an hour, for the charts. Unknown is a gap, never a zero.

import { ChangingNumber } from './changing-number.ts';

/** One moment: a number for each series that is known. */
export interface Sample {
  /** Monotonic, a whole second. */
  readonly atMs: number;
  readonly values: Readonly<Record<string, number>>;
}

/** How far the clock that people read is ahead of the times of samples, ms. */
export interface WallAhead {
  readonly wallAheadMs: number;
}

export type PageSample = Sample & WallAhead;

/** Column by column, as charts want it; null where nothing was known. */
export interface Columns {
  readonly atMs: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Says each number that is known, by its series. */
export type EachNumber = (say: (series: string, value: number) => void) => void;

const NO_NUMBERS: EachNumber = () => undefined;
const RESOLUTION_MS = 1000;
const KEEP_MS = 15 * 60_000;

/** The second under which what was seen at a moment is filed. */
export function secondOf(atMs: number): number {
  return Math.floor(atMs / RESOLUTION_MS) * RESOLUTION_MS;
}

/** A thousand policies have several thousand series, of which few move: each is kept as its changes. */
export class History {
  readonly #keepMs: number;
  readonly #series = new Map<string, ChangingNumber>();
  /** Times of the rows, oldest first. */
  #times: number[] = [];
  /** Of the oldest row: rows are numbered on and on. */
  #first = 0;
  /** How often anything was filed. */
  #filed = 0;

  /** @param keepMs how far back samples are kept; at most one a second */
  constructor(keepMs = KEEP_MS) {
    this.#keepMs = keepMs;
  }

  /** Files numbers under the second of `atMs`; the last of a second wins. */
  record(atMs: number, numbers: EachNumber): void {
    const second = secondOf(atMs);
    while ((this.#times.at(-1) ?? Number.NEGATIVE_INFINITY) >= second) this.#times.pop();
    while ((this.#times[0] ?? Number.POSITIVE_INFINITY) <= second - this.#keepMs) this.#dropFirst();
    this.#add(second, numbers);
  }

  /** Marks the second after the newest sample as unknown, so that no line is drawn over a silence. */
  breakAfter(silenceMs: number, nowMs: number): void {
    const last = this.#times.at(-1);
    if (last === undefined || nowMs - last <= silenceMs) return;
    this.#add(last + RESOLUTION_MS, NO_NUMBERS);
  }

  /** @param wanted the series that are asked for; default: all */
  columns(wanted: (series: string) => boolean = () => true): Columns {
    const columns = [...this.#series]
      .filter(([key]) => wanted(key))
      .map(([key, series]) => [key, series.between(this.#first, this.#first + this.#times.length)] as const);
    return {
      atMs: [...this.#times],
      series: Object.fromEntries(columns.filter(([, values]) => values.some((value) => value !== null))),
    };
  }

  /**
   * Mean growth per second of a counter over the last `windowMs`; undefined when there are not yet two
   * samples at least 2 s apart, or when the counter went back.
   */
  ratePerS(key: string, windowMs = 10_000): number | undefined {
    const series = this.#series.get(key);
    const newest = this.#times.length - 1;
    const newestMs = this.#times[newest];
    if (series === undefined || newestMs === undefined) return undefined;
    const to = series.at(this.#first + newest);
    for (let row = Math.max(0, newest - Math.ceil(windowMs / RESOLUTION_MS)); row < newest; row++) {
      const atMs = this.#times[row] ?? 0;
      const from = series.at(this.#first + row);
      if (from === undefined || atMs < newestMs - windowMs) continue;
      const elapsedMs = newestMs - atMs;
      if (to === undefined || elapsedMs < 2 * RESOLUTION_MS || to < from) return undefined;
      return ((to - from) * 1000) / elapsedMs;
    }
    return undefined;
  }

  #dropFirst(): void {
    this.#times.shift();
    this.#first += 1;
  }

  #add(second: number, numbers: EachNumber): void {
    const row = this.#first + this.#times.length;
    this.#times.push(second);
    // Not the row: what is said again of a second is said of the same row.
    this.#filed += 1;
    numbers((key, value) => {
      const known = this.#series.get(key);
      const series = known ?? new ChangingNumber();
      if (known === undefined) this.#series.set(key, series);
      series.set(row, value);
      series.saidIn = this.#filed;
    });
    for (const [key, series] of this.#series) {
      if (series.saidIn !== this.#filed) series.set(row);
      series.forgetBefore(this.#first);
      // Its app is gone.
      if (series.isUnknown) this.#series.delete(key);
    }
  }
}
