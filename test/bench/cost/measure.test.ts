import { describe, expect, it } from 'vitest';
import { share } from '../../../bench/cost/measure.ts';

describe('the value below which a share of the samples lies', () => {
  it.each([
    ['the middle of an odd number', [9, 1, 5], 0.5, 5],
    ['the upper of the two in the middle', [4, 1, 3, 2], 0.5, 3],
    ['not beyond the largest', [1, 2, 3], 1, 3],
    ['without samples nothing was reached', [], 0.5, Number.POSITIVE_INFINITY],
    ['one that never came counts as endless', [1, Number.POSITIVE_INFINITY], 0.95, Number.POSITIVE_INFINITY],
  ])('%s', (_name, samples, of, value) => {
    expect(share(samples, of)).toBe(value);
  });
});
