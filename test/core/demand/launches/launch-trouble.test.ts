import { describe, expect, it } from 'vitest';
import {
  followTrouble,
  launchLimit,
  type TroubleMemory,
} from '../../../../src/core/demand/launches/launch-trouble.ts';
import { observed, T0 } from '../../../support/builders.ts';

const broken = observed(5, { running: 2, waiting: 3, backoffMs: 20_000 });
const short = observed(5, {
  running: 3,
  waiting: 2,
  waitingFor: [{ reason: 'NoRoom', text: 'InsufficientCpus' }],
});
const well = observed(5);

type World = ReturnType<typeof observed>;

function follow(rows: readonly (readonly [number, World])[]): TroubleMemory {
  let memory: TroubleMemory = {};
  for (const [atS, world] of rows) memory = followTrouble(memory, world, T0 + atS * 1000);
  return memory;
}

describe('an app that backs off', () => {
  const limitAt = (rows: readonly (readonly [number, World])[]): number | undefined => {
    const [atS, world] = rows.at(-1)!;
    return launchLimit(follow(rows), world, T0 + atS * 1000);
  };

  it.each([
    { name: 'is not broken at once', rows: [[0, broken]], limit: undefined },
    {
      name: 'is not broken within a minute',
      rows: [
        [0, broken],
        [59.9, broken],
      ],
      limit: undefined,
    },
    {
      name: 'is broken after a minute, and has what it launched',
      rows: [
        [0, broken],
        [60, broken],
      ],
      limit: 2,
    },
    {
      name: 'has launched nothing when its tasks cannot be counted',
      rows: [
        [0, broken],
        [60, { ...broken, running: Number.NaN }],
      ],
      limit: 0,
    },
    {
      name: 'stays broken while its grants are back',
      rows: [
        [0, broken],
        [60, broken],
        [100, well],
      ],
      limit: 5,
    },
    {
      name: 'may try again a minute later',
      rows: [
        [0, broken],
        [60, broken],
        [120, well],
      ],
      limit: undefined,
    },
    {
      name: 'is still broken if that fails',
      rows: [
        [0, broken],
        [60, broken],
        [125, broken],
      ],
      limit: 2,
    },
    {
      name: 'is forgotten after two quiet minutes',
      rows: [
        [0, broken],
        [60, broken],
        [180, well],
        [185, broken],
      ],
      limit: undefined,
    },
  ] as const)('$name', ({ rows, limit }) => {
    expect(limitAt(rows)).toBe(limit);
  });

  it('is not broken for waiting alone', () => {
    const waiting = observed(5, { running: 2, waiting: 3 });
    expect(
      limitAt([
        [0, waiting],
        [90, waiting],
      ]),
    ).toBeUndefined();
  });
});

describe('an app that waits for free capacity', () => {
  const instances = (rows: readonly (readonly [number, World])[]): number | undefined =>
    follow(rows).short?.instances;

  it.each([
    {
      name: 'has small offers refused for a moment at every launch',
      rows: [
        [0, short],
        [4, short],
      ],
      set: 0,
    },
    {
      name: 'has capacity set aside for it after five seconds',
      rows: [
        [0, short],
        [5, short],
      ],
      set: 2,
    },
    {
      name: 'has capacity set aside only once while victims stop',
      rows: [
        [0, short],
        [5, short],
        [10, short],
        [20, short],
      ],
      set: 2,
    },
    // it still waits twenty seconds later: what was set aside was not enough
    {
      name: 'has more set aside when that was not enough',
      rows: [
        [0, short],
        [5, short],
        [9, short],
        [13, short],
        [17, short],
        [21, short],
        [25, short],
      ],
      set: 4,
    },
    {
      name: 'keeps what was set aside for a minute',
      rows: [
        [0, short],
        [5, short],
        [64, well],
      ],
      set: 2,
    },
    {
      name: 'loses what was set aside after a minute',
      rows: [
        [0, short],
        [5, short],
        [65, well],
      ],
      set: undefined,
    },
    {
      name: 'is forgotten at once if it was a moment',
      rows: [
        [0, short],
        [2, well],
      ],
      set: undefined,
    },
  ] as const)('$name', ({ rows, set }) => {
    expect(instances(rows)).toBe(set);
  });

  it('is not short for other reasons', () => {
    const unfit = observed(5, {
      running: 3,
      waiting: 2,
      waitingFor: [{ reason: 'NotPlaced', text: 'UnfulfilledConstraint' }],
    });
    expect(
      follow([
        [0, unfit],
        [60, unfit],
      ]),
    ).toEqual({});
  });

  it('keeps its memory while nothing is wrong', () => {
    const memory = {};
    expect(followTrouble(memory, well, T0)).toBe(memory);
  });
});
