import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BehaviorMemory, isBehavior, shape } from '../../../../src/core/demand/behavior.ts';
import type { FallWorth } from '../../../../src/core/demand/giving-back/idle.ts';
import { timingOf } from '../../../../src/core/demand/timing.ts';
import { aBehavior, T0 } from '../../../support/builders.ts';

const worth: FallWorth = { instanceS: 16, nextS: 1 };

/** What is asked for, looked at every half second, the count following at once. */
function counts(start: number, wishes: readonly number[], fallWorth: FallWorth = worth): readonly number[] {
  const behavior = aBehavior();
  const timing = timingOf(behavior);
  let memory: BehaviorMemory = {};
  let asked = start;
  return wishes.map((wanted, k) => {
    const input = { asked, wanted, need: wanted, holdMs: 0, fallWorth, nowMs: T0 + k * 500 };
    const shaped = shape(input, memory, { behavior, timing });
    // A round between two operators, or after a restart, finds it as JSON.
    memory = JSON.parse(JSON.stringify(shaped.memory)) as BehaviorMemory;
    expect(isBehavior(memory)).toBe(true);
    asked = shaped.wanted;
    return asked;
  });
}

const lasting = (rounds: number, wanted: number): readonly number[] => new Array<number>(rounds).fill(wanted);
const firstFall = (start: number, wanted: number): number =>
  counts(start, lasting(100, wanted)).findIndex((n) => n < start);

describe('a fall', () => {
  it.each([
    { fewer: 16, afterS: 0 },
    { fewer: 8, afterS: 1 },
    { fewer: 4, afterS: 3 },
    { fewer: 2, afterS: 7 },
    { fewer: 1, afterS: 15 },
  ])('of $fewer of 40 waits for $afterS s', ({ fewer, afterS }) => {
    expect(firstFall(40, 40 - fewer) * 0.5).toBe(afterS);
  });

  it('of one of two is made at once', () => {
    expect(counts(2, [1], { instanceS: 0.8, nextS: 1 })).toEqual([1]);
  });

  it('takes along those that are needed no more meanwhile', () => {
    // 2·2.5 s and 7·0.5 s are too few, 7·1 s more are enough
    const got = counts(40, [...lasting(6, 38), ...lasting(3, 33)]);
    expect(got).toEqual([...lasting(7, 40), 33, 33]);
  });

  it('waits anew where all were needed again', () => {
    expect(counts(40, [...lasting(14, 38), 40, ...lasting(14, 38), 38])).toEqual([...lasting(29, 40), 38]);
  });

  it('waits anew after each change', () => {
    expect(counts(40, [...lasting(15, 38), ...lasting(16, 36)])).toEqual([
      ...lasting(14, 40),
      ...lasting(15, 38),
      36,
      36,
    ]);
  });

  it('stays worth a change until it is made, however long that takes', () => {
    const behavior = aBehavior();
    let memory: BehaviorMemory = {};
    // Nobody acts: the count stays.
    const wanted = lasting(60, 38).map((wish, k) => {
      const input = { asked: 40, wanted: wish, need: wish, holdMs: 0, fallWorth: worth, nowMs: T0 + k * 500 };
      const shaped = shape(input, memory, { behavior, timing: timingOf(behavior) });
      memory = shaped.memory;
      return shaped.wanted;
    });
    expect(wanted).toEqual([...lasting(14, 40), ...lasting(46, 38)]);
  });

  it('counts those alone that may go', () => {
    const behavior = aBehavior();
    const shapeTo = (least: number) => {
      const input = { asked: 40, wanted: 20, need: 20, least, holdMs: 0, fallWorth: worth, nowMs: T0 };
      return shape(input, {}, { behavior, timing: timingOf(behavior) });
    };
    expect(shapeTo(39)).toMatchObject({ wanted: 40, memory: { idle: [T0, 0, 40] } });
    expect(shapeTo(39).steps.at(-1)?.reason).toMatch(/^1 fewer is worth/);
    // It is its least that keeps it, and is to be named for that.
    expect(shapeTo(40)).toMatchObject({ wanted: 20, steps: [], limitedBy: undefined });
  });

  it('is made at once where it need not be worth anything', () => {
    expect(counts(40, [39, 38], { instanceS: 0, nextS: 0 })).toEqual([39, 38]);
  });

  it('says what it waits for', () => {
    const behavior = aBehavior();
    const input = { asked: 40, wanted: 38, need: 38, holdMs: 0, fallWorth: worth, nowMs: T0 };
    const { steps, limitedBy, wanted } = shape(input, {}, { behavior, timing: timingOf(behavior) });
    expect(wanted).toBe(40);
    expect(limitedBy).toBe('behavior');
    expect(steps).toEqual([
      {
        rule: 'giveBack',
        before: 38,
        after: 40,
        reason: '2 fewer are worth a change once 16 instance-seconds were idle',
      },
    ]);
  });

  it('says how many changes make it wait for so much', () => {
    const behavior = aBehavior();
    const fallWorth = { ...worth, changesPerMin: 9.04 };
    const input = { asked: 40, wanted: 38, need: 38, holdMs: 0, fallWorth, nowMs: T0 };
    const { steps } = shape(input, {}, { behavior, timing: timingOf(behavior) });
    expect(steps.at(-1)?.reason).toMatch(/ 16 instance-seconds were idle, after 9 changes a minute lately$/);
  });

  it('never makes a rise wait, and no larger wish fall further', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 60 }), fc.nat(20), (wishes, more) => {
        const got = counts(30, wishes);
        let asked = 30;
        got.forEach((n, k) => {
          const wish = wishes[k] ?? 0;
          expect(n).toBeGreaterThanOrEqual(Math.min(asked, wish));
          if (wish >= asked) expect(n).toBe(wish);
          asked = n;
        });
        const last = wishes.at(-1) ?? 0;
        const higher = counts(30, [...wishes.slice(0, -1), last + more]);
        expect(higher.at(-1)).toBeGreaterThanOrEqual(got.at(-1) ?? 0);
      }),
    );
  });
});
