// Kubernetes' quantities as numbers.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantityOf, wholeUnits } from '../../../../src/schedulers/kubernetes/objects/quantity.ts';

describe('a quantity', () => {
  it.each([
    ['500m', 0.5],
    ['1', 1],
    ['0.1', 0.1],
    ['.5', 0.5],
    ['2.', 2],
    ['1k', 1_000],
    ['1Ki', 1_024],
    ['64Gi', 64 * 2 ** 30],
    ['1E', 1e18],
    ['1E3', 1_000],
    ['12e-1', 1.2],
    ['100n', 1e-7],
    ['-3', -3],
    [7, 7],
  ])('%s is %s', (text, expected) => {
    expect(quantityOf(text)).toBeCloseTo(expected, 12);
  });

  it.each(['', 'm', '1mm', '1 Gi', 'one', '1KiB', null, undefined, {}, Number.NaN])('%s is none', (text) => {
    expect(quantityOf(text)).toBeUndefined();
  });

  it('is rounded up to whole units, and not by a hair', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (milli) => {
        expect(wholeUnits('cpu', quantityOf(`${milli}m`) ?? -1)).toBe(milli);
        expect(wholeUnits('cpu', quantityOf(`${milli / 1_000}`) ?? -1)).toBe(milli);
      }),
    );
    expect(wholeUnits('cpu', 0.0001)).toBe(1);
    expect(wholeUnits('memory', 0.5)).toBe(1);
  });
});
