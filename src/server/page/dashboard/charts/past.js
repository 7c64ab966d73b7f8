// server/dashboard: the samples of the last 15 minutes, column by column. Unknown is null, a gap in the line.

/** @import { Columns, PageSample, WallAhead } from '../../dashboard-types.ts' */

const KEEP_S = 15 * 60;
const SILENCE_S = 5;

export class Past {
  /**
   * Of the server's monotonic clock, s.
   *
   * @type {number[]}
   */
  #times = [];
  /** How far the clock that people read is ahead of it, s; another number once that clock was set. */
  #wallAhead = 0;
  /** @type {Map<string, (number | null)[]>} */
  #series = new Map();

  /**
   * Replaces everything by what the server remembers.
   *
   * @param {Columns & WallAhead} history
   */
  load({ atMs, series, wallAheadMs }) {
    this.#wallAhead = wallAheadMs / 1000;
    this.#times = atMs.map((ms) => ms / 1000);
    this.#series = new Map(Object.entries(series).map(([name, column]) => [name, [...column]]));
  }

  /** What is looked at is something else. */
  forget() {
    this.#times = [];
    this.#series = new Map();
  }

  /**
   * Adds the newest second or rewrites it. A silence longer than `silenceS` becomes a gap.
   *
   * @param {PageSample} sample
   */
  add({ atMs, values, wallAheadMs }, silenceS = SILENCE_S) {
    this.#wallAhead = wallAheadMs / 1000;
    const t = atMs / 1000;
    const last = this.#times.at(-1) ?? 0;
    if (t < last) return;
    if (last > 0 && t - last > silenceS) this.#append(last + 1, {});
    if (t === this.#times.at(-1)) this.#write(this.#times.length - 1, values);
    else this.#append(t, values);
    this.#trim(t - KEEP_S);
  }

  /** Seconds since the epoch. */
  get times() {
    return this.#times.map((t) => t + this.#wallAhead);
  }

  /**
   * @param {string} name
   * @returns {(number | null)[]}
   */
  column(name) {
    return this.#series.get(name) ?? new Array(this.#times.length).fill(null);
  }

  /**
   * @param {number} t
   * @param {PageSample['values']} values
   */
  #append(t, values) {
    this.#times.push(t);
    for (const column of this.#series.values()) column.push(null);
    this.#write(this.#times.length - 1, values);
  }

  /**
   * @param {number} row
   * @param {PageSample['values']} values
   */
  #write(row, values) {
    for (const [name, value] of Object.entries(values)) {
      const column = this.column(name);
      column[row] = value;
      this.#series.set(name, column);
    }
  }

  /** @param {number} before */
  #trim(before) {
    const drop = this.#times.findIndex((t) => t >= before);
    if (drop < 30) return;
    this.#times.splice(0, drop);
    for (const [name, column] of this.#series) {
      column.splice(0, drop);
      if (column.every((value) => value === null)) this.#series.delete(name);
    }
  }
}
