// core: arithmetic on numbers that are known only to lie between two others.

import type { ArithmeticOperator, ComparisonOperator } from '../../api/reading/formula/term.ts';

/** Both ends belong to it; one that is known has two equal ends. No end at all (NaN): it may be any number, or none. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export function exactly(value: number): Range {
  return { low: value, high: value };
}

export function between(...values: readonly number[]): Range {
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** What holds the one and the other. */
export function hull(a: Range, b: Range): Range {
  return between(a.low, a.high, b.low, b.high);
}

const ANYTHING: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

export function calculate(operator: ArithmeticOperator, a: Range, b: Range): Range {
  switch (operator) {
    case '+':
      return { low: a.low + b.low, high: a.high + b.high };
    case '-':
      return { low: a.low - b.high, high: a.high - b.low };
    case '*':
      return between(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high);
    case '/':
      if (b.low !== b.high && b.low <= 0 && b.high >= 0) return ANYTHING;
      return between(a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high);
  }
}

/** Undefined where it depends on what the numbers really are. */
export function compare(operator: ComparisonOperator, a: Range, b: Range): boolean | undefined {
  switch (operator) {
    case '<':
      return isBelow(a, b);
    case '>':
      return isBelow(b, a);
    case '>=':
      return not(isBelow(a, b));
    case '<=':
      return not(isBelow(b, a));
    case '==':
      return isSame(a, b);
    case '!=':
      return not(isSame(a, b));
  }
}

export function not(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

function isBelow(a: Range, b: Range): boolean | undefined {
  if (a.high < b.low) return true;
  return a.low >= b.high ? false : undefined;
}

function isSame(a: Range, b: Range): boolean | undefined {
  if (a.high < b.low || b.high < a.low) return false;
  return a.low === b.high && a.high === b.low ? true : undefined;
}
