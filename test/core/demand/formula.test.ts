import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFormula } from '../../../src/api/reading/formula/parse.ts';
import { combine, formulaRange } from '../../../src/core/demand/formula.ts';
import { exactly } from '../../support/builders.ts';
import { someFormula, TARGETS } from './some-formula.ts';

const named = (names: readonly string[]) => names.map((name) => ({ ...exactly, name }));

/** A number is known to be wanted, null is not known. */
function said(formula: string, wishes: readonly (number | null)[], asked = 5) {
  const answers = wishes.map((wish) => ({
    said: { wanted: wish ?? asked, need: wish ?? asked },
    kept: wish === null,
  }));
  return combine(formula, named(TARGETS.slice(0, wishes.length)), { answers, asked });
}

describe('a formula over what targets want', () => {
  it.each([
    ['orders', [3], 3, 'orders = 3'],
    ['max(orders, mails * 0.5)', [3, 8], 4, 'max(orders, mails * 0.5) = max(3, 8 * 0.5) = 4'],
    ['orders + mails / 2', [3, 7], 7, 'orders + mails / 2 = 3 + 7 / 2 = 6.5, rounded up to 7'],
    ['orders * 0.3', [10], 3, 'orders * 0.3 = 10 * 0.3 = 3'],
    ['orders * 0.1 * 3', [10], 3, 'orders * 0.1 * 3 = 10 * 0.1 * 3 = 3'],
    ['1 / 2 * orders', [4], 2, '1 / 2 * orders = 1 / 2 * 4 = 2'],
    ['orders - mails', [3, 8], 0, 'orders - mails = 3 - 8 = -5, at least 0'],
    ['orders * 1e9', [3], 1_000_000, 'orders * 1e9 = 3 * 1e9 = 3000000000, at most 1000000'],
    ['blocked ? 0 : orders', [6, 2, 0], 6, 'blocked ? 0 : orders = 0 ? 0 : 6 = 6'],
    ['blocked ? 0 : orders', [6, 2, 1], 0, 'blocked ? 0 : orders = 1 ? 0 : 6 = 0'],
    [
      '!blocked && orders >= mails ? 9 : 1',
      [6, 6, 0],
      9,
      '!blocked && orders >= mails ? 9 : 1 = !0 && 6 >= 6 ? 9 : 1 = 9',
    ],
    [
      'mails > 0 ? orders / mails : orders',
      [6, 0],
      6,
      'mails > 0 ? orders / mails : orders = 0 > 0 ? 6 / 0 : 6 = 6',
    ],
    ['7', [3], 7, '7'],
  ])('%s of %j is %i', (formula, wishes, wanted, reason) => {
    expect(said(formula, wishes)).toEqual({ wanted, need: wanted, reason, unknown: false });
  });

  it.each([
    ['orders', [null], 5, 'orders, at least 0 whatever orders wants; the count is kept'],
    [
      'max(orders, mails)',
      [3, null],
      5,
      'max(orders, mails) = max(3, ?), at least 3 whatever mails wants; the count is kept',
    ],
    ['max(orders, mails)', [9, null], 9, 'max(orders, mails) = max(9, ?), at least 9 whatever mails wants'],
    [
      'orders + mails',
      [3, null],
      5,
      'orders + mails = 3 + ?, at least 3 whatever mails wants; the count is kept',
    ],
    [
      'blocked ? 0 : orders',
      [9, 1, null],
      5,
      'blocked ? 0 : orders = ? ? 0 : 9, at least 0 whatever blocked wants; the count is kept',
    ],
    [
      'orders - mails',
      [9, null],
      5,
      'orders - mails = 9 - ?, at least 0 whatever mails wants; the count is kept',
    ],
    [
      'orders / mails',
      [9, null],
      5,
      'orders / mails = 9 / ?, at least 0 whatever mails wants; the count is kept',
    ],
    [
      'max(orders, mails, blocked)',
      [null, 2, null],
      5,
      'max(orders, mails, blocked) = max(?, 2, ?), at least 2 whatever orders and blocked wants; the count is kept',
    ],
  ])('%s of %j keeps the count at least', (formula, wishes, wanted, reason) => {
    expect(said(formula, wishes)).toEqual({ wanted, need: wanted, reason, unknown: true });
  });

  it.each([
    ['max(7, min(7, mails))', [1, null], 7],
    ['orders > 10 ? 20 : mails', [12, null], 20],
    ['blocked || orders > 0 ? 2 : 9', [1, 1, null], 2],
    ['orders * 2', [1, null], 2],
  ])('%s of %j does not depend on what is not known', (formula, wishes, wanted) => {
    expect(said(formula, wishes)).toMatchObject({ wanted, unknown: false });
  });

  it.each([
    ['orders / mails', [3, 0]],
    ['orders / mails', [0, 0]],
    ['-orders / mails', [3, 0]],
  ])('%s of %j has no number, and the count is kept', (formula, wishes) => {
    const { wanted, reason, unknown } = said(formula, wishes);
    expect({ wanted, unknown }).toEqual({ wanted: 5, unknown: true });
    expect(reason).toMatch(/, which is no number; the count is kept$/);
  });

  it('does not run away with a sum whose part is not known', () => {
    let asked = 5;
    for (let round = 0; round < 10; round++) asked = said('orders + mails', [3, null], asked).wanted;
    expect(asked).toBe(5);
  });

  it('works out needs like wishes, and none above the wish', () => {
    const answers = [
      { said: { wanted: 9, need: 4 }, kept: false },
      { said: { wanted: 1, need: 0 }, kept: false },
    ];
    const of = (formula: string) => combine(formula, named(['orders', 'mails']), { answers, asked: 5 });
    expect(of('orders * 2')).toMatchObject({ wanted: 18, need: 8 });
    expect(of('mails ? 3 : orders')).toMatchObject({ wanted: 3, need: 3 });
  });
});

