import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangingNumber } from '../../../src/server/page/changing-number.ts';

/** A row each; undefined: unknown. Few values, so that many rows are as the one before. */
const rows = fc.array(fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }), { maxLength: 40 });

function filled(values: readonly (number | undefined)[]): ChangingNumber {
  const series = new ChangingNumber();
  for (const [row, value] of values.entries()) series.set(row, value);
  return series;
}

describe('ChangingNumber', () => {
  it('gives back what was set, row by row', () => {
    fc.assert(
      fc.property(rows, (values) => {
        const series = filled(values);
        expect(series.between(0, values.length)).toEqual(values.map((value) => value ?? null));
        expect(values.map((_, row) => series.at(row))).toEqual(values);
      }),
    );
  });

  it('keeps what is asked about when what is older is forgotten', () => {
    fc.assert(
      fc.property(rows, fc.nat({ max: 40 }), (values, first) => {
        const series = filled(values);
        series.forgetBefore(first);
        expect(series.between(first, values.length)).toEqual(
          values.slice(first).map((value) => value ?? null),
        );
      }),
    );
  });

  it('takes a row that is set again, and nothing after it', () => {
    fc.assert(
      fc.property(rows, rows, fc.nat({ max: 40 }), (values, others, row) => {
        const series = filled(values);
        for (const [i, value] of others.entries()) series.set(row + i, value);
        const kept = Array.from({ length: row }, (_, i) => values[Math.min(i, values.length - 1)]);
        const all = [...kept, ...others].map((value) => value ?? null);
        if (others.length > 0) expect(series.between(0, all.length)).toEqual(all);
      }),
    );
  });

  it('is unknown when all that is left is a gap', () => {
    const series = filled([1, 1, undefined, undefined]);
    series.forgetBefore(1);
    expect(series.isUnknown).toBe(false);
    series.forgetBefore(2);
    expect(series.isUnknown).toBe(true);
  });
});
