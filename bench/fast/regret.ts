// bench: how far each law stays behind `oracle-seen`, cell by cell.

import type { CellRow } from './run-cell.ts';

export const YARDSTICK = 'oracle-seen';

/** Of one law over all cells. `V` and `changesPerMin` are means, `R` too. */
export interface Regret {
  readonly law: string;
  readonly cells: number;
  readonly V: number;
  readonly R: number;
  readonly changesPerMin: number;
  /** V − V_seen, in points: mean, mean of the worst tenth, worst cell. */
  readonly moreV: Spread;
  /** R / R_seen: the same. */
  readonly shareOfR: Spread;
}

export interface Spread {
  readonly mean: number;
  readonly worstTenth: number;
  readonly worst: number;
}

/** A law's regret where the yardstick was run beside it; without it, no regret can be told. */
export function regretOf(rows: readonly CellRow[]): readonly Regret[] {
  const seen = new Map(rows.filter(({ law }) => law === YARDSTICK).map((row) => [row.index, row]));
  return [...Map.groupBy(rows, ({ law }) => law)].map(([law, own]) => {
    const pairs = own.flatMap((row) => {
      const best = seen.get(row.index);
      return best === undefined ? [] : [{ moreV: row.V - best.V, shareOfR: row.R / best.R }];
    });
    return {
      law,
      cells: own.length,
      V: mean(own.map(({ V }) => V)),
      R: mean(own.map(({ R }) => R)),
      changesPerMin: mean(own.map(({ changesPerMin }) => changesPerMin)),
      moreV: spread(pairs.map(({ moreV }) => moreV).sort((a, b) => b - a)),
      shareOfR: spread(pairs.map(({ shareOfR }) => shareOfR).sort((a, b) => a - b)),
    };
  });
}

/** @param worstFirst what is worst comes first */
function spread(worstFirst: readonly number[]): Spread {
  const tenth = worstFirst.slice(0, Math.max(1, Math.ceil(worstFirst.length / 10)));
  return { mean: mean(worstFirst), worstTenth: mean(tenth), worst: worstFirst[0] ?? Number.NaN };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
