import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesOf } from '../../../../src/core/demand/messages.ts';
import type { AzureStorageQueueMetric } from '../../../../src/metric-sources/clouds/azure-queue/config.ts';
import { sampleOf, takenSince } from '../../../../src/metric-sources/clouds/azure-queue/sample.ts';

const AS_OF_MS = 1_000_000;

type Counting = Pick<AzureStorageQueueMetric, 'count' | 'inFlightPerInstance'>;

interface Case {
  readonly name: string;
  readonly config?: Partial<Counting>;
  readonly count: number;
  readonly seen?: number;
  /** Waiting and in flight, with eight instances that may hold messages. */
  readonly is: readonly [number, number | undefined];
}

function split({ config = {}, count, seen }: Omit<Case, 'name' | 'is'>, ready = 8): Case['is'] {
  const peek = seen === undefined ? {} : { peek: { asked: 32, seen } };
  const counting: Counting = { count: 'Waiting', inFlightPerInstance: 1, ...config };
  const { waiting, inFlight } = messagesOf(sampleOf(counting, { count, asOfMs: AS_OF_MS, ...peek }), ready);
  return [waiting, inFlight];
}

describe('a look at an Azure queue', () => {
  it.each<Case>([
    { name: 'without a peek the instances are taken for busy', count: 100, is: [92, 8] },
    {
      name: 'each with as many messages as it holds',
      config: { inFlightPerInstance: 4 },
      count: 100,
      is: [68, 32],
    },
    { name: 'a peek below 32 is exact', count: 24, seen: 20, is: [20, 4] },
    { name: 'what our instances cannot hold is not in flight', count: 34, seen: 20, is: [20, 8] },
    { name: 'a full peek says that at least 32 wait', count: 35, seen: 32, is: [32, 3] },
    { name: 'a full peek changes nothing on a long queue', count: 500, seen: 32, is: [492, 8] },
    {
      name: 'Visible says nothing of the rest',
      config: { count: 'Visible' },
      count: 24,
      seen: 20,
      is: [20, undefined],
    },
    {
      name: 'Visible is derived while the peek is full',
      config: { count: 'Visible' },
      count: 100,
      seen: 32,
      is: [92, undefined],
    },
    {
      name: 'Total takes the count as it is',
      config: { count: 'Total' },
      count: 100,
      seen: 3,
      is: [100, undefined],
    },
    { name: 'a message that came between the two calls is there', count: 3, seen: 5, is: [5, 0] },
  ])('$name', ({ is, ...look }) => {
    expect(split(look)).toEqual(is);
  });

  it('never finds more messages than the larger of the two calls', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(32), fc.nat(20), (count, seen, ready) => {
        const [waiting, inFlight = 0] = split({ count, seen }, ready);
        expect(waiting + inFlight).toBeLessThanOrEqual(Math.max(count, seen));
        expect(waiting).toBeGreaterThanOrEqual(Math.min(seen, 32));
      }),
    );
  });

  it('tells insertion times on the clock of the reading, the oldest first', () => {
    const peek = { asked: 32, seen: 2, agesMs: [5_000, 1_000] };
    const look = { count: 2, asOfMs: AS_OF_MS, peek };
    expect(sampleOf({ count: 'Waiting', inFlightPerInstance: 1 }, look)).toMatchObject({
      oldestAgeMs: 5_000,
      arrivals: [AS_OF_MS - 5_000, AS_OF_MS - 1_000],
    });
  });

  it('tells what was taken of those seen before, and what of that had been given back', () => {
    const before = { asOfMs: AS_OF_MS - 500, ids: ['a', 'b', 'c', 'd'], again: ['b', 'd'] };
    const now = { asOfMs: AS_OF_MS, ids: ['d', 'e'], again: ['d'] };
    expect(takenSince(before, now)).toEqual({ sinceMs: AS_OF_MS - 500, count: 3, seen: 4, again: 1 });
    expect(takenSince(now, before)).toEqual({ sinceMs: AS_OF_MS, count: 1, seen: 2 });
    expect(takenSince(before, { ...now, ids: ['e'] })).toBeUndefined();
  });
});
