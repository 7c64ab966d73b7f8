import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AheadMemory, lookAhead, type Present } from '../../../../src/core/law/outlook/ahead.ts';

function present(over: Partial<Present> = {}): Present {
  return {
    nowMs: 0,
    atMs: 0,
    sinceMs: 500,
    arrivals: 50,
    arrivalsBefore: 50,
    deviation: 0,
    deadTimeMs: 10_000,
    leadMs: 10_500,
    ...over,
  };
}

/** Arrivals as given, one number a round. */
function follow(arrivals: readonly number[], over: Partial<Present> = {}): ReturnType<typeof lookAhead> {
  let ahead = lookAhead(
    undefined,
    present({ arrivals: arrivals[0] ?? 0, arrivalsBefore: arrivals[0] ?? 0, ...over }),
    undefined,
  );
  arrivals.slice(1).forEach((now, i) => {
    const moment = present({ arrivals: now, arrivalsBefore: arrivals[i] ?? 0, ...over });
    ahead = lookAhead(ahead, moment, undefined);
  });
  return ahead;
}

const ramp = Array.from({ length: 200 }, (_, i) => 50 + i);

describe('arrivals ahead', () => {
  it('follow a ramp over the dead time', () => {
    // 2/s² for 10.5 s, known but for what 100 s of smoothing over 15 s leave out.
    const { soon, whenReady, growth } = follow(ramp);
    expect(growth).toBeCloseTo(2, 1);
    expect(whenReady - 249).toBeCloseTo(10.5 * growth, 6);
    expect(soon - 249).toBeCloseTo((10.5 * growth) / 2, 6);
  });

  it('are what they are while nothing grows, and while they fall', () => {
    expect(follow(new Array(50).fill(50))).toMatchObject({ soon: 50, whenReady: 50 });
    const falling = follow(ramp.toReversed());
    expect([falling.soon, falling.whenReady]).toEqual([50, 50]);
  });

  it('leave out growth that may be noise', () => {
    expect(follow(ramp, { deviation: 15 }).whenReady - 249).toBeCloseTo(10.5, 0);
    expect(follow(ramp, { deviation: 60 }).whenReady).toBe(249);
  });

  it('are not followed further than a quarter of a minute', () => {
    expect(follow(ramp, { leadMs: 600_000 }).whenReady - 249).toBeCloseTo(30, 0);
  });

  it('change nothing without a new count', () => {
    const memory = follow(ramp);
    const again = lookAhead(memory, present({ sinceMs: 0, arrivals: 249, arrivalsBefore: 249 }), 60_000);
    expect(again.growth).toBe(memory.growth);
  });

  it('know the season where there is one', () => {
    let memory: AheadMemory | undefined;
    let before = 30;
    const at = (ms: number): number => (ms % 60_000 < 10_000 ? 130 : 30);
    for (let ms = 0; ms < 175_000; ms += 500) {
      const moment = present({
        nowMs: ms,
        atMs: ms,
        arrivals: at(ms),
        arrivalsBefore: before,
        deadTimeMs: 5_000,
        leadMs: 5_500,
      });
      memory = lookAhead(memory, moment, 60_000);
      before = at(ms);
    }
    const moment = present({
      nowMs: 175_000,
      atMs: 175_000,
      arrivals: 30,
      arrivalsBefore: 30,
      deadTimeMs: 5_000,
      leadMs: 5_500,
    });
    const { soon, whenReady } = lookAhead(memory, moment, 60_000);
    expect(whenReady).toBeCloseTo(130, 0);
    expect(soon).toBeGreaterThan(30);
    expect(soon).toBeLessThan(60);
  });

  it('are never less than they are now', () => {
    const any = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 2, maxLength: 60 }),
        any,
        fc.option(fc.integer({ min: 1, max: 10 ** 7 })),
        (arrivals, deviation, season) => {
          let memory: AheadMemory | undefined;
          arrivals.forEach((now, i) => {
            const moment = present({
              nowMs: i * 500,
              atMs: i * 500,
              arrivals: now,
              arrivalsBefore: arrivals[i - 1] ?? now,
              deviation,
            });
            const ahead = lookAhead(memory, moment, season ?? undefined);
            expect(ahead.soon).toBeGreaterThanOrEqual(now);
            expect(ahead.whenReady).toBeGreaterThanOrEqual(now);
            memory = ahead;
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});
