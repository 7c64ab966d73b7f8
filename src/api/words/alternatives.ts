// api: what one instance fewer and one more would have meant, in a sentence.

import { brief, withRange } from './figures.ts';

type Figures = Readonly<Record<string, number>>;

/** The figures that the sentence is made of; those of one fewer are absent where none is wanted. */
const NAMES: ReadonlySet<string> = new Set([
  'wantedByLaw',
  'missChance',
  'waitingMargin',
  'waitingWithOneFewer',
  'missChanceWithOneFewer',
  'waitingWithOneMore',
  'missChanceWithOneMore',
  'countAsIs',
  'waitingAsIs',
  'missChanceAsIs',
]);

/** What there is to say of the alternatives beside their figures. */
export interface AlternativesOf {
  /** Of several targets the one that they are about; absent: there is only one. */
  readonly target?: string;
  /** Why the figures do not tell them, where it is not that the rates are not known. */
  readonly none?: string;
}

/** How many the app gets, and the rules that made it so many; absent: as many as the law wants. */
export interface CountInForce {
  readonly granted?: number | undefined;
  readonly steps?: readonly { readonly rule: string }[];
}

/** Rules by which a person, a restart or a conflict keeps a count, whatever its queue says. */
const HOLDS: readonly string[] = ['held', 'override'];

/**
 * `one fewer: 76 (56 to 96) waiting, a chance of 61 % to miss the target, …`; where it gets another count than its law wants, it is said
 * which count that is about, and what the one that it has means. Undefined where the figures do not tell.
 */
export function alternativesText(
  figures: Figures,
  { target }: AlternativesOf = {},
  inForce: CountInForce = {},
): string | undefined {
  const { missChance, wantedByLaw } = figures;
  if (missChance === undefined) return undefined;
  const { granted = wantedByLaw, steps = [] } = inForce;
  const isHeld = steps.some(({ rule }) => HOLDS.includes(rule));
  const isOther = wantedByLaw !== undefined && granted !== undefined && granted !== wantedByLaw;
  const parts = [
    ...(isOther ? [insteadText(figures, { wantedByLaw, granted, isHeld })] : []),
    outcomeText(figures, 'Fewer', 'one instance more for others'),
    outcomeText(figures, 'More', 'one fewer for others'),
    `${isOther ? `with ${wantedByLaw}` : 'as wanted'}: ${chanceText(missChance)} to miss it`,
  ].filter((text) => text !== undefined);
  const text = parts.join('; ');
  return target === undefined ? text : `of ${target}: ${text}`;
}

/** First what the count in force means: that is what happens. */
function insteadText(
  figures: Figures,
  { wantedByLaw, granted, isHeld }: { wantedByLaw: number; granted: number; isHeld: boolean },
): string {
  const { countAsIs, waitingAsIs, missChanceAsIs } = figures;
  const kept = isHeld ? `held at ${granted}` : `gets ${granted}`;
  const law = `its law wants ${wantedByLaw}, which the rest is about`;
  if (countAsIs === undefined || waitingAsIs === undefined || missChanceAsIs === undefined)
    return `${kept}; ${law}`;
  const which = countAsIs === granted ? '' : ` (it has ${countAsIs})`;
  const missed = `${chanceText(missChanceAsIs)} to miss the target`;
  return `${kept}${which}: ${waitingText(figures, waitingAsIs)}, ${missed}; ${law}`;
}

const RATES_UNKNOWN = 'the service rate is not known yet';

/** The same, or why there are none; undefined of an app that no law decides. */
export function alternativesOrWhyNone(
  figures: Figures,
  of: AlternativesOf = {},
  inForce: CountInForce = {},
): string | undefined {
  const text = alternativesText(figures, of, inForce);
  const { target, none } = of;
  if (text !== undefined || (none === undefined && figures['waiting'] === undefined)) return text;
  return `none${target === undefined ? '' : ` of ${target}`}: ${none ?? RATES_UNKNOWN}`;
}

function outcomeText(figures: Figures, than: 'Fewer' | 'More', remainder: string): string | undefined {
  const waiting = figures[`waitingWithOne${than}`];
  const chance = figures[`missChanceWithOne${than}`];
  if (waiting === undefined || chance === undefined) return undefined;
  const missed = `${chanceText(chance)} to miss the target`;
  return `one ${than.toLowerCase()}: ${waitingText(figures, waiting)}, ${missed}, ${remainder}`;
}

/** A record of before the margin was kept has none. */
function waitingText({ waitingMargin }: Figures, waiting: number): string {
  return `${waitingMargin === undefined ? brief(waiting) : withRange(waiting, waitingMargin)} waiting`;
}

/** No chance is as sure as a rounded 0 or 100 % sounds. */
function chanceText(chance: number): string {
  if (chance < 0.01) return 'a chance of less than 1 %';
  return `a chance of ${chance > 0.99 ? 'more than 99' : Math.round(100 * chance)} %`;
}

/** They hold for the count that the law wants, and only where each instance gets as much done as any other. */
export function withoutAlternatives(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([name]) => !NAMES.has(name)));
}
