import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demandAt } from '../../src/programs/demand.ts';

const demand = { messagesPerSecond: 5, variation: 0.5, seed: 1 };
const seconds = (count: number, of = demand): number[] =>
  Array.from({ length: count }, (_, s) => demandAt(s * 1000, of));

describe('demandAt', () => {
  it('starts at the mean', () => {
    expect(demandAt(0, demand)).toBe(5);
  });

  it('stays within its variation of the mean', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (ms, seed, v) => {
        const rate = demandAt(ms, { messagesPerSecond: 10, variation: v, seed });
        expect(rate).toBeGreaterThanOrEqual(10 * (1 - v) - 1e-9);
        expect(rate).toBeLessThanOrEqual(10 * (1 + v) + 1e-9);
      }),
    );
  });

  it('moves visibly within a minute, and never jumps', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const rates = seconds(60, { ...demand, seed });
      expect(Math.max(...rates) - Math.min(...rates)).toBeGreaterThan(1);
      const steps = rates.slice(1).map((rate, i) => Math.abs(rate - (rates[i] ?? rate)));
      expect(Math.max(...steps)).toBeLessThan(0.6);
    }
  });

  it('keeps to its mean in the long run', () => {
    const rates = seconds(20_000);
    expect(rates.reduce((a, b) => a + b, 0) / rates.length).toBeCloseTo(5, 0);
  });

  it('follows its seed', () => {
    expect(seconds(60)).toEqual(seconds(60));
    expect(seconds(60)).not.toEqual(seconds(60, { ...demand, seed: 2 }));
  });

  it('does not move without variation', () => {
    expect(new Set(seconds(60, { ...demand, variation: 0 }))).toEqual(new Set([5]));
  });
});
