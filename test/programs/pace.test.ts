import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/programs/pace.ts';

describe('Pace', () => {
  it('gives out whole units and keeps the fraction', () => {
    const pace = new Pace(() => 5, 1000);
    const due = [1000, 1100, 1200, 1300, 1400, 1500, 1600].map((ms) => pace.take(ms));
    expect(due).toEqual([0, 0, 1, 0, 1, 0, 1]);
  });

  it('adds up to the rate, however often it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 50 }),
        (rate, gapsMs) => {
          const pace = new Pace(() => rate, 0);
          let nowMs = 0;
          let sum = 0;
          for (const gap of gapsMs) {
            nowMs += gap;
            sum += pace.take(nowMs);
          }
          expect(Math.abs(sum - (rate * nowMs) / 1000)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('owes no more than a second after a pause', () => {
    const pace = new Pace(() => 10, 0);
    expect(pace.take(60_000)).toBe(10);
    expect(pace.take(60_500)).toBe(5);
  });

  it('asks for the rate in the middle of the time that has passed', () => {
    const asked: number[] = [];
    const pace = new Pace((elapsedMs) => asked.push(elapsedMs), 5000);
    pace.take(5200);
    pace.take(5600);
    expect(asked).toEqual([100, 400]);
  });

  it('is not confused by a clock that steps back', () => {
    const pace = new Pace(() => 10, 1000);
    expect(pace.take(500)).toBe(0);
    expect(pace.take(1000)).toBe(5);
  });
});