const aWish = fc.integer({ min: 0, max: 12 });

function ranged(text: string, wishes: readonly (number | undefined)[]) {
  const parsed = parseFormula(text, TARGETS);
  // What is too long, or divides by a 0 that is written out, is refused and not worked out.
  fc.pre('formula' in parsed);
  return 'formula' in parsed ? formulaRange(parsed.formula, wishes) : { low: Number.NaN, high: Number.NaN };
}

describe('whatever the formula', () => {
  const cel = new Environment()
    .registerFunction('max(double, double): double', Math.max)
    .registerFunction('min(double, double): double', Math.min)
    .registerFunction('ceil(double): double', Math.ceil)
    .registerFunction('floor(double): double', Math.floor);
  for (const name of TARGETS) cel.registerVariable(name, 'double');

  it('what is known is what CEL says', () => {
    fc.assert(
      fc.property(someFormula, fc.tuple(aWish, aWish, aWish), (text, wishes) => {
        const { low, high } = ranged(text, wishes);
        const named = Object.fromEntries(TARGETS.map((name, i) => [name, wishes[i]]));
        const value: unknown = cel.evaluate(text, named);
        if (Number.isFinite(low) && low === high) expect(value).toBeCloseTo(low, 9);
      }),
      { numRuns: 500 },
    );
  });

  it('a range holds what comes of every count that is not known', () => {
    const masks = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(someFormula, fc.tuple(aWish, aWish, aWish), masks, (text, wishes, known) => {
        const range = ranged(
          text,
          wishes.map((wish, i) => (known[i] ? wish : undefined)),
        );
        const { low: value } = ranged(text, wishes);
        if (!Number.isFinite(value)) return;
        if (Number.isNaN(range.low) || Number.isNaN(range.high)) return;
        expect(value).toBeGreaterThanOrEqual(range.low - 1e-9);
        expect(value).toBeLessThanOrEqual(range.high + 1e-9);
      }),
      { numRuns: 500 },
    );
  });

  it('an app never scales in by a number that is not known', () => {
    const wishes = fc.array(fc.option(aWish), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(someFormula, wishes, fc.nat(20), (text, wished, asked) => {
        fc.pre('formula' in parseFormula(text, TARGETS));
        const { wanted, need, unknown } = said(text, wished, asked);
        expect(Number.isInteger(wanted) && wanted >= 0).toBe(true);
        expect(need).toBeLessThanOrEqual(wanted);
        if (unknown) expect(Math.min(wanted, need)).toBeGreaterThanOrEqual(asked);
      }),
      { numRuns: 500 },
    );
  });

  it('the largest of all is what it is without a formula', () => {
    const wishes = fc.array(fc.option(aWish), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(wishes, fc.nat(20), (wished, asked) => {
        const { wanted } = said('max(orders, mails, blocked)', wished, asked);
        expect(wanted).toBe(Math.max(...wished.map((wish) => wish ?? asked)));
      }),
    );
  });
});
