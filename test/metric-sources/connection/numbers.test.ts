import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countFrom, numberFrom } from '../../../src/metric-sources/connection/numbers.ts';
import { TransientError } from '../../../src/runtime/errors.ts';

describe('a count in the answer of a server', () => {
  it.each([
    [7, 7],
    ['7', 7],
    [' 12 ', 12],
    [3.2, 4],
    ['1e3', 1000],
    [0, 0],
  ])('%j is %d', (value, count) => {
    expect(countFrom(value, 'it')).toBe(count);
  });

  it.each([
    [-1, 'it is negative (-1), which no count can be'],
    ['-3', 'it is negative (-3), which no count can be'],
    [Number.NaN, 'it is not a number'],
    [Infinity, 'it is not a number'],
    [1e300, 'it is too large to be a count (1e+300)'],
    ['many', 'it is a text, not a number'],
    ['', 'it is a text, not a number'],
    ['0x10', 'it is a text, not a number'],
    [undefined, 'it is not there, not a number'],
    [null, 'it is null, not a number'],
    [[1], 'it is a list, not a number'],
    [{}, 'it is an object, not a number'],
    [true, 'it is a boolean, not a number'],
  ])('%j is none', (value, message) => {
    expect(() => countFrom(value, 'it')).toThrow(new TransientError(message));
  });

  it('is a whole number or an error, whatever the answer holds', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          expect(Number.isSafeInteger(countFrom(value, 'it'))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(TransientError);
        }
      }),
    );
  });

  it('may be a fraction or negative where it is no count', () => {
    expect(numberFrom('-1.5', 'it')).toBe(-1.5);
  });
});
