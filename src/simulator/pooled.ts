// simulator: means over several runs.

import type { Elasticity, Figures } from './figures.ts';

/** All figures side by side. */
export interface FlatFigures extends Omit<Figures, 'elasticity'>, Elasticity {}

export function flat({ elasticity, ...figures }: Figures): FlatFigures {
  return { ...figures, ...elasticity };
}

const FIGURES = [
  'V',
  'R',
  'excess',
  'p95WaitS',
  'changesPerMin',
  'reversalsPerMin',
  'thetaUnder',
  'thetaOver',
  'tauUnder',
  'tauOver',
  'upsilon',
] as const satisfies readonly (keyof FlatFigures)[];

export function meanOf(rows: readonly FlatFigures[]): FlatFigures {
  const mean = (figure: (typeof FIGURES)[number]): number =>
    rows.reduce((sum, row) => sum + row[figure], 0) / Math.max(1, rows.length);
  const means: Record<string, number> = {};
  for (const figure of FIGURES) means[figure] = mean(figure);
  return means as unknown as FlatFigures;
}

/** One row for each law, in the order in which the laws come up. */
export function pooledByLaw<R extends FlatFigures & { readonly law: string }>(
  rows: readonly R[],
): readonly (FlatFigures & { readonly law: string })[] {
  return [...Map.groupBy(rows, ({ law }) => law)].map(([law, of]) => ({ law, ...meanOf(of) }));
}
