import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BehaviorMemory, shape } from '../../../../src/core/demand/behavior.ts';
import {
  followLulls,
  isLulls,
  type Lulls,
  shareNeededAgain,
} from '../../../../src/core/demand/giving-back/lulls.ts';
import { type Extremes, keepLargest } from '../../../../src/core/demand/history.ts';
import { timingOf } from '../../../../src/core/demand/timing.ts';
import { aBehavior, T0 } from '../../../support/builders.ts';

const BRIEF_MS = 2_000;
const SOON_MS = 15_000;

/** Follows a need that is looked at every half second. */
function followed(needs: readonly number[]): Lulls | undefined {
  let past: Extremes = [];
  let lulls: Lulls | undefined;
  needs.forEach((need, k) => {
    const nowMs = T0 + k * 500;
    lulls = followLulls(lulls, past, { nowMs, need, briefMs: BRIEF_MS, soonMs: SOON_MS });
    past = keepLargest(past, [nowMs, need], SOON_MS);
  });
  return lulls;
}

const lasting = (seconds: number, need: number): readonly number[] =>
  new Array<number>(seconds * 2).fill(need);

describe('how long needs last', () => {
  it.each([
    ['a need that stays', lasting(60, 7), undefined],
    ['one that is back at once', [...lasting(5, 7), ...lasting(1, 3), ...lasting(5, 7)], undefined],
    ['one that is soon back', [...lasting(5, 7), ...lasting(6, 3), ...lasting(5, 7)], [4, 0]],
    ['a part of one that is', [...lasting(5, 7), ...lasting(6, 3), ...lasting(5, 5)], [2, 0]],
    ['one that is gone for long', [...lasting(5, 7), ...lasting(20, 3)], [0, 4]],
    ['one that comes back after long', [...lasting(5, 7), ...lasting(20, 3), ...lasting(5, 7)], [0, 4]],
  ])('counts the instances of %s', (_, needs, expected) => {
    expect(followed(needs)).toEqual(expected);
  });

  it('takes every need for one that comes back until some were seen to end', () => {
    expect(shareNeededAgain(undefined)).toBe(1);
  });

  it('forgets slowly', () => {
    const waves = [...lasting(5, 9), ...lasting(6, 3)];
    const slow = [...lasting(30, 9), ...lasting(30, 3)];
    const shareAfter = (n: number): number =>
      shareNeededAgain(followed([...waves, ...waves, ...waves, ...waves, ...new Array(n).fill(slow).flat()]));
    expect(shareAfter(0)).toBeGreaterThan(0.95);
    expect(shareAfter(1)).toBeGreaterThan(0.5);
    expect(shareAfter(30)).toBeLessThan(0.1);
  });

  it('counts no more instances than were needed, and says a share of them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (needs) => {
        const lulls = followed(needs);
        const share = shareNeededAgain(lulls);
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThanOrEqual(1);
        expect(lulls === undefined || isLulls(lulls)).toBe(true);
        const falls = needs.reduce((sum, need, k) => sum + Math.max(0, (needs[k - 1] ?? need) - need), 0);
        expect((lulls?.[0] ?? 0) + (lulls?.[1] ?? 0)).toBeLessThanOrEqual(falls);
      }),
    );
  });

  it.each([
    [[1, 2], true],
    [[0, 0], true],
    [[1], false],
    [[-1, 2], false],
    [['1', 2], false],
    [{ 0: 1, 1: 2 }, false],
    [[Number.NaN, 1], false],
  ])('reads %j back: %s', (raw, expected) => {
    expect(isLulls(raw)).toBe(expected);
  });
});

describe('giving back by worth', () => {
  const behavior = aBehavior();
  const timing = timingOf(behavior);
  const HOLDS = { holdMs: 3_000, leastHoldMs: 2_000 };

  function heldFor(memory: BehaviorMemory): number {
    let now = shape({ asked: 9, wanted: 9, need: 9, nowMs: T0, ...HOLDS }, memory, { behavior, timing });
    for (let ms = 100; ms < 10_000; ms += 100) {
      const input = { asked: 9, wanted: 2, need: 2, nowMs: T0 + ms, ...HOLDS };
      now = shape(input, now.memory, { behavior, timing });
      if (now.wanted < 9) return ms;
    }
    return Number.POSITIVE_INFINITY;
  }

  it.each([
    ['nothing is known', {}, 3_000],
    ['every need comes back', { lulls: [50, 0] }, 3_000],
    ['half of them do', { lulls: [48, 50] }, 2_500],
    ['none does', { lulls: [0, 1e6] }, 2_000],
  ] as const)('holds a lower need as long as that is worth where %s', (_, memory, expected) => {
    expect(Math.abs(heldFor(memory) - expected)).toBeLessThanOrEqual(100);
  });

  it.each([
    [{}, 'a lower need must last 3 s until it is known how long needs last here'],
    [
      { lulls: [18, 60] },
      'a lower need must last 2.3 s: of the instances that were needed no more 25 % (16 to 34 %) were needed again within 15 s',
    ],
  ] as const)('says which and why: %j', (memory: BehaviorMemory, expected) => {
    const needs = [T0 - 500, 9];
    const input = { asked: 9, wanted: 2, need: 2, nowMs: T0, ...HOLDS };
    const { steps } = shape(input, { ...memory, needs }, { behavior, timing });
    expect(steps).toEqual([{ rule: 'giveBack', before: 2, after: 9, reason: expected }]);
  });

  it('learns nothing of what only a longer window keeps in sight', () => {
    const scaleDown = { ...behavior.scaleDown, stabilizationWindowSeconds: 300 };
    const own = { ...behavior, scaleDown };
    let memory: BehaviorMemory = {};
    for (let ms = 0; ms < 120_000; ms += 1_000) {
      const need = ms < 20_000 ? 9 : 2;
      const input = { asked: 9, wanted: need, need, nowMs: T0 + ms, ...HOLDS };
      ({ memory } = shape(input, memory, { behavior: own, timing: timingOf(own) }));
    }
    expect(memory.lulls).toBeUndefined();
  });

  it('never holds for less than giveBackAfter, and never lets a larger need hold fewer', () => {
    const round = fc.record({ need: fc.nat(40), afterMs: fc.integer({ min: 100, max: 8_000 }) });
    fc.assert(
      fc.property(
        fc.array(round, { minLength: 1, maxLength: 40 }),
        fc.nat(40),
        fc.constantFrom(undefined, '5s' as const),
        (rounds, more, giveBackAfter) => {
          const own = aBehavior(giveBackAfter === undefined ? {} : { giveBackAfter });
          const of = { behavior: own, timing: timingOf(own) };
          const least = giveBackAfter === undefined ? HOLDS.leastHoldMs : 5_000;
          let memory: BehaviorMemory = {};
          let nowMs = T0;
          const seen: [number, number][] = [];
          for (const { need, afterMs } of rounds) {
            nowMs += afterMs;
            const ask = (n: number) => shape({ asked: 60, wanted: n, need: n, nowMs, ...HOLDS }, memory, of);
            const shaped = ask(need);
            expect(ask(need + more).wanted).toBeGreaterThanOrEqual(shaped.wanted);
            seen.push([nowMs, need]);
            const recent = seen.filter(([atMs]) => atMs > nowMs - least).map(([, n]) => n);
            if (seen.length < 16) expect(shaped.wanted).toBeGreaterThanOrEqual(Math.max(...recent));
            memory = shaped.memory;
          }
        },
      ),
    );
  });
});
