// server: a ring of samples for the charts. Unknown is a gap, never a zero.

/** One moment: a number for each series that is known. */
export interface Sample {
  /** ms since the epoch, a whole second. */
  readonly atMs: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Column by column, as charts want it; null where nothing was known. */
export interface Columns {
  readonly atMs: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

interface Row {
  readonly atMs: number;
  readonly values: ReadonlyMap<string, number>;
}

const RESOLUTION_MS = 1000;

export class History {
  readonly #keepMs: number;
  #rows: Row[] = [];

  /** @param keepMs how far back samples are kept; at most one a second */
  constructor(keepMs = 15 * 60_000) {
    this.#keepMs = keepMs;
  }

  /** Files `values` under the whole second of `atMs`; the last of a second wins. */
  record(atMs: number, values: Readonly<Record<string, number>>): Sample {
    const bucketMs = Math.floor(atMs / RESOLUTION_MS) * RESOLUTION_MS;
    this.#rows = this.#rows.filter((row) => row.atMs > bucketMs - this.#keepMs && row.atMs < bucketMs);
    this.#rows.push({ atMs: bucketMs, values: new Map(Object.entries(values)) });
    return { atMs: bucketMs, values };
  }

  /** Marks the second after the newest sample as unknown, so that no line is drawn over a silence. */
  breakAfter(silenceMs: number, nowMs: number): void {
    const last = this.#rows.at(-1);
    if (last === undefined || nowMs - last.atMs <= silenceMs) return;
    this.#rows.push({ atMs: last.atMs + RESOLUTION_MS, values: new Map() });
  }

  columns(): Columns {
    const keys = new Set(this.#rows.flatMap((row) => [...row.values.keys()]));
    const column = (key: string): readonly (number | null)[] =>
      this.#rows.map((row) => row.values.get(key) ?? null);
    return {
      atMs: this.#rows.map((row) => row.atMs),
      series: Object.fromEntries([...keys].map((key) => [key, column(key)])),
    };
  }

  /**
   * Mean growth per second of a counter over the last `windowMs`; undefined when there are not yet two
   * samples at least 2 s apart, or when the counter went back.
   */
  ratePerS(key: string, windowMs = 10_000): number | undefined {
    const newest = this.#rows.at(-1);
    if (newest === undefined) return undefined;
    const oldest = this.#rows.find((row) => row.atMs >= newest.atMs - windowMs && row.values.has(key));
    const from = oldest?.values.get(key);
    const to = newest.values.get(key);
    if (oldest === undefined || from === undefined || to === undefined) return undefined;
    const elapsedMs = newest.atMs - oldest.atMs;
    if (elapsedMs < 2 * RESOLUTION_MS || to < from) return undefined;
    return ((to - from) * 1000) / elapsedMs;
  }
}
