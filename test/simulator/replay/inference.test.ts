import { describe, expect, it } from 'vitest';
import { type QueueLook, serviceOf } from '../../../src/simulator/replay/inference.ts';

/** One look a second at two busy instances; `waiting` is before what is taken in the next second. */
function looksAt(seconds: readonly { readonly waiting: number; readonly taken?: number }[]): QueueLook[] {
  return seconds.map(({ waiting, taken }, i) => ({
    atMs: i * 1_000,
    ...{ waiting, total: waiting + 2, busy: 2, ready: 2 },
    ...(taken !== undefined && { taken: { sinceMs: (i - 1) * 1_000, count: taken } }),
  }));
}

describe('the service rate that a record tells', () => {
  it('is what was worked off, over the time in which instances worked, with a deviation of chance at least', () => {
    const looks = looksAt([
      { waiting: 90 },
      ...Array.from({ length: 16 }, () => ({ waiting: 90, taken: 8 })),
    ]);
    // 128 messages in 32 s of one instance.
    expect(serviceOf(looks, {})).toEqual({ perS: 4, sd: Math.sqrt(128) / 32, from: 'counted' });
  });

  it('is not sure of what it saw in one part of the time only', () => {
    const looks = looksAt([{ waiting: 90 }, { waiting: 90, taken: 8 }, { waiting: 90 }]);
    expect(serviceOf(looks, {})).toEqual({ perS: 4, sd: Math.sqrt(8) / 2, from: 'counted' });
  });

  it('is told by long queues, where short ones were told of only when little was taken', () => {
    const short = Array.from({ length: 8 }, () => ({ waiting: 3, taken: 2 }));
    const long = Array.from({ length: 8 }, () => ({ waiting: 90, taken: 8 }));
    const looks = looksAt([{ waiting: 3 }, ...short, { waiting: 90 }, ...long]);
    expect(serviceOf(looks, {})).toMatchObject({ perS: 4 });
  });

  it('differs by as much as its parts, where that is more than chance has', () => {
    const counts = [2, 14, 2, 14, 2, 14, 2, 14];
    const looks = looksAt([{ waiting: 900 }, ...counts.map((taken) => ({ waiting: 900, taken }))]);
    // Rates of 1/s and 7/s around 4/s: √(8·9/7/8).
    expect(serviceOf(looks, {})?.sd).toBeCloseTo(Math.sqrt(9 / 7));
  });

  it('is what the law had learned, where nothing was counted', () => {
    const looks = looksAt([{ waiting: 90 }, { waiting: 80 }]);
    expect(serviceOf(looks, { learned: [{ perS: 3, sd: 1 }], inferred: [{ perS: 9, sd: 1 }] })).toEqual({
      perS: 3,
      sd: 1,
      from: 'learned',
    });
    expect(serviceOf(looks, { inferred: [{ perS: 9, sd: 1 }] })).toEqual({
      perS: 9,
      sd: 1,
      from: 'inferred',
    });
  });
});
