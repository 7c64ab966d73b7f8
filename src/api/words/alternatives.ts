// api: what one instance fewer and one more would have meant, in a sentence.

import { brief } from './figures.ts';

type Figures = Readonly<Record<string, number>>;

/** The figures that the sentence is made of; those of one fewer are absent where none is wanted. */
export type Alternative =
  | 'missChance'
  | 'waitingWithOneFewer'
  | 'missChanceWithOneFewer'
  | 'waitingWithOneMore'
  | 'missChanceWithOneMore';

const NAMES: Readonly<Record<Alternative, true>> = {
  missChance: true,
  waitingWithOneFewer: true,
  missChanceWithOneFewer: true,
  waitingWithOneMore: true,
  missChanceWithOneMore: true,
};

/** `one fewer: 76 waiting, target missed with 61 %, …`; undefined where the figures do not tell. */
export function alternativesText(figures: Figures): string | undefined {
  const { missChance } = figures;
  if (missChance === undefined) return undefined;
  const others = [
    outcomeText(figures, 'Fewer', 'one instance more for others'),
    outcomeText(figures, 'More', 'one fewer for others'),
  ].filter((text) => text !== undefined);
  return [...others, `as wanted: missed with ${chanceText(missChance)}`].join('; ');
}

function outcomeText(figures: Figures, than: 'Fewer' | 'More', remainder: string): string | undefined {
  const waiting = figures[`waitingWithOne${than}`];
  const chance = figures[`missChanceWithOne${than}`];
  if (waiting === undefined || chance === undefined) return undefined;
  const missed = `the target missed with ${chanceText(chance)}`;
  return `one ${than.toLowerCase()}: ${brief(waiting)} waiting, ${missed}, ${remainder}`;
}

/** No chance is as sure as a rounded 0 or 100 % sounds. */
function chanceText(chance: number): string {
  if (chance < 0.01) return 'less than 1 %';
  return chance > 0.99 ? 'more than 99 %' : `${Math.round(100 * chance)} %`;
}

/** They hold for the count that the law wants, and only where each instance gets as much done as any other. */
export function withoutAlternatives(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([name]) => !Object.hasOwn(NAMES, name)));
}
