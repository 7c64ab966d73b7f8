// test support: arbitrary formulas for fast-check, as text that CEL itself reads too.

import fc from 'fast-check';

export const TARGETS = ['orders', 'mails', 'blocked'] as const;

interface Written {
  readonly number: string;
  readonly truth: string;
}

/** Every number has a point: to CEL 2 and 2.0 are of two kinds, to us they are one. */
export const someFormula: fc.Arbitrary<string> = fc.letrec<Written>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...TARGETS),
    fc.integer({ min: 0, max: 40 }).map((quarters) => (quarters / 4).toFixed(2)),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    tie('number').map((a) => `-(${a})`),
    fc
      .tuple(fc.constantFrom('max', 'min'), tie('number'), tie('number'))
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc.tuple(fc.constantFrom('ceil', 'floor'), tie('number')).map(([f, a]) => `${f}(${a})`),
    fc.tuple(tie('truth'), tie('number'), tie('number')).map(([when, a, b]) => `(${when} ? ${a} : ${b})`),
  ),
  truth: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(tie('truth'), fc.constantFrom('&&', '||'), tie('truth'))
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    tie('truth').map((a) => `!${a}`),
  ),
})).number;
