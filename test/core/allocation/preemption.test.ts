import { describe, expect, it } from 'vitest';
import { keeps, notePreemption, type PreemptionMemory } from '../../../src/core/allocation/preemption.ts';
import { timingOf } from '../../../src/core/demand/timing.ts';
import { aBehavior, T0 } from '../../support/builders.ts';

const now = { min: 1, max: 10, requested: 6, wanted: 6, nowMs: T0 };
const quiet: PreemptionMemory = { raisedAtMs: 0, yielded: [] };

function kept(behavior = aBehavior(), memory = quiet, over: Partial<typeof now> = {}): number {
  return keeps(memory, { ...now, ...over }, { behavior, timing: timingOf(behavior) });
}

describe('preemption', () => {
  const held = aBehavior({ minHold: '30s' });
  const slow = aBehavior({ yieldRate: { value: 2, periodSeconds: 10 } });

  it.each([
    { name: 'nothing but the minimum without a preemption policy', is: kept(), kept: 1 },
    {
      name: 'everything for minHold after a rise',
      is: kept(held, { ...quiet, raisedAtMs: T0 - 29_999 }),
      kept: 6,
    },
    { name: 'the minimum after minHold', is: kept(held, { ...quiet, raisedAtMs: T0 - 30_000 }), kept: 1 },
    { name: 'all but what may be yielded at once', is: kept(slow), kept: 4 },
    {
      name: 'less what has been yielded in the period',
      is: kept(slow, { ...quiet, yielded: [[T0 - 5_000, 1]] }),
      kept: 5,
    },
    {
      name: 'not what was yielded before',
      is: kept(slow, { ...quiet, yielded: [[T0 - 10_000, 2]] }),
      kept: 4,
    },
    { name: 'never more than it wants', is: kept(slow, quiet, { wanted: 3 }), kept: 3 },
    { name: 'never more than its maximum', is: kept(slow, quiet, { max: 2 }), kept: 2 },
  ])('keep $name', ({ is, kept: expected }) => {
    expect(is).toBe(expected);
  });

  it('remember the last rise', () => {
    expect(notePreemption(quiet, { from: 2, to: 3, wanted: 3, nowMs: T0 }, 0).raisedAtMs).toBe(T0);
    expect(notePreemption(quiet, { from: 3, to: 3, wanted: 3, nowMs: T0 }, 0)).toBe(quiet);
  });

  it.each([
    { name: 'what was taken against the wish', change: { from: 6, to: 4, wanted: 9 }, yielded: [[T0, 2]] },
    { name: 'not what was given back willingly', change: { from: 6, to: 4, wanted: 4 }, yielded: [] },
    { name: 'only the unwilling part', change: { from: 6, to: 2, wanted: 4 }, yielded: [[T0, 2]] },
    { name: 'no rise', change: { from: 6, to: 7, wanted: 9 }, yielded: [] },
  ])('remember $name', ({ change, yielded }) => {
    expect(notePreemption(quiet, { ...change, nowMs: T0 }, 10_000).yielded).toEqual(yielded);
  });
});
