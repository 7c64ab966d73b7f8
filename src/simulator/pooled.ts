// simulator: means over several runs.

import type { Elasticity, Figures } from './figures.ts';

/** All figures side by side. */
export interface FlatFigures extends Omit<Figures, 'elasticity'>, Elasticity {}

export function flat({ elasticity, ...figures }: Figures): FlatFigures {
  return { ...figures, ...elasticity };
}

/** Means over seeds, with how far off they may be where there are several. */
export interface Pooled extends FlatFigures {
  /** Two standard errors of each mean. */
  readonly margin?: FlatFigures;
}

export function pooled(rows: readonly (FlatFigures & { readonly seed: number })[]): Pooled {
  const mean = meanOf(rows);
  // The loads are the same for every seed: what chance makes of them is what seeds differ by.
  const seeds = [...Map.groupBy(rows, ({ seed }) => seed).values()].map(meanOf);
  if (seeds.length < 2) return mean;
  const margin = (figure: keyof FlatFigures): number => {
    const squares = seeds.reduce((sum, each) => sum + (each[figure] - mean[figure]) ** 2, 0);
    return 2 * Math.sqrt(squares / (seeds.length - 1) / seeds.length);
  };
  return { ...mean, margin: figuresBy(margin) };
}

function meanOf(rows: readonly FlatFigures[]): FlatFigures {
  return figuresBy((figure) => rows.reduce((sum, row) => sum + row[figure], 0) / Math.max(1, rows.length));
}

function figuresBy(of: (figure: keyof FlatFigures) => number): FlatFigures {
  return {
    V: of('V'),
    R: of('R'),
    excess: of('excess'),
    p95WaitS: of('p95WaitS'),
    changesPerMin: of('changesPerMin'),
    reversalsPerMin: of('reversalsPerMin'),
    thetaUnder: of('thetaUnder'),
    thetaOver: of('thetaOver'),
    tauUnder: of('tauUnder'),
    tauOver: of('tauOver'),
    upsilon: of('upsilon'),
  };
}

/** One row for each law, in the order in which the laws come up. */
export function pooledByLaw<R extends FlatFigures & { readonly law: string; readonly seed: number }>(
  rows: readonly R[],
): readonly (Pooled & { readonly law: string })[] {
  return [...Map.groupBy(rows, ({ law }) => law)].map(([law, of]) => ({ law, ...pooled(of) }));
}
