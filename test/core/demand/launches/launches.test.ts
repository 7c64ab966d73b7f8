import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { total } from '../../../../src/core/demand/history.ts';
import {
  deadTimeOf,
  expectedAsks,
  followLaunches,
  isLaunches,
  type LaunchMemory,
  launchQuantileMs,
  launchTimesOf,
  serving,
} from '../../../../src/core/demand/launches/launches.ts';
import type { TaskObservation } from '../../../../src/core/observation.ts';
import { observed, T0 } from '../../../support/builders.ts';

/** Follows rows of (seconds, asked, ready). */
function follow(rows: readonly (readonly [number, number, number])[], startupMs?: number): LaunchMemory {
  let memory: LaunchMemory | undefined;
  for (const [atS, asked, ready] of rows)
    memory = followLaunches(memory, { asked, ready, nowMs: T0 + atS * 1000 }, startupMs);
  if (memory === undefined) throw new Error('no rows');
  return memory;
}

describe('launches', () => {
  it('begin with a guess: two seconds, or the startup time of the policy', () => {
    expect(follow([[0, 5, 5]]).deadTimeMs).toBe(2_000);
    expect(follow([[0, 5, 5]], 7_000).deadTimeMs).toBe(7_000);
  });

  it('take at least as long as the oldest has been waited for, until one is ready', () => {
    const waited = follow([
      [0, 1, 1],
      [1, 2, 1],
    ]);
    expect(deadTimeOf(waited, T0 + 2_000)).toBe(2_000);
    expect(deadTimeOf(waited, T0 + 9_000)).toBe(8_000);
    // longer than 4·2 + 5 s is trouble of its own
    expect(deadTimeOf(waited, T0 + 99_000)).toBe(13_000);
    const known = followLaunches(waited, { asked: 3, ready: 2, nowMs: T0 + 4_000 }, undefined);
    expect(deadTimeOf(known, T0 + 99_000)).toBe(3_000);
  });

  it.each([
    {
      name: 'one launch',
      rows: [
        [0, 1, 1],
        [1, 2, 1],
        [5, 2, 2],
      ],
      deadTimeMs: 4_000,
    },
    // the older of two asks becomes ready first: 3 s, then 4 s
    {
      name: 'launches count in the order in which they were asked for',
      rows: [
        [0, 1, 1],
        [1, 2, 1],
        [2, 3, 1],
        [4, 3, 2],
        [6, 3, 3],
      ],
      deadTimeMs: 3_500,
    },
    {
      name: 'several launches at once count each',
      rows: [
        [0, 0, 0],
        [1, 4, 0],
        [3, 4, 4],
      ],
      deadTimeMs: 2_000,
    },
    // what is given up before it serves was the youngest and teaches nothing
    {
      name: 'launches that were given up do not count',
      rows: [
        [0, 1, 1],
        [1, 2, 1],
        [9, 3, 1],
        [10, 2, 1],
        [11, 2, 2],
      ],
      deadTimeMs: 10_000,
    },
    {
      name: 'instances that were there already do not count',
      rows: [
        [0, 5, 5],
        [9, 4, 4],
      ],
      deadTimeMs: 2_000,
    },
    // an instance died at 5 and was replaced by 8
    {
      name: 'replacements count too',
      rows: [
        [0, 3, 3],
        [5, 3, 2],
        [8, 3, 3],
      ],
      deadTimeMs: 3_000,
    },
  ] as const)('teach the dead time: $name', ({ rows, deadTimeMs }) => {
    expect(follow(rows).deadTimeMs).toBeCloseTo(deadTimeMs, 6);
  });

  it('keep one entry per pending instance, with when it was asked for', () => {
    expect(
      follow([
        [0, 1, 1],
        [1, 3, 1],
        [2, 4, 1],
      ]).asks,
    ).toEqual([
      [T0 + 1_000, 2],
      [T0 + 2_000, 1],
    ]);
    expect(follow([[0, 5, 2]]).asks).toEqual([[T0, 3]]);
  });

  it('do not take one that hung for the rule', () => {
    // 600 s late counts as 4·2 s + 5 s
    expect(
      follow([
        [0, 1, 1],
        [1, 2, 1],
        [601, 2, 2],
      ]).deadTimeMs,
    ).toBe(13_000);
  });

  it('follow a change of the dead time', () => {
    let memory = follow([[0, 0, 0]]);
    for (let k = 1; k <= 60; k++) {
      const askedAtMs = T0 + k * 20_000;
      memory = followLaunches(memory, { asked: k, ready: k - 1, nowMs: askedAtMs }, undefined);
      memory = followLaunches(
        memory,
        { asked: k, ready: k, nowMs: askedAtMs + (k < 30 ? 2_000 : 6_000) },
        undefined,
      );
    }
    expect(memory.deadTimeMs).toBeGreaterThan(5_600);
    expect(memory.deadTimeMs).toBeLessThan(6_000);
  });

  it('stay the same object while nothing happens', () => {
    const memory = follow([[0, 5, 3]]);
    expect(followLaunches(memory, { asked: 5, ready: 3, nowMs: T0 + 500 }, undefined)).toBe(memory);
  });

  it('count as many pending as there are, whatever happens', () => {
    let memory: LaunchMemory | undefined;
    for (let k = 0; k < 300; k++) {
      const asked = (k * 7) % 13;
      const ready = (k * 5) % 11;
      memory = followLaunches(memory, { asked, ready, nowMs: T0 + k * 500 }, undefined);
      expect(total(memory.asks)).toBe(Math.max(0, asked - ready));
    }
  });
});

