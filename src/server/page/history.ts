// server: a ring of samples for the charts. Unknown is a gap, never a zero.

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

const RESOLUTION_MS = 1000;
const KEEP_MS = 15 * 60_000;

/**
 * One column of numbers for each series, all of one length and written round and round: a thousand policies have
 * several thousand series, and rows of names would hold hundreds of megabytes.
 */
export class History {
  readonly #keepMs: number;
  readonly #size: number;
  readonly #series = new Map<string, Float64Array>();
  /** Times of the rows, oldest first; row `i` stands in place `(#first + i) % #size` of every column. */
  #times: number[] = [];
  #first = 0;

  /** @param keepMs how far back samples are kept; at most one a second */
  constructor(keepMs = KEEP_MS) {
    this.#keepMs = keepMs;
    this.#size = Math.ceil(keepMs / RESOLUTION_MS) + 1;
  }

  /** Files `values` under the whole second of `atMs`; the last of a second wins. */
  record(atMs: number, values: Readonly<Record<string, number>>): Sample {
    const bucketMs = Math.floor(atMs / RESOLUTION_MS) * RESOLUTION_MS;
    while ((this.#times.at(-1) ?? Number.NEGATIVE_INFINITY) >= bucketMs) this.#times.pop();
    while ((this.#times[0] ?? Number.POSITIVE_INFINITY) <= bucketMs - this.#keepMs) this.#dropFirst();
    this.#add(bucketMs, values);
    return { atMs: bucketMs, values };
  }

  /** Marks the second after the newest sample as unknown, so that no line is drawn over a silence. */
  breakAfter(silenceMs: number, nowMs: number): void {
    const last = this.#times.at(-1);
    if (last === undefined || nowMs - last <= silenceMs) return;
    this.#add(last + RESOLUTION_MS, {});
  }

  /** @param wanted the series that are asked for; default: all */
  columns(wanted: (series: string) => boolean = () => true): Columns {
    const columns = [...this.#series]
      .filter(([key]) => wanted(key))
      .map(([key, column]) => {
        const values = this.#times.map((_, row) => known(column[this.#place(row)]) ?? null);
        return [key, values] as const;
      });
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
    const column = this.#series.get(key);
    const newest = this.#times.length - 1;
    const newestMs = this.#times[newest];
    if (column === undefined || newestMs === undefined) return undefined;
    const to = known(column[this.#place(newest)]);
    for (let row = Math.max(0, newest - Math.ceil(windowMs / RESOLUTION_MS)); row < newest; row++) {
      const atMs = this.#times[row] ?? 0;
      const from = known(column[this.#place(row)]);
      if (from === undefined || atMs < newestMs - windowMs) continue;
      const elapsedMs = newestMs - atMs;
      if (to === undefined || elapsedMs < 2 * RESOLUTION_MS || to < from) return undefined;
      return ((to - from) * 1000) / elapsedMs;
    }
    return undefined;
  }

  #place(row: number): number {
    return (this.#first + row) % this.#size;
  }

  #dropFirst(): void {
    this.#times.shift();
    this.#first = (this.#first + 1) % this.#size;
    if (this.#first === 0) this.#forgetSilent();
  }

  #add(atMs: number, values: Readonly<Record<string, number>>): void {
    if (this.#times.length === this.#size) this.#dropFirst();
    const place = this.#place(this.#times.length);
    this.#times.push(atMs);
    for (const column of this.#series.values()) column[place] = Number.NaN;
    for (const [key, value] of Object.entries(values)) {
      const column = this.#series.get(key) ?? new Float64Array(this.#size).fill(Number.NaN);
      this.#series.set(key, column);
      column[place] = value;
    }
  }

  /** Series of which nothing is known any more: their apps are gone. */
  #forgetSilent(): void {
    for (const [key, column] of this.#series) {
      if (!this.#times.some((_, row) => known(column[this.#place(row)]) !== undefined))
        this.#series.delete(key);
    }
  }
}

function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
