import { describe, expect, it } from 'vitest';
import { followWarmUp, type WarmUpMemory, warmUpMs } from '../../../src/core/demand/launches/warm-up.ts';
import { workCountOf } from '../../../src/core/demand/work-count.ts';
import { fluidLaw } from '../../../src/core/law/fluid.ts';
import type { LawMemory } from '../../../src/core/memory.ts';
import type { MetricSample } from '../../../src/core/observation.ts';
import { T0 } from '../../support/builders.ts';
import { poisson, seeded } from '../../support/seeded.ts';
import { lawInput } from '../law/law-input.ts';

const GOAL = { goal: { kind: 'queueLength', messages: 50 }, metricDelayMs: 0 } as const;

/** A law that was told 5 messages/s for each instance, with a deviation of so many times that. */
function knowing(doubt: number): LawMemory {
  const { memory } = fluidLaw(lawInput(40), undefined, { ...GOAL, serviceRate: 5 });
  return { ...memory, estimate: { ...memory.estimate, service: 5, varService: (5 * doubt) ** 2 } };
}

/** Half a second after the reading before, with 40 messages of which nobody tells how many are held. */
function sample(over: Partial<MetricSample>): MetricSample {
  return {
    state: 'ok',
    asOfMs: T0,
    waiting: 40,
    unsplit: { waitingAtLeast: 32, restInFlight: true },
    heldPerInstance: 1,
    ...over,
  };
}

const taken = (count: number) => ({ taken: { sinceMs: T0 - 500, count } });

const workOf = (over: Partial<MetricSample>, { doubt = 0.1, running = 6, metricDelayMs = 0 } = {}) =>
  workCountOf({ metric: sample(over), metricDelayMs, memory: knowing(doubt) }, running);

describe('how many work', () => {
  it.each([
    // 2.5 in half a second for each
    // 10 − √10 are what 2.7 take
    { name: 'is what was taken, by what each takes', count: 10, working: 5, atLeast: 2.74 },
    // (5 + 0.5·√5)/2.5 = 2.4, (5 − √5)/2.5 = 1.1
    { name: 'is no fewer and no more for what chance explains', count: 5, working: 2, atLeast: 1.11 },
    { name: 'is nobody where nothing was taken', count: 0, working: 0, atLeast: 0 },
    { name: 'is no more than run', count: 30, working: 6, atLeast: 6 },
  ])('$name', ({ count, working, atLeast }) => {
    expect(workOf(taken(count))).toEqual({
      atMs: T0,
      waiting: 34,
      working,
      atLeast: expect.closeTo(atLeast, 2),
    });
  });

  it.each([
    { name: 'is what is in flight, where that is told', inFlight: 3, heldPerInstance: 1, working: 3 },
    { name: 'is what is in flight, by what each holds', inFlight: 7, heldPerInstance: 2, working: 4 },
    { name: 'is not known of what may have been fetched ahead', inFlight: 7, working: undefined },
  ])('$name', ({ working, name: _, ...told }) => {
    const metric: MetricSample = { state: 'ok', asOfMs: T0, waiting: 20, ...taken(10), ...told };
    const work = workCountOf({ metric, metricDelayMs: 0, memory: knowing(0.1) }, 6);
    expect(work).toEqual(working === undefined ? undefined : { atMs: T0, waiting: 20, working });
  });

  it('is of when the queue was so', () => {
    expect(workOf(taken(10), { metricDelayMs: 3_000 })?.atMs).toBe(T0 - 3_000);
  });

  it.each([
    { name: 'nobody tells what was taken', of: () => workOf({}) },
    { name: 'μ is hardly known', of: () => workOf(taken(10), { doubt: 0.7 }) },
    { name: 'no time passed', of: () => workOf({ taken: { sinceMs: T0, count: 3 } }) },
    {
      name: 'the law knows nothing yet',
      of: () => workCountOf({ metric: sample(taken(10)), metricDelayMs: 0, memory: null }, 6),
    },
    {
      name: 'the queue could not be read',
      of: () => {
        const metric = { state: 'unavailable', reason: 'no', sinceMs: T0 } as const;
        return workCountOf({ metric, metricDelayMs: 0, memory: knowing(0.1) }, 6);
      },
    },
  ])('is not known where $name', ({ of }) => {
    expect(of()).toBeUndefined();
  });
});

it('a time from running to the first message is learned behind a queue whose messages in flight nobody counts', () => {
  let memory: WarmUpMemory | undefined;
  // Two work from the start, three more run from 1 s on and work from 4 s on.
  for (let atS = 0; atS <= 8; atS += 0.5) {
    const nowMs = T0 + atS * 1_000;
    const running = atS < 1 ? 2 : 5;
    const count = 2.5 * (atS <= 4 ? 2 : 5);
    const metric = sample({ asOfMs: nowMs, waiting: 60, taken: { sinceMs: nowMs - 500, count } });
    const work = workCountOf({ metric, metricDelayMs: 0, memory: knowing(0.1) }, running);
    memory = followWarmUp(memory, { running, before: [nowMs, running], nowMs, work });
  }
  // From 1 s to between 4 s and 4.5 s.
  expect(memory).toMatchObject({ ms: 3_250 });
  expect(memory && warmUpMs(memory)).toBeCloseTo(3_250 / 2);
  // The others may well work, too, and have run for as long.
  expect(memory?.fresh).toEqual([]);
});

it('luck with what one takes is hardly ever taken for others at work', () => {
  const lucky = Array.from({ length: 100 }, (_, seed) => {
    const random = seeded(seed);
    let memory: WarmUpMemory | undefined;
    // One works from the start, four more run from 1 s on and do not work until 9 s.
    for (let atS = 0; atS <= 9; atS += 0.5) {
      const nowMs = T0 + atS * 1_000;
      const running = atS < 1 ? 1 : 5;
      const count = poisson(random, 2.5);
      const metric = sample({ asOfMs: nowMs, waiting: 60, taken: { sinceMs: nowMs - 500, count } });
      const work = workCountOf({ metric, metricDelayMs: 0, memory: knowing(0.1) }, running);
      memory = followWarmUp(memory, { running, before: [nowMs, running], nowMs, work });
    }
    return memory?.seen ?? 0;
  }).filter((seen) => seen > 0);
  expect(lucky.length).toBeLessThan(15);
});
