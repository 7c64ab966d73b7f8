import { describe, expect, it } from 'vitest';
import { bucketsOf, quantileBetween } from '../../../bench/scale/lateness.ts';

const TEXT = `# TYPE late histogram
late_bucket{le="0.1"} 7
late_bucket{le="0.5"} 9
late_bucket{le="+Inf"} 1.2e+1
late_sum 4.5
late_count 12
lately_bucket{le="0.1"} 99
`;

it('reads the buckets of one histogram', () => {
  expect(bucketsOf(TEXT, 'late')).toEqual([
    { le: 0.1, count: 7 },
    { le: 0.5, count: 9 },
    { le: Number.POSITIVE_INFINITY, count: 12 },
  ]);
});

describe('a quantile between two scrapes', () => {
  const buckets = (...counts: readonly number[]) =>
    [0.1, 0.5, Number.POSITIVE_INFINITY].map((le, i) => ({ le, count: counts[i] ?? 0 }));

  const none = Number.POSITIVE_INFINITY;

  it.each([
    [
      'lies in the first bucket that reaches the share',
      buckets(0, 0, 0),
      buckets(99, 100, 100),
      0.1,
      0.1,
      100,
    ],
    ['lies in the next one when one more is late', buckets(0, 0, 0), buckets(98, 100, 100), 0.3, 0.5, 100],
    ['does not count what came before', buckets(0, 50, 50), buckets(100, 150, 150), 0.099, 0.1, 100],
    ['counts all of it where nothing was scraped before', [], buckets(1, 1, 1), 0.099, 0.1, 1],
    ['has no end above the last bound', buckets(0, 0, 0), buckets(0, 0, 9), none, none, 9],
    ['without samples nothing was reached', buckets(5, 5, 5), buckets(5, 5, 5), none, none, 0],
  ])('%s', (_, before, after, value, atMost, samples) => {
    const found = quantileBetween(before, after, 0.99);
    expect(found).toEqual({ value: Number.isFinite(value) ? expect.closeTo(value) : value, atMost, samples });
  });
});
