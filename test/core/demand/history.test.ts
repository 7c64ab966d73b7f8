import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averageLevel,
  dropNewest,
  type Extremes,
  keepLargest,
  keepSmallest,
  type Levels,
  levelAt,
  noteLevel,
  type Tally,
  takeOldest,
  tallied,
  tally,
  total,
} from '../../../src/core/demand/history.ts';

describe('tally', () => {
  it('sums what happened within a span', () => {
    const past: Tally = [
      [0, 5],
      [400, 2],
      [900, 1],
    ];
    expect(tallied(past, 1_000, 1_000)).toBe(3); // exactly a span ago is over
    expect(tallied(past, 1_000, 1_001)).toBe(8);
    expect(tallied(past, 1_000, 50)).toBe(0);
    expect(total(past)).toBe(8);
  });

  it('forgets what is older, and notes nothing for nothing', () => {
    expect(tally([[0, 1]], [500, 2], 1_000)).toEqual([
      [0, 1],
      [500, 2],
    ]);
    expect(tally([[0, 1]], [1_000, 2], 1_000)).toEqual([[1_000, 2]]);
    expect(tally([[500, 1]], [1_000, 0], 1_000)).toEqual([[500, 1]]);
  });

  it('forgets what a clock that was set back has left in the future', () => {
    expect(tally([[9_000, 1]], [500, 2], 1_000)).toEqual([[500, 2]]);
    expect(tallied([[9_000, 1]], 500, 1_000)).toBe(0);
  });

  it('stays bounded and loses nothing in sum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 9 })), { maxLength: 60 }),
        (entries) => {
          let past: Tally = [];
          let atMs = 0;
          let sum = 0;
          for (const [gap, n] of entries) {
            atMs += gap;
            sum += n;
            past = tally(past, [atMs, n], 1e9);
            expect(past.length).toBeLessThanOrEqual(16);
          }
          expect(total(past)).toBe(sum);
        },
      ),
    );
  });

  it('takes from the oldest and drops from the newest end', () => {
    const past: Tally = [
      [0, 2],
      [1, 3],
      [2, 1],
    ];
    expect(takeOldest(past, 3)).toEqual({
      rest: [
        [1, 2],
        [2, 1],
      ],
      taken: [
        [0, 2],
        [1, 1],
      ],
    });
    expect(takeOldest(past, 99)).toEqual({ rest: [], taken: past });
    expect(takeOldest(past, 0)).toEqual({ rest: past, taken: [] });
    expect(dropNewest(past, 2)).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect(dropNewest(past, 4)).toEqual([[0, 2]]);
    expect(dropNewest(past, 99)).toEqual([]);
  });
});

describe('extremes of a window', () => {
  it.each([
    { keep: keepLargest, of: (values: number[]) => Math.max(...values), name: 'largest' },
    { keep: keepSmallest, of: (values: number[]) => Math.min(...values), name: 'smallest' },
  ])('know the $name value of the last span', ({ keep, of }) => {
    fc.assert(
      // Few enough values that none has to be joined with its neighbour.
      fc.property(fc.array(fc.tuple(fc.nat(300), fc.nat(8)), { minLength: 1, maxLength: 40 }), (entries) => {
        let past: Extremes = [];
        let atMs = 0;
        const all: [number, number][] = [];
        for (const [gap, value] of entries) {
          atMs += gap;
          all.push([atMs, value]);
          past = keep(past, [atMs, value], 1_000);
          expect(past[1]).toBe(of(all.filter(([t]) => t > atMs - 1_000).map(([, v]) => v)));
        }
      }),
    );
  });

  it('stay bounded and never fall below the truth', () => {
    let past: Extremes = [];
    for (let k = 0; k < 200; k++) {
      past = keepLargest(past, [k * 10, 1_000 - k], 1_000);
      expect(past.length).toBeLessThanOrEqual(2 * 16);
      const truth = 1_000 - Math.max(0, k - 99);
      expect(past[1]).toBeGreaterThanOrEqual(truth);
    }
  });
});

describe('levels', () => {
  const past: Levels = [0, 2, 1_000, 4, 3_000, 10];

  it.each([
    { from: 0, to: 1_000, mean: 2 },
    { from: 500, to: 1_500, mean: 3 },
    { from: 0, to: 4_000, mean: (2 + 4 * 2 + 10) / 4 },
    { from: 5_000, to: 6_000, mean: 10 },
    { from: -1_000, to: 0, mean: 2 },
    { from: 2_000, to: 2_000, mean: 4 },
  ])('have a mean from $from to $to', ({ from, to, mean }) => {
    expect(averageLevel(past, from, to)).toBeCloseTo(mean, 12);
  });

  it('have a value at any moment', () => {
    expect([-5, 0, 999, 1_000, 9_999].map((at) => levelAt(past, at))).toEqual([2, 2, 2, 4, 10]);
    expect(levelAt([], 5)).toBe(0);
  });

  it('note changes only, and the last of one moment', () => {
    expect(noteLevel(past, 4_000, 10)).toBe(past);
    expect(noteLevel(past, 3_000, 7)).toEqual([0, 2, 1_000, 4, 3_000, 7]);
    expect(noteLevel(past, 4_000, 7)).toHaveLength(2 * 4);
    let many: Levels = [];
    for (let k = 0; k < 100; k++) many = noteLevel(many, k, k);
    expect(many).toHaveLength(2 * 16);
  });
});
