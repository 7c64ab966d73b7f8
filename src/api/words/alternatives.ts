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

/** What there is to say of the alternatives beside their figures. */
export interface AlternativesOf {
  /** Of several targets the one that they are about; absent: there is only one. */
  readonly target?: string;
  /** Why the figures do not tell them, where it is not that the rates are not known. */
  readonly none?: string;
}

/** `one fewer: 76 waiting, target missed with 61 %, …`; undefined where the figures do not tell. */
export function alternativesText(figures: Figures, { target }: AlternativesOf = {}): string | undefined {
  const { missChance } = figures;
  if (missChance === undefined) return undefined;
  const others = [
    outcomeText(figures, 'Fewer', 'one instance more for others'),
    outcomeText(figures, 'More', 'one fewer for others'),
  ].filter((text) => text !== undefined);
  const text = [...others, `as wanted: missed with ${chanceText(missChance)}`].join('; ');
  return target === undefined ? text : `of ${target}: ${text}`;
}

const RATES_UNKNOWN = 'the service rate is not known yet';

/** The same, or why there are none; undefined of an app that no law decides. */
export function alternativesOrWhyNone(figures: Figures, of: AlternativesOf = {}): string | undefined {
  const text = alternativesText(figures, of);
  const { target, none } = of;
  if (text !== undefined || (none === undefined && figures['waiting'] === undefined)) return text;
  return `none${target === undefined ? '' : ` of ${target}`}: ${none ?? RATES_UNKNOWN}`;
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
