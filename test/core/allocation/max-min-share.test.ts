import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FreeCapacity } from '../../../src/core/allocation/free-capacity.ts';
import { divide, type Share } from '../../../src/core/allocation/max-min-share.ts';

const share = (name: string, over: Partial<Share> = {}): Share => ({
  name,
  cost: [1],
  weight: 1,
  base: 0,
  limit: 100,
  holds: 0,
  ...over,
});

/** All due at a level of 5/3, which bisection from 8/3 meets exactly. */
const HALFWAY = [
  { weight: 5, limit: 8 },
  { weight: 9, limit: 15 },
  { weight: 3, limit: 5 },
  { weight: 3, limit: 8 },
  { weight: 5, limit: 8 },
  { weight: 3, limit: 5 },
];

describe('shares among equals', () => {
  it.each([
    {
      name: 'all that fits when there is enough',
      room: 20,
      shares: [share('a', { limit: 5 }), share('b', { limit: 7 })],
      given: [5, 7],
    },
    {
      name: 'one what little it needs, and the other the rest',
      room: 8,
      shares: [share('a', { limit: 2 }), share('b', { limit: 10 })],
      given: [2, 6],
    },
    { name: 'two equals the same', room: 8, shares: [share('a'), share('b')], given: [4, 4] },
    { name: 'the odd slot to the first by name', room: 9, shares: [share('b'), share('a')], given: [4, 5] },
    {
      name: 'two odd slots by name',
      room: 11,
      shares: [share('c'), share('a'), share('b')],
      given: [3, 4, 4],
    },
    {
      name: 'the odd slot to the app that has it already',
      room: 9,
      shares: [share('a', { holds: 4 }), share('b', { holds: 5 })],
      given: [4, 5],
    },
    {
      name: 'no app more than one slot more than its equal',
      room: 9,
      shares: [share('a', { holds: 2 }), share('b', { holds: 7 })],
      given: [4, 5],
    },
    {
      name: 'slots in proportion to the weights',
      room: 8,
      shares: [share('a'), share('b', { weight: 3 })],
      given: [2, 6],
    },
    {
      name: 'slots in proportion to the weights, those that they have included',
      room: 8,
      shares: [share('a', { base: 2 }), share('b', { weight: 3, base: 0 })],
      given: [0, 8],
    },
    {
      name: 'an app of weight 0 what the others leave',
      room: 8,
      shares: [share('a', { weight: 0 }), share('b', { limit: 5 })],
      given: [3, 5],
    },
    { name: 'nothing of a budget of nothing', room: 0, shares: [share('a'), share('b')], given: [0, 0] },
    {
      name: 'nothing of a budget that is overdrawn',
      room: -3,
      shares: [share('a'), share('b')],
      given: [0, 0],
    },
    { name: 'a single app all', room: 3, shares: [share('a')], given: [3] },
  ])('give $name', ({ room, shares, given }) => {
    expect(divide(new FreeCapacity([room]), shares)).toEqual(given);
  });

  it('never give one slot more because another slot came free elsewhere (house monotone)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), limit: fc.nat(20) }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.nat(60),
        (terms, room) => {
          const shares = terms.map((t, i) => share(`s${i}`, t));
          const fewer = divide(new FreeCapacity([room]), shares);
          const more = divide(new FreeCapacity([room + 1]), shares);
          more.forEach((n, i) => {
            expect(n).toBeGreaterThanOrEqual(fewer[i]!);
          });
        },
      ),
      { numRuns: 2_000, examples: [[HALFWAY, 44]] },
    );
  });

  it('use all the room or meet all the limits, and take what they give', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            weight: fc.double({ min: 0.1, max: 9, noNaN: true }),
            limit: fc.nat(20),
            base: fc.nat(3),
            holds: fc.nat(9),
          }),
          { maxLength: 6 },
        ),
        fc.nat(60),
        (terms, slots) => {
          const room = new FreeCapacity([slots]);
          const given = divide(
            room,
            terms.map((t, i) => share(`s${i}`, t)),
          );
          const sum = given.reduce((a, b) => a + b, 0);
          expect(sum).toBe(
            Math.min(
              slots,
              terms.reduce((a, { limit }) => a + limit, 0),
            ),
          );
          expect(room.free[0]).toBe(slots - sum);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('differ by one at most among equals that want more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.nat(60),
        fc.array(fc.nat(30), { minLength: 6, maxLength: 6 }),
        (n, slots, holds) => {
          const given = divide(
            new FreeCapacity([slots]),
            Array.from({ length: n }, (_, i) => share(`s${i}`, { holds: holds[i] ?? 0 })),
          );
          expect(Math.max(...given) - Math.min(...given)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  describe('in several resources', () => {
    const big = share('big', { cost: [2, 100] });
    const small = share('small', { cost: [0.5, 100] });

    it.each([
      // at three each 7.5 cpus are used; the half that is left is one small instance
      { name: 'shares rise together until one no longer fits', room: [8, 10_000], given: [3, 4] },
      { name: 'shares end where any resource ends', room: [1_000, 500], given: [3, 2] },
      {
        name: 'what is left goes to the small app when the big one does not fit',
        room: [1.5, 10_000],
        given: [0, 3],
      },
    ])('$name', ({ room, given }) => {
      expect(divide(new FreeCapacity(room), [big, small])).toEqual(given);
    });

    it('are not spoilt by fractions', () => {
      const tenth = share('t', { cost: [0.1] });
      expect(divide(new FreeCapacity([0.3]), [tenth])).toEqual([3]);
      expect(divide(new FreeCapacity([0.7]), [tenth, share('u', { cost: [0.1] })])).toEqual([4, 3]);
    });
  });
});
