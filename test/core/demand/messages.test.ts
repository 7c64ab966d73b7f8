import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AzureStorageQueueMetric, MetricSpec } from '../../../src/api/policy.ts';
import { messagesOf } from '../../../src/core/demand/messages.ts';
import { aRandom, aSample, T0 } from '../../support/builders.ts';

const azure = (over: Partial<AzureStorageQueueMetric> = {}): MetricSpec => ({
  azureStorageQueue: { queueName: 'q', count: 'Waiting', inFlightPerInstance: 1, ...over },
});

describe('messages of a reading', () => {
  it.each([
    // Azure counts invisible messages too (docs/design/law.md#what-a-queue-count-is-made-of): inflight = min(count, n·c), q = count - inflight
    {
      name: 'takes off what instances may hold',
      metric: azure(),
      sample: {},
      value: 100,
      ready: 8,
      is: [92, 8],
    },
    { name: 'never more than there is', metric: azure(), sample: {}, value: 5, ready: 8, is: [0, 5] },
    {
      name: 'with several messages an instance',
      metric: azure({ inFlightPerInstance: 4 }),
      sample: {},
      value: 100,
      ready: 8,
      is: [68, 32],
    },
    {
      name: 'believes an exact peek',
      metric: azure(),
      sample: { visible: 20 },
      value: 24,
      ready: 8,
      is: [20, 4],
    },
    // four are invisible that no instance of ours can hold: delayed, or somebody else's
    {
      name: 'knows what cannot be in our hands',
      metric: azure(),
      sample: { visible: 20 },
      value: 34,
      ready: 8,
      is: [20, 8],
    },
    {
      name: 'knows at least what a full peek saw',
      metric: azure(),
      sample: { visibleAtLeast: 32 },
      value: 35,
      ready: 8,
      is: [32, 3],
    },
    {
      name: 'a full peek changes nothing on a long queue',
      metric: azure(),
      sample: { visibleAtLeast: 32 },
      value: 500,
      ready: 8,
      is: [492, 8],
    },
    {
      name: 'Visible says nothing of those in flight',
      metric: azure({ count: 'Visible' }),
      sample: { visible: 20 },
      value: 24,
      ready: 8,
      is: [20, undefined],
    },
    {
      name: 'Visible is derived while the peek is full',
      metric: azure({ count: 'Visible' }),
      sample: { visibleAtLeast: 32 },
      value: 100,
      ready: 8,
      is: [92, undefined],
    },
    {
      name: 'Total takes the count as it is',
      metric: azure({ count: 'Total' }),
      sample: { visible: 3 },
      value: 100,
      ready: 8,
      is: [100, undefined],
    },
    {
      name: 'other sources count what waits',
      metric: aRandom,
      sample: {},
      value: 7,
      ready: 8,
      is: [7, undefined],
    },
  ])('$name', ({ metric, sample, value, ready, is }) => {
    const { waiting, inFlight } = messagesOf(metric, aSample(value, sample), ready);
    expect([waiting, inFlight]).toEqual(is);
  });

  it('knows how old the oldest is, at the moment of the count', () => {
    const sample = aSample(5, { oldestInsertedAtMs: T0 - 4_000 });
    expect(messagesOf(azure(), sample, 1).oldestAgeMs).toBe(4_000);
    expect(messagesOf(azure(), aSample(5), 1).oldestAgeMs).toBeUndefined();
  });

  it('is not fooled by a clock that is ahead', () => {
    expect(messagesOf(azure(), aSample(5, { oldestInsertedAtMs: T0 + 4_000 }), 1).oldestAgeMs).toBe(0);
  });

  it('a peek and a count that do not fit together stay within the count', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(20), fc.boolean(), (value, seen, ready, exact) => {
        const sample = aSample(value, exact ? { visible: seen } : { visibleAtLeast: seen });
        const { waiting, inFlight = 0 } = messagesOf(azure(), sample, ready);
        expect(waiting).toBeGreaterThanOrEqual(0);
        expect(inFlight).toBeGreaterThanOrEqual(0);
        expect(waiting + inFlight).toBeLessThanOrEqual(value);
      }),
    );
  });
});
