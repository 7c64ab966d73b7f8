// core: what a formula makes of the counts that an app's targets want.

import type { TargetSpec } from '../../api/policy.ts';
import { parseFormula } from '../../api/reading/formula/parse.ts';
import type { Formula, FormulaFunction, NumberTerm, TruthTerm } from '../../api/reading/formula/term.ts';
import { MAX_COUNT } from '../../api/schema/shapes.ts';
import { rounded } from '../../api/words/figures.ts';
import { clamp } from '../numbers.ts';
import { calculate, compare, exactly, hull, not, type Range } from './range.ts';

/** What one target asks for. */
export interface Wish {
  readonly said: { readonly wanted: number; readonly need: number };
  /** Not known: the count is merely kept. */
  readonly kept: boolean;
}

export interface Combined {
  readonly wanted: number;
  readonly need: number;
  readonly reason: string;
  /** The number depends on what is not known, or there is none; the count is kept at least. */
  readonly unknown: boolean;
}

/**
 * What the formula makes of all wishes. One that is not known may be any count: where that leaves the number open, it is
 * taken to be as small as it can be, and the app keeps what it has.
 */
export function combine(
  source: string,
  targets: readonly TargetSpec[],
  { answers, asked }: { readonly answers: readonly Wish[]; readonly asked: number },
): Combined {
  const formula = formulaOf(source, targets);
  const wishes = answers.map(({ said, kept }) => (kept ? undefined : said.wanted));
  const found = formulaRange(formula, wishes);
  const needed = formulaRange(
    formula,
    answers.map(({ said, kept }) => (kept ? undefined : said.need)),
  );
  const name = (index: number): string => targets[index]?.name ?? '';
  const text = formulaText(formula, name, wishes);
  if (isKnown(found)) {
    const wanted = wholeCount(found.low);
    const need = isKnown(needed) ? Math.min(wholeCount(needed.low), wanted) : wanted;
    return { wanted, need, reason: `${text}${resultText(formula, found.low, wanted)}`, unknown: false };
  }
  const atLeast = leastCount(found);
  const wanted = Math.max(asked, atLeast);
  const need = Math.min(Math.max(asked, leastCount(needed)), wanted);
  const open = formula.text.filter((part) => typeof part === 'number' && wishes[part] === undefined);
  const whose = [...new Set(open)].map((index) => name(Number(index))).join(' and ');
  const known = whose === '' ? ', which is no number' : `, at least ${atLeast} whatever ${whose} wants`;
  const kept = atLeast > asked ? '' : '; the count is kept';
  return { wanted, need, reason: `${text}${known}${kept}`, unknown: true };
}

function isKnown({ low, high }: Range): boolean {
  return low === high && Number.isFinite(low);
}

/** Nothing is certain of a number that there may not be. */
function leastCount({ low }: Range): number {
  return Number.isFinite(low) ? wholeCount(low) : 0;
}

/** ` = 4`, unless the formula is that number already. */
function resultText({ term }: Formula, value: number, wanted: number): string {
  if (term.kind === 'number') return '';
  const rounding = value < 0 ? 'at least' : value > wanted ? 'at most' : 'rounded up to';
  return ` = ${rounded(value)}${rounded(value) === wanted ? '' : `, ${rounding} ${wanted}`}`;
}

/** A formula is read once for the targets that it is about: an edit of the policy brings new ones. */
const known = new WeakMap<readonly TargetSpec[], { readonly source: string; readonly formula: Formula }>();

/** @throws RangeError for a text that validation refuses */
function formulaOf(source: string, targets: readonly TargetSpec[]): Formula {
  const cached = known.get(targets);
  if (cached?.source === source) return cached.formula;
  const parsed = parseFormula(
    source,
    targets.map(({ name }) => name),
  );
  if ('mistake' in parsed) throw new RangeError(`formula ${source}: ${parsed.mistake.message}`);
  known.set(targets, { source, formula: parsed.formula });
  return parsed.formula;
}

/** What is known of the number that the formula gives; a wish that is not known may be any count. */
export function formulaRange({ term }: Formula, wishes: readonly (number | undefined)[]): Range {
  return numberIn(term, (index) => {
    const wish = wishes[index];
    return wish === undefined ? ANY_COUNT : exactly(wish);
  });
}

const ANY_COUNT: Range = { low: 0, high: MAX_COUNT };

/** None of them falls while an argument rises, so that the ends of a range stay its ends. */
const FUNCTIONS: Readonly<Record<FormulaFunction, (args: readonly number[]) => number>> = {
  max: (args) => Math.max(...args),
  min: (args) => Math.min(...args),
  ceil: ([value = Number.NaN]) => Math.ceil(value),
  floor: ([value = Number.NaN]) => Math.floor(value),
};

type Wishes = (index: number) => Range;

function numberIn(term: NumberTerm, wishes: Wishes): Range {
  switch (term.kind) {
    case 'number':
      return exactly(term.value);
    case 'target':
      return wishes(term.index);
    case 'negative': {
      const { low, high } = numberIn(term.of, wishes);
      return { low: -high, high: -low };
    }
    case 'arithmetic':
      return calculate(term.operator, numberIn(term.left, wishes), numberIn(term.right, wishes));
    case 'choice': {
      const when = truthIn(term.when, wishes);
      if (when !== undefined) return numberIn(when ? term.yes : term.no, wishes);
      return hull(numberIn(term.yes, wishes), numberIn(term.no, wishes));
    }
    case 'call': {
      const args = term.args.map((arg) => numberIn(arg, wishes));
      const apply = FUNCTIONS[term.name];
      return { low: apply(args.map(({ low }) => low)), high: apply(args.map(({ high }) => high)) };
    }
  }
}

/** Undefined where it depends on a wish that is not known. */
function truthIn(term: TruthTerm, wishes: Wishes): boolean | undefined {
  switch (term.kind) {
    case 'truth':
      return term.value;
    case 'some':
      return compare('>', numberIn(term.of, wishes), exactly(0));
    case 'not':
      return not(truthIn(term.of, wishes));
    case 'comparison':
      return compare(term.operator, numberIn(term.left, wishes), numberIn(term.right, wishes));
    case 'and':
    case 'or': {
      const decides = term.kind === 'or';
      const left = truthIn(term.left, wishes);
      if (left === decides) return decides;
      const right = truthIn(term.right, wishes);
      if (right === decides) return decides;
      return left === undefined || right === undefined ? undefined : !decides;
    }
  }
}

/** 10 * 0.3 is not 4: what a product of fractions is beside a whole number is its rounding error. */
const ROUNDING = 1e-9;

/** The whole count that a number of a formula stands for. */
function wholeCount(value: number): number {
  return clamp(Math.ceil(value - ROUNDING), 0, MAX_COUNT);
}

/** `max(orders, mails * 0.5) = max(3, ? * 0.5)`: with the numbers in the names' places, where there are any. */
function formulaText(
  { text, term }: Formula,
  names: (index: number) => string,
  wishes: readonly (number | undefined)[],
): string {
  const said = (name: (index: number) => string): string =>
    text.map((part) => (typeof part === 'string' ? part : name(part))).join('');
  const formula = said(names);
  if (term.kind === 'target') return formula;
  const numbers = said((index) => numberText(wishes[index]));
  return formula === numbers ? formula : `${formula} = ${numbers}`;
}

function numberText(value: number | undefined): string {
  return value === undefined ? '?' : String(rounded(value));
}
