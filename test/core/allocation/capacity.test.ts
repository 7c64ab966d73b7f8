import { describe, expect, it } from 'vitest';
import { type CapacityRequest, grant } from '../../../src/core/allocation/capacity.ts';
import { FreeCapacity } from '../../../src/core/allocation/free-capacity.ts';

function claim(name: string, wanted: number, over: Partial<CapacityRequest> = {}): CapacityRequest {
  const min = over.min ?? 0;
  return {
    id: `/${name}`,
    name,
    role: 'scaled',
    priority: 1,
    weight: 1,
    cost: [1],
    min,
    keeps: over.keeps ?? min,
    wanted,
    holds: 0,
    ...over,
  };
}

const rest = (name: string, over: Partial<CapacityRequest> = {}): CapacityRequest =>
  claim(name, 1_000_000, { role: 'remainder', priority: 9, ...over });

describe('grants', () => {
  it.each([
    {
      name: 'the remainder takes what nobody above needs',
      slots: 10,
      claims: [claim('a', 3), rest('r')],
      granted: [3, 7],
    },
    {
      name: 'minimums come first, by priority',
      slots: 10,
      claims: [claim('a', 9, { min: 1 }), claim('b', 9, { priority: 2, min: 2 }), rest('r', { min: 1 })],
      granted: [7, 2, 1],
    },
    {
      name: 'a budget that does not cover the minimums serves the highest first',
      slots: 4,
      claims: [claim('a', 9, { min: 3 }), claim('b', 9, { priority: 2, min: 3 }), rest('r', { min: 3 })],
      granted: [3, 1, 0],
    },
    {
      name: 'unmet demand goes by priority',
      slots: 10,
      claims: [claim('c', 9, { priority: 3 }), claim('b', 4, { priority: 2 }), claim('a', 5)],
      granted: [1, 4, 5],
    },
    {
      name: 'equals share their unmet demand, not their counts',
      slots: 10,
      claims: [claim('a', 9, { min: 4 }), claim('b', 9)],
      granted: [7, 3],
    },
    {
      name: 'the odd slot goes to the first by name',
      slots: 5,
      claims: [claim('b', 9), claim('a', 9)],
      granted: [2, 3],
    },
    {
      name: 'the odd slot is not taken from the app that has it',
      slots: 5,
      claims: [claim('b', 9, { holds: 3 }), claim('a', 9, { holds: 2 })],
      granted: [3, 2],
    },
    {
      name: 'a slot is taken from an equal that has two more',
      slots: 6,
      claims: [claim('b', 9, { holds: 4 }), claim('a', 9, { holds: 2 })],
      granted: [3, 3],
    },
    {
      name: 'at one priority scaled apps come before remainders',
      slots: 10,
      claims: [rest('r', { priority: 1 }), claim('z', 8)],
      granted: [2, 8],
    },
    {
      name: 'remainders share by weight',
      slots: 12,
      claims: [rest('r', { weight: 1 }), rest('s', { weight: 3 }), claim('a', 4)],
      granted: [2, 6, 4],
    },
    {
      name: 'a remainder’s minimum is part of its share',
      slots: 8,
      claims: [rest('r', { weight: 1, min: 2 }), rest('s', { weight: 3 })],
      granted: [2, 6],
    },
    {
      name: 'a remainder’s maximum leaves the rest to the other',
      slots: 12,
      claims: [rest('r', { wanted: 2 }), rest('s')],
      granted: [2, 10],
    },
    {
      name: 'a remainder above a scaled app takes it all',
      slots: 10,
      claims: [rest('r', { priority: 1 }), claim('z', 8, { priority: 2, min: 1 })],
      granted: [9, 1],
    },
    {
      name: 'what preemption keeps comes between minimums and demand',
      slots: 10,
      claims: [claim('a', 10, { min: 1 }), rest('r', { min: 1, keeps: 5, holds: 6 })],
      granted: [5, 5],
    },
    {
      name: 'what preemption keeps does not outrank minimums',
      slots: 4,
      claims: [claim('a', 9, { min: 3 }), rest('r', { keeps: 4, holds: 4 })],
      granted: [3, 1],
    },
    {
      name: 'nobody gets more than wanted',
      slots: 99,
      claims: [claim('a', 3), claim('b', 0)],
      granted: [3, 0],
    },
    {
      name: 'an overdrawn budget grants nothing',
      slots: -2,
      claims: [claim('a', 3, { min: 1 })],
      granted: [0],
    },
  ])('$name', ({ slots, claims, granted }) => {
    expect(grant(new FreeCapacity([slots]), claims)).toEqual(granted);
  });

  it('leave alone what is set aside for instances that wait, except minimums', () => {
    const claims = [claim('a', 5), rest('r', { min: 1 })];
    const reserved = [{ cost: [1], instances: 3 }];
    expect(grant(new FreeCapacity([10]), claims, reserved)).toEqual([5, 2]);
    expect(grant(new FreeCapacity([6]), claims, reserved)).toEqual([5, 1]);
  });

  describe('in resources', () => {
    const cpu = (
      name: string,
      cpus: number,
      wanted: number,
      over: Partial<CapacityRequest> = {},
    ): CapacityRequest => claim(name, wanted, { cost: [cpus, 100], ...over });

    it.each([
      {
        name: 'an instance counts by what it takes',
        room: [4, 10_000],
        claims: [cpu('a', 1, 3), cpu('r', 0.25, 1_000, { role: 'remainder', priority: 2 })],
        granted: [3, 4],
      },
      {
        name: 'grants end where memory ends',
        room: [100, 500],
        claims: [cpu('a', 1, 3), cpu('r', 0.25, 1_000, { role: 'remainder', priority: 2 })],
        granted: [3, 2],
      },
      {
        name: 'a small app is given what a big one cannot use',
        room: [3, 10_000],
        claims: [cpu('big', 2, 9), cpu('small', 0.5, 9, { priority: 2 })],
        granted: [1, 2],
      },
    ])('$name', ({ room, claims, granted }) => {
      expect(grant(new FreeCapacity(room), claims)).toEqual(granted);
    });
  });
});
