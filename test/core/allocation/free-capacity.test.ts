import { describe, expect, it } from 'vitest';
import { costOf, FreeCapacity, occupied } from '../../../src/core/allocation/free-capacity.ts';
import { observed } from '../../support/builders.ts';

describe('free capacity', () => {
  it.each([
    { free: [10], cost: [1], fits: 10 },
    { free: [10], cost: [3], fits: 3 },
    { free: [-2], cost: [1], fits: 0 },
    { free: [1, 100], cost: [0.1, 30], fits: 3 },
    { free: [Number.POSITIVE_INFINITY, 100], cost: [1, 50], fits: 2 },
    { free: [5], cost: [0], fits: Number.POSITIVE_INFINITY },
    { free: [Number.NaN], cost: [1], fits: 0 },
  ])('$free fits $cost $fits times', ({ free, cost, fits }) => {
    expect(new FreeCapacity(free).fits(cost)).toBe(fits);
  });

  it('is used up by what is taken, and can be overdrawn', () => {
    const room = new FreeCapacity([2, 5]);
    room.take([1, 0], 3);
    expect(room.free).toEqual([-1, 5]);
    room.take([1, 1], -1);
    expect(room.free).toEqual([0, 6]);
  });
});

describe('the cost of an instance', () => {
  const footprint = { cpus: 0.5, mem: 64, disk: 0, gpus: 1 };
  it('is one slot, or what it takes of each resource', () => {
    expect(costOf({ kind: 'slots', slots: 3 }, footprint)).toEqual([1]);
    expect(costOf({ kind: 'cluster', roomByApp: {} }, footprint)).toEqual([0.5, 64, 0, 1]);
  });
  it('is never negative', () => {
    const total = { cpus: 1, mem: 1, disk: 1, gpus: 1 };
    expect(costOf({ kind: 'resources', total }, { cpus: -1, mem: Number.NaN, disk: 2, gpus: 0 })).toEqual([
      0, 0, 2, 0,
    ]);
  });
});

describe('an app occupies', () => {
  it.each([
    { name: 'takes nothing when it does not exist', app: undefined, slots: 0 },
    { name: 'takes what is asked for', app: observed(5), slots: 5 },
    {
      name: 'takes what is asked for, while that waits',
      app: observed(5, { running: 2, waiting: 3 }),
      slots: 5,
    },
    { name: 'takes what runs, while that is about to be killed', app: observed(3, { running: 5 }), slots: 5 },
    {
      name: 'takes the slot of a killed task until that is gone',
      app: observed(3, { killing: 2 }),
      slots: 5,
    },
    {
      name: 'takes the slots of killed tasks beside those that are about to start',
      app: observed(3, { running: 1, waiting: 2, killing: 2 }),
      slots: 5,
    },
    {
      name: 'takes nothing for an unreachable task',
      app: observed(3, { running: 2, unreachable: 4 }),
      slots: 3,
    },
  ])('$name', ({ app, slots }) => {
    expect(occupied(app)).toBe(slots);
  });
});
