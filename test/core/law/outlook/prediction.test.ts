import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Outlook, predictExcess } from '../../../../src/core/law/outlook/prediction.ts';
import { T0 } from '../../../support/builders.ts';

const now: Outlook = {
  backlog: 102,
  arrivals: 20,
  service: 5,
  perInstance: 1,
  ready: 2,
  pending: [],
  nowMs: T0,
  deadTimeS: 2,
  leadS: 3,
};

describe('the queue after the lead time', () => {
  it.each([
    // 102 + 20·3 - 5·(2·3), of which 2 are worked on
    { name: 'is what comes less what is served', over: {}, excess: 130 },
    // one asked for now serves 3 - 2 = 1 s of the three: 5 fewer, and one that it works on
    { name: 'is shorter by what a new instance serves', over: { pending: [[T0, 1]] }, excess: 124 },
    // asked for 1.5 s ago it needs 0.5 s more and serves 2.5 s: 12.5 + 1 fewer each
    {
      name: 'is shorter by what one asked for earlier serves for longer',
      over: { pending: [[T0 - 1_500, 2]] },
      excess: 103,
    },
    // overdue: it may serve at any moment
    { name: 'counts on an overdue instance at once', over: { pending: [[T0 - 4_000, 1]] }, excess: 114 },
    // later than 3·2 + 5 s: lost
    { name: 'does not count on one long overdue', over: { pending: [[T0 - 11_001, 1]] }, excess: 130 },
    { name: 'is the same where none comes in time', over: { leadS: 1, pending: [[T0, 9]] }, excess: 110 },
    // four messages for each: 8 of the 102 are worked on
    { name: 'is what nobody has room for', over: { perInstance: 4 }, excess: 102 + 30 - 8 },
    // 5·20 instances would do 300: it is empty after 82/80 s, and then 20/5 = 4 of the 20 work
    {
      name: 'is below nothing by those who are idle',
      over: { ready: 20, leadS: 60 },
      excess: 4 - 20,
    },
    // slow work: 60 instances take 60 of the 102 messages, and do 0.1·60 a second
    {
      name: 'is short as soon as enough have begun, long before any is done',
      over: { service: 0.1, arrivals: 5, pending: [[T0 - 1_900, 58]] },
      excess: 102 + 15 - 0.1 * (2 * 3 + 58 * 2.9) - 60,
    },
  ] as const)('$name', ({ over, excess }) => {
    expect(predictExcess({ ...now, ...over })).toBeCloseTo(excess, 6);
  });

  it.each([
    // 102 + 20·5 - 5·(2·1 + 3·4), of which 3 are worked on
    {
      name: 'those that have begun to serve since',
      readyBefore: [T0 - 60_000, 2, T0 - 1_000, 3],
      pending: [],
      excess: 129,
    },
    // 102 + 20·5 - 5·(4·1 + 3·4), of which 3 are worked on
    {
      name: 'those that have gone since',
      readyBefore: [T0 - 60_000, 4, T0 - 1_000, 3],
      pending: [],
      excess: 119,
    },
    // asked for 1 s ago it serves in 1 s: 5·2 fewer, and one that it works on
    {
      name: 'those that are still to come',
      readyBefore: [T0 - 60_000, 3],
      pending: [[T0 - 1_000, 1]],
      excess: 113,
    },
    // overdue, and yet it did not serve in the 2 s since the count: 5·3 fewer, and one that it works on
    {
      name: 'those that are overdue',
      readyBefore: [T0 - 60_000, 3],
      pending: [[T0 - 5_000, 1]],
      excess: 108,
    },
  ] as const)('follows a count of 2 s ago from its own time: $name', ({ readyBefore, pending, excess }) => {
    const late = { ready: 3, readyBefore, pending, trueAtMs: T0 - 2_000, leadS: 5 };
    expect(predictExcess({ ...now, ...late })).toBeCloseTo(excess, 6);
  });

  it('is what a walk in small steps comes to, whoever is busy', () => {
    fc.assert(
      fc.property(
        fc.record({
          backlog: fc.integer({ min: 0, max: 60 }),
          arrivals: fc.double({ min: 0, max: 30, noNaN: true }),
          service: fc.double({ min: 0.05, max: 5, noNaN: true }),
          perInstance: fc.integer({ min: 1, max: 4 }),
          ready: fc.integer({ min: 0, max: 20 }),
          askedAgoS: fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 3 }),
        }),
        ({ askedAgoS, ...over }) => {
          const pending = askedAgoS
            .toSorted((a, b) => b - a)
            .map((agoS) => [T0 - Math.round(agoS * 1_000), 3] as const);
          const outlook = { ...now, ...over, pending };
          expect(predictExcess(outlook)).toBeCloseTo(walked(outlook), 0);
        },
      ),
      { numRuns: 200 },
    );
  });

  /** The same in steps of a millisecond: no more work than there is, no more than who serve by then. */
  function walked({
    backlog,
    arrivals,
    service,
    perInstance,
    ready,
    pending,
    leadS,
    deadTimeS,
  }: Outlook): number {
    let there = backlog;
    const readyAt = (atS: number): number =>
      pending.reduce(
        (sum, [askedMs, n]) => sum + (askedMs - T0 + deadTimeS * 1_000 <= atS * 1_000 ? n : 0),
        ready,
      );
    for (let ms = 0; ms < leadS * 1_000; ms++) {
      const busy = Math.min(readyAt(ms / 1_000), there / perInstance);
      there += (arrivals - service * busy) / 1_000;
    }
    return there - readyAt(leadS) * perInstance;
  }
});
