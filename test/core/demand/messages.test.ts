import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countFigures, countText, messagesOf } from '../../../src/core/demand/messages.ts';
import type { MetricSample } from '../../../src/core/observation.ts';
import { aSample } from '../../support/builders.ts';

const unsplit = (over: Partial<MetricSample['unsplit']> = {}): Partial<MetricSample> => ({
  unsplit: { waitingAtLeast: 0, restInFlight: true, ...over },
  heldPerInstance: 1,
});

describe('messages of a reading', () => {
  it.each<{
    name: string;
    sample: Partial<MetricSample>;
    value: number;
    is: readonly [number, number | undefined];
  }>([
    // in flight = min(count, n·c), waiting = count - in flight (docs/design/law.md#what-a-queue-count-is-made-of)
    { name: 'a total is split by what instances may hold', sample: unsplit(), value: 100, is: [92, 8] },
    { name: 'no more is in flight than there is', sample: unsplit(), value: 5, is: [0, 5] },
    {
      name: 'an instance that may hold several has several in flight',
      sample: { ...unsplit(), heldPerInstance: 4 },
      value: 100,
      is: [68, 32],
    },
    {
      name: 'at least as many messages wait as were seen',
      sample: unsplit({ waitingAtLeast: 32 }),
      value: 35,
      is: [32, 3],
    },
    {
      name: 'what was seen changes nothing on a long queue',
      sample: unsplit({ waitingAtLeast: 32 }),
      value: 500,
      is: [492, 8],
    },
    {
      name: 'a rest that may be anywhere is not in flight',
      sample: unsplit({ waitingAtLeast: 32, restInFlight: false }),
      value: 100,
      is: [92, undefined],
    },
    {
      name: 'a split count is believed',
      sample: { inFlight: 4, heldPerInstance: 1 },
      value: 20,
      is: [20, 4],
    },
    // 14 are invisible, and eight instances hold one each: six are delayed or somebody else's
    {
      name: 'no more is in flight than our instances may hold',
      sample: { inFlight: 14, heldPerInstance: 1 },
      value: 20,
      is: [20, 8],
    },
    {
      name: 'all that a source tells is in flight where nobody says how many an instance holds',
      sample: { inFlight: 140 },
      value: 20,
      is: [20, 140],
    },
    { name: 'a plain count is what waits', sample: {}, value: 7, is: [7, undefined] },
  ])('$name', ({ sample, value, is }) => {
    const { waiting, inFlight } = messagesOf(aSample(value, sample), 8);
    expect([waiting, inFlight]).toEqual(is);
  });

  it.each([
    ['beyond one for each instance', { inFlight: 140 }, 132],
    ['not where each holds one', { inFlight: 8 }, 0],
    ['not where the policy says how many one holds', { inFlight: 30, heldPerInstance: 4 }, 0],
    ['not where nobody tells what is in flight', {}, 0],
  ])('messages are fetched ahead %s', (_, sample, fetchedAhead) => {
    expect(messagesOf(aSample(20, sample), 8).fetchedAhead).toBe(fetchedAhead);
  });

  it('an age is passed on, and never negative', () => {
    expect(messagesOf(aSample(5, { oldestAgeMs: 4_000 }), 1).oldestAgeMs).toBe(4_000);
    expect(messagesOf(aSample(5, { oldestAgeMs: -4_000 }), 1).oldestAgeMs).toBe(0);
    expect(messagesOf(aSample(5), 1).oldestAgeMs).toBeUndefined();
  });

  it('an unsplit count is never split into more than it is', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(20), fc.boolean(), (value, seen, ready, restInFlight) => {
        const sample = aSample(value, unsplit({ waitingAtLeast: seen, restInFlight }));
        const { waiting, inFlight = 0 } = messagesOf(sample, ready);
        expect(waiting).toBeGreaterThanOrEqual(0);
        expect(inFlight).toBeGreaterThanOrEqual(0);
        expect(waiting + inFlight).toBeLessThanOrEqual(value);
      }),
    );
  });
});

describe('how far a split may be off', () => {
  it.each([
    {
      name: 'is what is taken for in flight, which may wait',
      sample: unsplit(),
      value: 100,
      margin: 8,
      text: '92 ± 8',
    },
    {
      name: 'is nothing where a source splits its count',
      sample: { inFlight: 4 },
      value: 20,
      margin: 0,
      text: '20',
    },
    {
      name: 'is nothing where the source saw all that wait',
      sample: unsplit({ waitingAtLeast: 20 }),
      value: 20,
      margin: 0,
      text: '20',
    },
  ])('$name', ({ sample, value, margin, text }) => {
    const messages = messagesOf(aSample(value, sample), 8);
    expect(messages.splitMargin).toBe(margin);
    expect(countText(messages)).toBe(text);
    expect(countFigures(messages)).toEqual({
      waiting: messages.waiting,
      ...(margin > 0 && { splitMargin: margin }),
    });
  });
});
