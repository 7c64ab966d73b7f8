import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PartitionOffsets, sampleOf } from '../../../../src/metric-sources/brokers/kafka/offsets.ts';

const context = { topic: 'orders', nowMs: 5 };
const partition = (begin: number, end: number, committed?: number): PartitionOffsets => ({
  index: 0,
  begin: BigInt(begin),
  end: BigInt(end),
  committed: committed === undefined ? undefined : BigInt(committed),
});

describe('a reading of offsets', () => {
  it.each([
    ['the rest of what is committed', partition(0, 7, 2), undefined, 5],
    ['nothing once all is committed', partition(0, 7, 7), undefined, 0],
    ['nothing that is deleted', partition(4, 7, 2), undefined, 3],
    ['all of a topic made anew, from the earliest', partition(0, 3, 9), 'Earliest', 3],
    ['what is kept, from the earliest', partition(4, 7), 'Earliest', 3],
    ['nothing, from the latest', partition(4, 7), 'Latest', 0],
    ['nothing of an empty partition, whoever begins where', partition(7, 7), undefined, 0],
  ] as const)('counts %s', (_, offsets, reset, waiting) => {
    expect(sampleOf([offsets], { ...context, reset })).toMatchObject({ waiting });
  });

  it('is unknown where nobody knows where the consumers begin', () => {
    expect(() => sampleOf([partition(0, 1, 0), partition(0, 7)], context)).toThrow(
      'committed nothing for partition 0; say with autoOffsetReset',
    );
  });

  it.each([
    [1, 'topic orders has 1 partition'],
    [12, 'topic orders has 12 partitions'],
  ])('has work for no more instances than its %i partitions', (count, reason) => {
    const partitions = Array.from({ length: count }, () => partition(0, 1, 0));
    expect(sampleOf(partitions, context).mostInstances).toEqual({ count, reason });
  });

  it('splits what waits and what is in flight only where somebody says how many one holds', () => {
    expect(sampleOf([partition(0, 7, 2)], context)).not.toHaveProperty('unsplit');
    expect(sampleOf([partition(0, 7, 2)], { ...context, held: 50 })).toMatchObject({
      heldPerInstance: 50,
      unsplit: { waitingAtLeast: 0, restInFlight: true },
    });
  });

  it('is what came less what is done, never negative, whatever the offsets are', () => {
    const offset = fc.nat(1_000_000);
    const any = fc.record({ begin: offset, end: offset, committed: fc.option(offset, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), fc.constantFrom('Earliest', 'Latest'), (all, reset) => {
        const partitions = all.map(({ begin, end, committed }) =>
          partition(Math.min(begin, end), Math.max(begin, end), committed),
        );
        const {
          waiting,
          arrivedTotal = -1,
          completedTotal = -1,
        } = sampleOf(partitions, {
          ...context,
          reset,
        });
        expect(waiting).toBeGreaterThanOrEqual(0);
        expect(waiting).toBe(arrivedTotal - completedTotal);
      }),
    );
  });

  it('does not take a commit of a topic that was made anew for an empty one', () => {
    const anew = [partition(0, 4, 900)];
    expect(() => sampleOf(anew, { ...context, reset: undefined })).toThrow(
      'committed nothing for partition 0',
    );
    expect(sampleOf(anew, { ...context, reset: 'Earliest' }).waiting).toBe(4);
  });

  it('is unknown rather than wrong beyond what any count is', () => {
    expect(() => sampleOf([{ index: 0, begin: 0n, end: 2n ** 62n, committed: 0n }], context)).toThrow(
      'too large',
    );
  });
});
