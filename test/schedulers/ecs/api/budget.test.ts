import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { CallBudget } from '../../../../src/schedulers/ecs/api/budget.ts';

const never = new AbortController().signal;

function budgetOf(perSecond: number, burst: number) {
  const clock = new VirtualClock();
  return { clock, budget: new CallBudget({ perSecond, burst }, { clock, random: () => 0 }) };
}

/** Every call that had its turn, by when. */
function callsOf(budget: CallBudget, clock: VirtualClock, count: number): number[] {
  const atMs: number[] = [];
  for (let i = 0; i < count; i++)
    budget.take(never).then(
      () => atMs.push(clock.monotonic()),
      () => undefined,
    );
  return atMs;
}

describe('the budget of calls', () => {
  it('lets through a burst at once, and then so many a second', async () => {
    const { clock, budget } = budgetOf(2, 3);
    const atMs = callsOf(budget, clock, 6);
    await clock.advance(0);
    expect(atMs).toEqual([0, 0, 0]);
    await clock.advance(1_500);
    expect(atMs).toEqual([0, 0, 0, 500, 1_000, 1_500]);
  });

  it('never lets through more than that in any time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(
          fc.record({ calls: fc.integer({ min: 0, max: 15 }), ms: fc.integer({ min: 0, max: 900 }) }),
          {
            maxLength: 6,
          },
        ),
        async (perSecond, burst, steps) => {
          const { clock, budget } = budgetOf(perSecond, burst);
          const lists = [];
          for (const { calls, ms } of steps) {
            lists.push(callsOf(budget, clock, calls));
            await clock.advance(ms);
          }
          const atMs = lists.flat().toSorted((a, b) => a - b);
          for (const [i, from] of atMs.entries())
            for (const [j, to] of atMs.entries())
              if (j >= i)
                expect(j - i + 1).toBeLessThanOrEqual(burst + ((to - from) / 1_000) * perSecond + 1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('asks nothing for a while after a refusal, twice as long each time, and then half as often', async () => {
    const { clock, budget } = budgetOf(8, 8);
    for (const pauseMs of [1_000, 2_000, 4_000]) {
      budget.throttled();
      expect(budget.pausedMs).toBe(pauseMs);
      await expect(budget.take(never)).rejects.toThrow('too many requests of this account');
      await clock.advance(pauseMs);
      expect(budget.pausedMs).toBe(0);
    }
    expect(budget.perSecond).toBe(1);
    for (let i = 0; i < 1_000; i++) budget.answered();
    expect(budget.perSecond).toBe(8);
    budget.throttled();
    expect(budget.pausedMs).toBe(1_000);
  });

  it('takes refusals of calls that were on their way together for one', () => {
    const { budget } = budgetOf(8, 8);
    for (let i = 0; i < 5; i++) budget.throttled();
    expect(budget.pausedMs).toBe(1_000);
    expect(budget.perSecond).toBe(4);
  });

  it('lets go of whoever is aborted, and of nobody else', async () => {
    const { clock, budget } = budgetOf(1, 1);
    const [first] = [callsOf(budget, clock, 1)];
    const enough = new AbortController();
    const aborted = budget.take(enough.signal).catch((error: unknown) => error);
    const last = callsOf(budget, clock, 1);
    await clock.advance(0);
    enough.abort(new Error('enough'));
    await clock.advance(1_000);
    expect(first).toEqual([0]);
    expect(await aborted).toEqual(new Error('enough'));
    expect(last).toEqual([1_000]);
  });
});
