import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, type Point, slopePerS, trendOf } from '../../../bench/soak/trend.ts';

const TOLERANCE = { share: 0.1, least: 1 };

function aRun(value: (atS: number) => number, lastsS = 100): readonly Point[] {
  return Array.from({ length: lastsS + 1 }, (_, atS) => ({ atS, value: value(atS) }));
}

describe('the slope', () => {
  it.each([
    ['of a line', aRun((atS) => 3 + 2 * atS), 2],
    ['of a constant', aRun(() => 7), 0],
    ['of a line with every tenth point far off', aRun((atS) => (atS % 10 === 5 ? 900 : atS)), 1],
    ['of one point is not known', [{ atS: 1, value: 1 }], undefined],
    [
      'of two at the same moment is not known',
      [
        { atS: 1, value: 1 },
        { atS: 1, value: 2 },
      ],
      undefined,
    ],
  ])('%s', (_, points, slope) => {
    expect(slopePerS(points)).toBe(slope);
  });

  it('is the same whatever is added to every value', () => {
    const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: -1_000, max: 1_000 }), (some, more) => {
        const at = (by: number) => slopePerS(some.map((value, atS) => ({ atS, value: value + by })));
        expect(at(more)).toBe(at(0));
      }),
    );
  });
});

it.each([
  ['the middle of an odd number', [9, 1, 5], 5],
  ['between the two in the middle', [4, 1, 3, 2], 2.5],
  ['of none', [], undefined],
])('the median is %s', (_, values, expected) => expect(median(values)).toBe(expected));

describe('a trend', () => {
  it.each([
    ['steady where nothing changes', aRun(() => 50), false],
    ['steady where it grew in the first tenth alone', aRun((atS) => (atS < 10 ? atS : 100)), false],
    ['steady where it grows by less than the tolerance', aRun((atS) => 100 + atS / 20), false],
    ['growing where it grows by more', aRun((atS) => 100 + atS / 5), true],
    ['steady in a saw of any height', aRun((atS) => 100 + 50 * (atS % 7)), false],
    ['growing in a saw whose floor rises', aRun((atS) => 100 + 50 * (atS % 7) + atS), true],
    ['steady where it shrinks', aRun((atS) => 500 - atS), false],
    ['not known of a few samples', aRun((atS) => 100 * atS, 6), undefined],
  ])('is %s', (_, points, grows) => {
    expect(trendOf(points, TOLERANCE)?.grows).toBe(grows);
  });

  it('says how much it grew from the end of the first tenth on', () => {
    const trend = trendOf(
      aRun((atS) => 100 + atS),
      TOLERANCE,
    );
    expect(trend).toMatchObject({ growth: 90, most: 200, first: 114, last: 196 });
    expect(trend?.mayGrow).toBeCloseTo(11.4);
  });

  it('does not exist without samples', () => {
    expect(trendOf([], TOLERANCE)).toBeUndefined();
  });
});
