import { describe, expect, it } from 'vitest';
import { averageLevel, total } from '../../../../src/core/demand/history.ts';
import {
  expectedWarmUpMs,
  followWarmUp,
  isWarmUp,
  resumedWarmUp,
  type WarmUpMemory,
  warming,
  warmUpMarginMs,
  warmUpMs,
} from '../../../../src/core/demand/launches/warm-up.ts';
import { T0 } from '../../../support/builders.ts';

/** Seconds, instances that run, messages that wait, instances that hold one; without the last two nobody tells. */
type Row = readonly [atS: number, running: number, waiting?: number, working?: number];

function follow(rows: readonly Row[], from?: WarmUpMemory): WarmUpMemory {
  let memory = from;
  for (const [atS, running, waiting, working] of rows) {
    const nowMs = T0 + atS * 1000;
    const work = waiting === undefined ? undefined : { atMs: nowMs, waiting, working: working ?? 0 };
    memory = followWarmUp(memory, { running, before: [nowMs, running], nowMs, work });
  }
  if (memory === undefined) throw new Error('no rows');
  return memory;
}

/** A count every half second, `fresh` more run from 1 s on and work from `worksAtS` on. */
function launch(worksAtS: number, fresh: number, untilS: number): readonly Row[] {
  return Array.from({ length: untilS * 2 + 1 }, (_, i): Row => {
    const atS = i / 2;
    return [atS, atS < 1 ? 2 : 2 + fresh, 90, atS < worksAtS ? 2 : 2 + fresh];
  });
}

describe('the time from running to the first message', () => {
  it.each([
    { name: 'is nothing where the first count finds them at work', rows: launch(1.5, 3, 4), ms: 0, seen: 3 },
    { name: 'ends between two counts', rows: launch(4, 3, 8), ms: 2_750, seen: 3 },
    {
      name: 'is learned of the one that has run longest first',
      rows: [
        [0, 1, 50, 1],
        [1, 2, 50, 1],
        [2, 3, 50, 1],
        [3, 3, 50, 1],
        [4, 3, 50, 2],
        [5, 3, 50, 3],
      ] satisfies readonly Row[],
      ms: 2_500,
      seen: 2,
    },
    {
      name: 'is not learned where there was not a message for each of them',
      rows: [
        [0, 1, 50, 1],
        [1, 3, 50, 1],
        [2, 3, 1, 1],
        [3, 3, 50, 1],
        [4, 3, 50, 3],
      ] satisfies readonly Row[],
      ms: 0,
      seen: 0,
    },
    {
      name: 'is not learned where nobody told for too long',
      rows: [
        [0, 1, 50, 1],
        [1, 3, 50, 1],
        [2, 3, 50, 1],
        [6, 3],
        [9, 3, 50, 3],
      ] satisfies readonly Row[],
      ms: 0,
      seen: 0,
    },
    {
      name: 'is not learned of those that were taken away',
      rows: [
        [0, 1, 50, 1],
        [1, 3, 50, 1],
        [2, 3, 50, 1],
        [3, 1, 50, 1],
        [4, 1, 50, 1],
      ] satisfies readonly Row[],
      ms: 0,
      seen: 0,
    },
    {
      name: 'of those that were there at the first look is not known',
      rows: [
        [0, 5, 50, 2],
        [4, 5, 50, 5],
      ] satisfies readonly Row[],
      ms: 0,
      seen: 0,
    },
  ])('$name', ({ rows, ms, seen }) => {
    expect(follow(rows)).toMatchObject({ ms, seen });
  });

  it('counts one of ten for between two messages, not for warming up', () => {
    const memory = follow([
      [0, 10, 90, 10],
      [1, 14, 90, 10],
      [2, 14, 90, 13],
    ]);
    expect(memory.fresh).toEqual([]);
  });
});

