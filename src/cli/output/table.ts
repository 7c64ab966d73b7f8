// cli: tables for people. Columns as wide as their widest cell, numbers to the right, two spaces between.

export type Cell = string | number;

/** Lines of a table with upper-case heads; no trailing blanks. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return lines(heads, rows, []).text;
}

/** A table that is printed while it grows: columns get no narrower, and where one gets wider the heads are printed again. */
export class GrowingTable {
  readonly #heads: readonly string[];
  #widths: readonly number[];
  #headed = false;

  /** @param room widths to begin with, by head, of columns whose cells are expected to grow */
  constructor(heads: readonly string[], room: Readonly<Record<string, number>> = {}) {
    this.#heads = heads;
    this.#widths = heads.map((head) => room[head] ?? 0);
  }

  /** The rows to print now, below the heads the first time and wherever the columns stand elsewhere than before. */
  add(rows: readonly (readonly Cell[])[]): string {
    const { text, widths } = lines(this.#heads, rows, this.#widths);
    // Below no head nothing can stand below the wrong one.
    const headed = this.#heads.findLastIndex((head) => head !== '');
    const moved = widths.slice(0, headed).some((width, i) => width !== this.#widths[i]);
    const shown = this.#headed && !moved ? text.slice(text.indexOf('\n') + 1) : text;
    this.#widths = widths;
    this.#headed = true;
    return shown;
  }
}

function lines(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  least: readonly number[],
): { readonly text: string; readonly widths: readonly number[] } {
  const numeric = heads.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const all = [heads, ...rows.map((row) => row.map(String))];
  const widths = heads.map((_, i) => Math.max(least[i] ?? 0, ...all.map((line) => (line[i] ?? '').length)));
  const text = all
    .map((line) =>
      line
        .map((cell, i) => (numeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
  return { text, widths };
}

/** Kubernetes' way of writing an age: `12s`, `5m`, `3h`, `2d`. */
export function age(fromMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - fromMs) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
