// simulator: what a comparison comes to, in one sentence.

import type { FigureRow } from './columns.ts';

type LawRow = FigureRow & { readonly law: string };

/** Figures are printed with one digit: what differs by less reads as the same. */
const SAME = 0.05;

/** Knows of the arrivals what nobody can know: not a rival but a bound. */
function isOracle({ law }: LawRow): boolean {
  return law.startsWith('oracle-');
}

/** About the first of the laws, against the others. */
export function verdict(laws: readonly LawRow[]): string {
  const [first, ...others] = laws;
  if (first === undefined) return '';
  const rivals = others.filter((row) => !isOracle(row));
  const compared = [
    named(
      'less than with',
      rivals.filter(({ V }) => V > first.V + SAME),
    ),
    named(
      'as long as with',
      rivals.filter(({ V }) => Math.abs(V - first.V) <= SAME),
    ),
    named(
      'more than with',
      rivals.filter(({ V }) => V < first.V - SAME),
    ),
  ].filter((part) => part !== '');
  const bound = others.find(isOracle);
  return [
    `Verdict: with ${first.law} the queue is above its target ${shareText(first)} of the time`,
    compared.length === 0 ? '' : `, ${compared.join(', ')}`,
    background(first),
    bound === undefined
      ? ''
      : `; ${bound.law}, which knows what nobody can know, has ${shareText(bound)}${Number.isFinite(bound.R) ? ` and ${withMargin(bound.R, bound.margin?.R)}` : ''}`,
    '.',
  ].join('');
}

function named(how: string, rows: readonly LawRow[]): string {
  if (rows.length === 0) return '';
  return `${how} ${rows.map(({ law, ...row }) => `${law} (${shareText(row)})`).join(' and ')}`;
}

/** Nothing where there is no remainder. */
function background({ R, margin }: LawRow): string {
  if (!Number.isFinite(R)) return '';
  return `; background work has ${withMargin(R, margin?.R)} of what could have been left to it`;
}

function shareText({ V, margin }: FigureRow): string {
  return withMargin(V, margin?.V);
}

function withMargin(percent: number, margin: number | undefined): string {
  return `${percent.toFixed(1)}${margin === undefined ? '' : ` ± ${margin.toFixed(1)}`} %`;
}