describe('who runs and does not serve yet', () => {
  const learned = follow(launch(4, 3, 8));

  it('is who was seen without a message while there were enough', () => {
    const memory = follow(launch(60, 3, 20));
    expect(total(warming(memory, T0 + 20_000))).toBe(3);
    expect(memory.serving.at(-1)).toBe(2);
  });

  it('is who runs for less long than others took, also where nobody tells', () => {
    const usualMs = warmUpMs(learned);
    const memory = follow([[9, 6]], learned);
    expect(usualMs).toBeCloseTo((2_750 * 3) / 4);
    expect(total(warming(memory, T0 + 9_000 + usualMs - 1))).toBe(1);
    expect(total(warming(memory, T0 + 9_000 + usualMs))).toBe(0);
  });

  describe('before anybody was seen at work', () => {
    const idle = follow([
      [0, 1, 20, 1],
      [1, 3, 25, 1],
      [2, 3, 30, 1],
      [4, 3, 31, 1],
    ]);

    it('takes as long again as those that were seen without a message', () => {
      expect(expectedWarmUpMs(idle)).toBe(2 * 3_000);
      const blind = follow([[5, 5]], idle);
      expect(total(warming(blind, T0 + 6_999))).toBe(4);
      expect(total(warming(blind, T0 + 7_000))).toBe(2);
      expect(total(warming(blind, T0 + 11_000))).toBe(0);
    });

    it('takes no less than an unknown start does', () => {
      const once = follow([
        [0, 1, 20, 1],
        [1, 3, 25, 1],
        [1.5, 3, 30, 1],
      ]);
      expect(expectedWarmUpMs(once)).toBe(2_000);
    });

    it('takes no time where nobody was seen to run without a message', () => {
      expect(
        expectedWarmUpMs(
          follow([
            [0, 1, 20, 1],
            [1, 3],
          ]),
        ),
      ).toBe(0);
    });
  });

  it('never served, if the first count finds it without a message', () => {
    const { serving } = follow([
      [0, 1, 20, 1],
      [1, 3, 25, 1],
      [2, 3, 30, 1],
    ]);
    expect(averageLevel(serving, T0, T0 + 2_000)).toBe(1);
  });

  it('served all the time, if the first count finds it at work', () => {
    const { serving } = follow([
      [0, 1, 20, 1],
      [1, 3, 25, 1],
      [2, 3, 30, 3],
    ]);
    expect(averageLevel(serving, T0, T0 + 2_000)).toBe(2);
  });

  it('is nobody any more after two minutes', () => {
    expect(warming(follow([...launch(60, 3, 8), [121, 5]]), T0 + 121_000)).toEqual([]);
  });

  it('is nobody of those that run when the process begins, whatever is remembered', () => {
    const memory = follow([[20, 4, 50, 4]], resumedWarmUp(learned));
    expect(memory).toMatchObject({ ms: learned.ms, seen: learned.seen, fresh: [], running: 4 });
  });
});

it('a memory is read back only where it is one', () => {
  const memory = follow(launch(4, 3, 8));
  expect(isWarmUp(JSON.parse(JSON.stringify(memory)))).toBe(true);
  expect(isWarmUp({ ...memory, fresh: [['a', 1]] })).toBe(false);
  expect(isWarmUp({ ...memory, ms: -1 })).toBe(false);
  expect(isWarmUp({ ...memory, running: undefined })).toBe(false);
});

describe('how far off that time may be', () => {
  function oneByOne(times: readonly number[]): WarmUpMemory {
    let memory = follow([[0, 2, 90, 2]]);
    for (const worksAtS of times)
      memory = follow(launch(worksAtS, 1, worksAtS + 2), { ...memory, running: 2, serving: [] });
    return memory;
  }

  it('is more the more the instances differ, and less the more were seen', () => {
    const few = oneByOne([4, 4]);
    const many = oneByOne([4, 4, 4, 4, 4, 4, 4, 4]);
    const unlike = oneByOne([2, 6, 2, 6, 2, 6, 2, 6]);
    expect(warmUpMarginMs(many)).toBeLessThan(0.5 * warmUpMarginMs(few));
    expect(warmUpMarginMs(unlike)).toBeGreaterThan(2 * warmUpMarginMs(many));
    // The counts are half a second apart: it is anywhere in a quarter of a second either way.
    expect(Math.sqrt(many.variance ?? 0)).toBeCloseTo(250 / Math.sqrt(3));
  });

  it('is as much as the time itself where nobody remembers how much they differed', () => {
    const { variance: _lost, ...old } = resumedWarmUp({ ms: 3_000, seen: 9, variance: 10_000 });
    expect(isWarmUp(old)).toBe(true);
    expect(warmUpMarginMs(old)).toBeGreaterThan(2_000);
    expect(warmUpMarginMs({ ...old, variance: 10_000 })).toBeLessThan(500);
  });
});