describe('instances that serve', () => {
  const task = (
    startedAgoMs: number | undefined,
    phase: TaskObservation['phase'] = 'running',
  ): TaskObservation => ({
    id: `t${startedAgoMs}`,
    phase,
    ...(startedAgoMs !== undefined && { startedAtMs: T0 - startedAgoMs }),
  });
  const tasks = [task(100), task(5_000), task(60_000), task(undefined), task(60_000, 'killing')];

  it.each([
    { name: 'are the scheduler’s without a startup time', startupMs: undefined, health: false, serving: 4 },
    { name: 'have run for the startup time', startupMs: 5_000, health: false, serving: 3 },
    {
      name: 'are the healthy ones where there are health checks',
      startupMs: 5_000,
      health: true,
      serving: 4,
    },
  ])('$name', ({ startupMs, health, serving: expected }) => {
    const app = observed(5, { running: 4, ready: 4, tasks, hasHealthChecks: health });
    expect(serving(app, startupMs, T0)).toBe(expected);
  });
});

describe('launches that take longer than the mean', () => {
  const took = [2_000, 2_000, 2_000, 12_000, 14_000];
  const pending = (asks: LaunchMemory['asks']): LaunchMemory => ({
    ready: [],
    asks,
    deadTimeMs: 6_400,
    seen: 5,
    took,
  });

  it('are remembered, the latest sixteen', () => {
    const memory = follow([
      [0, 1, 1],
      [1, 2, 1],
      [5, 2, 2],
      [6, 3, 2],
      [8, 3, 3],
    ]);
    expect(memory.took).toEqual([4_000, 2_000]);
    let many = memory;
    for (let k = 4; k < 40; k++) {
      many = followLaunches(many, { asked: k, ready: k - 1, nowMs: T0 + k * 10_000 }, undefined);
      many = followLaunches(many, { asked: k, ready: k, nowMs: T0 + k * 10_000 + 3_000 }, undefined);
    }
    expect(many.took).toEqual(new Array(16).fill(3_000));
  });

  it.each([
    [0, 0.5, 2_000],
    [0, 0.9, 14_000],
    [2_000, 0.5, 14_000],
    [2_000, 0, 12_000],
    [13_000, 0.5, 14_000],
    [14_000, 0.5, undefined],
  ])('of those longer than %d ms the quantile %d is %d', (longerMs, share, expected) => {
    expect(launchQuantileMs(took, longerMs, share)).toBe(expected);
  });

  it('are told as the median and what nine in ten did not exceed, with how many there were', () => {
    expect(launchTimesOf(follow([[0, 5, 5]]))).toBeUndefined();
    const rows = Array.from({ length: 20 }, (_, i): readonly (readonly [number, number, number])[] => [
      [60 * i, i + 1, i],
      [60 * i + (i % 4 === 3 ? 20 : 2), i + 1, i + 1],
    ]).flat();
    const memory = follow(rows);
    expect(launchTimesOf(memory)).toEqual({ medianMs: 2_000, mostMs: 20_000, launches: 16 });
    expect(launchTimesOf(memory)).toBe(launchTimesOf({ ...memory, asks: [] }));
  });

  it.each([
    ['that are no later than the mean', 6_000, 0],
    ['that are later, with those that were as late', 7_000, 14_000 - 6_400],
    ['that are later than any was', 20_000, 0],
  ])('are expected as they were asked for, but for those %s', (_, ageMs, laterMs) => {
    const nowMs = T0 + ageMs;
    expect(expectedAsks(pending([[T0, 2]]), nowMs)).toEqual([[T0 + laterMs, 2]]);
  });

  it('stay in the order in which they are expected, as many as there are', () => {
    const asks = fc.array(fc.tuple(fc.nat(30_000), fc.integer({ min: 1, max: 9 })), { maxLength: 8 });
    fc.assert(
      fc.property(asks, (drawn) => {
        const memory = pending(drawn.map(([atMs, n]) => [T0 + atMs, n] as const).sort(([a], [b]) => a - b));
        const nowMs = T0 + 30_000;
        const expected = expectedAsks(memory, nowMs);
        expect(total(expected)).toBe(total(memory.asks));
        expect(expected.map(([atMs]) => atMs)).toEqual(expected.map(([atMs]) => atMs).sort((a, b) => a - b));
        const sum = (asks: LaunchMemory['asks']) => asks.reduce((ms, [atMs, n]) => ms + atMs * n, 0);
        expect(sum(expected)).toBeGreaterThanOrEqual(sum(memory.asks));
      }),
    );
  });

  it.each([
    [{}, true],
    [{ took }, true],
    [{ took: [1, -2] }, false],
    [{ took: new Array(17).fill(1) }, false],
    [{ took: 'x' }, false],
    [{ asks: 1 }, false],
  ])('are read back: %j is %s', (over, expected) => {
    expect(isLaunches({ ready: [], asks: [], deadTimeMs: 1, seen: 1, ...over })).toBe(expected);
  });
});
