// bench: the suite's result as text, one table for each set.

import { ABOUT_MARGIN } from '../../src/simulator/report/columns.ts';
import { heading, lawTable, noteLine, type TextFormat } from '../../src/simulator/report/table.ts';
import type { SuiteResult } from './result.ts';
import { aboutSet } from './sets.ts';

/** Pooled over the loads and seeds of each set. */
export function benchText({ summary, notes, rows }: SuiteResult, format: TextFormat): string {
  const sets = Map.groupBy(summary, ({ set }) => set);
  const parts = [...sets].flatMap(([set, laws]) => {
    const of = rows.filter((row) => row.set === set);
    const seeds = new Set(of.map(({ seed }) => seed)).size;
    const loads = new Set(of.map(({ load }) => load)).size;
    const title = `${set}: ${aboutSet(set)}; ${loads} loads, ${seeds} seed${seeds === 1 ? '' : 's'}`;
    return [heading(title, format), lawTable(laws, format), ''];
  });
  const about = summary.some(({ margin }) => margin !== undefined) ? [ABOUT_MARGIN] : [];
  return [...parts, ...[...about, ...notes].map((note) => noteLine(note, format))].join('\n').trimEnd();
}
