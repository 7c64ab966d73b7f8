// The counters of a reading reach the laws, and whoever looks whether more instances work more off.

import { describe, expect, it } from 'vitest';
import { messagesOf } from '../../../src/core/demand/messages.ts';
import { targetDemand } from '../../../src/core/demand/targets.ts';
import { timingOf } from '../../../src/core/demand/timing.ts';
import type { MetricSample } from '../../../src/core/observation.ts';
import { aBehavior, aSample, aScaled, exactly, T0 } from '../../support/builders.ts';

/** Of ten messages eight wait and two are in flight. */
const counting = (counters: Partial<MetricSample>): MetricSample =>
  aSample(8, { inFlight: 2, heldPerInstance: 1, ...counters });

function doneOf(sample: MetricSample): number | undefined {
  const { wishes } = targetDemand(
    {
      app: aScaled('web', 2, { targets: [exactly], readings: [sample] }),
      timing: timingOf(aBehavior()),
      nowMs: T0,
      min: 0,
      asked: 2,
      running: [0, 2],
      pace: {
        ready: 2,
        readyBefore: [0, 2],
        pending: [],
        deadTimeMs: 0,
        warmUpMs: 0,
        warmUpMarginMs: 0,
        isUntried: false,
      },
      isUntold: false,
      settled: true,
    },
    [],
  );
  return wishes[0]?.queue?.done;
}

describe('what arrived in all', () => {
  it.each([
    [107, 107],
    [-1, 0],
    [undefined, undefined],
  ])('as %s is told to the law as %s', (arrivedTotal, told) => {
    const sample = counting(arrivedTotal === undefined ? {} : { arrivedTotal });
    expect(messagesOf(sample, 2).arrivedTotal).toBe(told);
  });
});

describe('what was worked off in all', () => {
  it('is what the source counts', () => {
    expect(doneOf(counting({ completedTotal: 100 }))).toBe(100);
    expect(doneOf(counting({ completedTotal: 100, arrivedTotal: 150 }))).toBe(100);
  });

  it('is what arrived and is not there any more, where arrivals alone are counted', () => {
    expect(doneOf(counting({ arrivedTotal: 150 }))).toBe(140);
  });

  it('is not known where nothing is counted', () => {
    expect(doneOf(counting({}))).toBeUndefined();
  });
});
