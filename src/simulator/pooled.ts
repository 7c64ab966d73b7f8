// simulator: means over several runs.

import type { Elasticity, Figures } from './figures.ts';

/** All figures side by side. */
export interface FlatFigures extends Omit<Figures, 'elasticity'>, Elasticity {}

export function flat({ elasticity, ...figures }: Figures): FlatFigures {
  return { ...figures, ...elasticity };
}

export function meanOf(rows: readonly FlatFigures[]): FlatFigures {
  const mean = (figure: keyof FlatFigures): number =>
    rows.reduce((sum, row) => sum + row[figure], 0) / Math.max(1, rows.length);
  return {
    V: mean('V'),
    R: mean('R'),
    excess: mean('excess'),
    p95WaitS: mean('p95WaitS'),
    changesPerMin: mean('changesPerMin'),
    reversalsPerMin: mean('reversalsPerMin'),
    thetaUnder: mean('thetaUnder'),
    thetaOver: mean('thetaOver'),
    tauUnder: mean('tauUnder'),
    tauOver: mean('tauOver'),
    upsilon: mean('upsilon'),
  };
}

/** One row for each law, in the order in which the laws come up. */
export function pooledByLaw<R extends FlatFigures & { readonly law: string }>(
  rows: readonly R[],
): readonly (FlatFigures & { readonly law: string })[] {
  return [...Map.groupBy(rows, ({ law }) => law)].map(([law, of]) => ({ law, ...meanOf(of) }));
}
