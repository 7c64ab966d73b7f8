// How often a count was changed lately, and what that makes of a fall.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Changes,
  changesPerMinOf,
  followChanges,
  priceOf,
} from '../../../../src/core/demand/giving-back/changes.ts';
import { T0 } from '../../../support/builders.ts';

/** The count at each look, one every `everyMs`. */
function follow(counts: readonly number[], everyMs: number) {
  let memory: (Changes & { readonly asked: number }) | undefined;
  counts.forEach((asked, k) => {
    const nowMs = T0 + k * everyMs;
    memory = { ...followChanges(memory, { asked, nowMs }, T0 - 1_500), asked };
  });
  const nowMs = T0 + (counts.length - 1) * everyMs;
  return { memory, perMin: memory === undefined ? 0 : changesPerMinOf(memory, nowMs) };
}

describe('the changes of a count', () => {
  it('are none before one was seen', () => {
    expect(follow([5, 5, 5], 500)).toEqual({
      memory: { fellAtMs: T0 - 1_500, roseAtMs: 0, changesPerMin: undefined, asked: 5 },
      perMin: 0,
    });
  });

  it('are known by when it last rose and fell', () => {
    const { memory } = follow([5, 7, 7, 4, 4], 1_000);
    expect(memory).toMatchObject({ roseAtMs: T0 + 1_000, fellAtMs: T0 + 3_000, asked: 4 });
  });

  it.each([3, 6, 12, 30])('come to %d a minute where so many are made', (perMin) => {
    const everyMs = 60_000 / perMin;
    const counts = Array.from({ length: 5 * perMin }, (_, k) => k % 2);
    // Just after one of them: the mean over a minute is half an interval back.
    const { memory } = follow(counts, everyMs);
    const between = changesPerMinOf(memory ?? { fellAtMs: 0 }, T0 + (counts.length - 0.5) * everyMs);
    expect(between).toBeGreaterThan(0.9 * perMin);
    expect(between).toBeLessThan(1.1 * perMin);
  });

  it('are forgotten', () => {
    const { memory, perMin } = follow([1, 2, 1, 2, 1, 2], 1_000);
    const later = (ms: number) => changesPerMinOf(memory ?? { fellAtMs: 0 }, T0 + 5_000 + ms);
    expect(later(30_000)).toBeCloseTo(perMin / Math.E, 9);
    expect(later(600_000)).toBeLessThan(0.001);
  });

  it('are as many as before where clocks go back', () => {
    const { memory, perMin } = follow([1, 2, 1], 1_000);
    expect(changesPerMinOf(memory ?? { fellAtMs: 0 }, T0 - 3_600_000)).toBe(perMin);
  });

  it('stay bounded, whatever is read from a memory', () => {
    const memory = { fellAtMs: T0, roseAtMs: T0, changesPerMin: 1e300, asked: 1 };
    expect(followChanges(memory, { asked: 2, nowMs: T0 }, T0).changesPerMin).toBe(120);
  });
});

describe('the price of a fall', () => {
  it('is the usual one while changes are few', () => {
    expect([priceOf(0, false), priceOf(6, false), priceOf(8, true)]).toEqual([1, 1, 1]);
  });

  it('grows with the square of what is too many', () => {
    expect(priceOf(12, false)).toBe(4);
    expect(priceOf(12, true)).toBe(2.25);
  });

  it('never grows while nothing is changed, so that a fall that is worth a change stays so', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 2, maxLength: 40 }),
        fc.integer({ min: 100, max: 20_000 }),
        fc.nat(120_000),
        (counts, everyMs, laterMs) => {
          const { memory, perMin } = follow(counts, everyMs);
          const nowMs = T0 + (counts.length - 1) * everyMs + laterMs;
          expect(changesPerMinOf(memory ?? { fellAtMs: 0 }, nowMs)).toBeLessThanOrEqual(perMin);
        },
      ),
    );
  });
});
