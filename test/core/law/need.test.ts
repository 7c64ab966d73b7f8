import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aimOf } from '../../../src/core/law/need.ts';
import type { Estimate } from '../../../src/core/law/rates/estimate.ts';
import { lawInput } from './law-input.ts';

const estimate: Estimate = {
  atMs: 0,
  arrivals: 20,
  service: 5,
  varArrivals: 1,
  varService: 0.01,
  covariance: 0,
  waiting: 0,
  ready: 5,
  working: undefined,
  arrived: undefined,
  headMs: undefined,
  busy: true,
  meanReady: 5,
  proven: 0,
  above: 0,
  below: 0,
};

/** Where the queue is to be, of a target that chance alone may reach. */
function aim(rates: Pick<Estimate, 'arrivals' | 'service'>, deviation = 0, leadS = 15): number {
  const known = { ...estimate, ...rates };
  const input = lawInput(0, { messages: { inFlight: 1 } });
  const goal = { kind: 'queueLength', messages: 5 } as const;
  return aimOf(5, known, { goal, input, leadS, deviation, known, horizonS: leadS, atOnce: 1 });
}

describe('the aim', () => {
  it('is two deviations below the target where many serve', () => {
    // ρ·h = 20·15 + 4: 3·304/(2.507·√450) = 17.1, of which m would be 2.4
    expect(aim({ arrivals: 20, service: 5 })).toBeCloseTo(5 - 2 * Math.sqrt(450), 6);
  });

  it('is nearer to it where one instance more is much of what the app has, and helps little', () => {
    // ρ·h = 0.3·15 + 3 = 7.5: 3·7.5/(2.507·√6.75) = 3.455, m = √(2·ln 3.455) = 1.575
    expect(aim({ arrivals: 0.3, service: 0.1 })).toBeCloseTo(5 - 1.5746 * Math.sqrt(6.75), 3);
  });

  it('is half of it where next to nothing comes', () => {
    expect(aim({ arrivals: 1e-9, service: 0.1 })).toBeCloseTo(2.5, 6);
  });

  const rate = fc.double({ min: 1e-3, max: 1e4, noNaN: true });

  it('is never nearer where more arrive, less is done or less is known', () => {
    const more = fc.double({ min: 1, max: 10, noNaN: true });
    const deviation = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(rate, rate, deviation, more, (arrivals, service, unknown, by) => {
        const before = aim({ arrivals, service }, unknown) + 1e-6;
        expect(aim({ arrivals: arrivals * by, service }, unknown)).toBeLessThanOrEqual(before);
        expect(aim({ arrivals, service: service / by }, 0)).toBeLessThanOrEqual(
          aim({ arrivals, service }, 0) + 1e-6,
        );
        expect(aim({ arrivals, service }, unknown * by)).toBeLessThanOrEqual(before);
      }),
    );
  });
});
