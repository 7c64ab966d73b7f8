import { describe, expect, it } from 'vitest';
import { failureCount, usable } from '../../../src/core/demand/metric-failure.ts';
import { timingOf } from '../../../src/core/demand/timing.ts';
import { aBehavior, aSample, notRead, T0 } from '../../support/builders.ts';

const timing = timingOf(aBehavior()); // stale after 10 s, action after 1 m
const last = (ago: number) => aSample(7, { asOfMs: T0 - ago });

describe('a reading', () => {
  it.each([
    { name: 'serves', reading: aSample(7), state: 'ok' },
    { name: 'serves while it is 10 s old', reading: last(10_000), state: 'ok' },
    { name: 'is held when it is older', reading: last(10_001), state: 'held' },
    { name: 'has failed after a minute', reading: last(60_001), state: 'failed' },
    {
      name: 'that failed serves by its last value for 10 s',
      reading: notRead({ sinceMs: T0 - 9_500, last: last(10_000) }),
      state: 'ok',
    },
    {
      name: 'that failed is held after 10 s',
      reading: notRead({ sinceMs: T0 - 10_500, last: last(11_000) }),
      state: 'held',
    },
    { name: 'that never succeeded is held from the start', reading: notRead({ sinceMs: T0 }), state: 'held' },
    {
      name: 'that never succeeded has failed after a minute',
      reading: notRead({ sinceMs: T0 - 60_001 }),
      state: 'failed',
    },
    { name: 'from a clock ahead of ours serves', reading: aSample(7, { asOfMs: T0 + 5_000 }), state: 'ok' },
    { name: 'that is no number does not serve', reading: aSample(Number.NaN), state: 'held' },
  ])('$name', ({ reading, state }) => {
    expect(usable(reading, timing, T0).state).toBe(state);
  });

  it('says for how long, and why', () => {
    const use = usable(notRead({ reason: 'access denied', sinceMs: T0 - 25_000 }), timing, T0);
    expect(use).toEqual({ state: 'held', reason: 'no reading for 25 s: access denied' });
  });

  it('is never acted upon before it is stale', () => {
    const hasty = timingOf(aBehavior({ onMetricFailure: { staleAfter: '30s', action: 'Min', after: '1s' } }));
    expect(usable(last(20_000), hasty, T0).state).toBe('ok');
    expect(usable(last(30_001), hasty, T0).state).toBe('failed');
  });
});

describe('the action', () => {
  const app = { min: 2, max: 9, asked: 5 };
  it.each([
    { action: 'Hold', count: 5 },
    { action: 'Min', count: 2 },
    { action: 'Max', count: 9 },
    { action: 'Fixed', instances: 4, count: 4 },
  ] as const)('$action stands for $count', ({ count, ...action }) => {
    expect(failureCount({ staleAfter: '10s', after: '1m', ...action }, app)).toBe(count);
  });
});
