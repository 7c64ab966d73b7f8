// simulator: figures as columns, for tables of any kind.

import type { FlatFigures, Pooled } from '../pooled.ts';

export type FigureRow = FlatFigures & Pick<Pooled, 'margin'>;

export interface Column {
  readonly head: string;
  /** What it is, for people who see it for the first time. */
  readonly about: string;
  readonly cell: (row: FlatFigures) => string;
}

const digits = (of: (row: FlatFigures) => number, n: number) => (row: FlatFigures) => {
  const value = of(row);
  return Number.isFinite(value) ? value.toFixed(n) : '–';
};

export const COLUMNS: readonly Column[] = [
  { head: 'V %', about: 'time above the target', cell: digits((r) => r.V, 1) },
  {
    head: 'R %',
    about: "the remainder's instance-seconds, of a fluid optimum's",
    cell: digits((r) => r.R, 1),
  },
  { head: 'EXCESS', about: 'mean of what is above the target, in targets', cell: digits((r) => r.excess, 3) },
  { head: 'P95 WAIT S', about: '95th percentile of the wait', cell: digits((r) => r.p95WaitS, 1) },
  { head: 'CHANGES/MIN', about: 'changes of the count', cell: digits((r) => r.changesPerMin, 1) },
  { head: 'REVERSALS/MIN', about: 'changes against the last one', cell: digits((r) => r.reversalsPerMin, 1) },
  { head: 'θU', about: 'instances missing, on average (SPEC)', cell: digits((r) => r.thetaUnder, 2) },
  { head: 'θO', about: 'instances too many, on average (SPEC)', cell: digits((r) => r.thetaOver, 2) },
  { head: 'τU %', about: 'time with too few (SPEC)', cell: digits((r) => r.tauUnder, 0) },
  { head: 'τO %', about: 'time with too many (SPEC)', cell: digits((r) => r.tauOver, 0) },
  {
    head: 'υ %',
    about: 'seconds in which supply moved unlike demand (SPEC)',
    cell: digits((r) => r.upsilon, 0),
  },
];

/** Its figures, and below them how far off each may be. */
export function figureLines({ law, ...row }: FigureRow & { readonly law: string }): readonly {
  readonly name: string;
  readonly cells: readonly string[];
}[] {
  const line = (name: string, of: FlatFigures): { name: string; cells: readonly string[] } => ({
    name,
    cells: COLUMNS.map(({ cell }) => cell(of)),
  });
  return [line(law, row), ...(row.margin === undefined ? [] : [line('±', row.margin)])];
}

/** What the lines between those of the laws are. */
export const ABOUT_MARGIN = '±: two standard errors of the mean over the seeds';
