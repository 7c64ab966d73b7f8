import { describe, expect, it } from 'vitest';
import { FreeCapacity } from '../../../src/core/allocation/free-capacity.ts';
import { handOver, type Transfer } from '../../../src/core/allocation/handover.ts';

const transfer = (name: string, from: number, granted: number, over: Partial<Transfer> = {}): Transfer => ({
  id: `/${name}`,
  name,
  priority: 1,
  cost: [1],
  from,
  granted,
  ...over,
});

describe('hand-over', () => {
  it.each([
    { name: 'a fall goes out at once', free: 0, transfers: [transfer('r', 7, 5)], to: [5] },
    {
      name: 'a rise waits while nothing is free',
      free: 0,
      transfers: [transfer('a', 3, 5), transfer('r', 7, 5)],
      to: [3, 5],
    },
    {
      name: 'a rise gets what is free',
      free: 1,
      transfers: [transfer('a', 3, 5), transfer('r', 6, 5)],
      to: [4, 5],
    },
    {
      name: 'a rise gets all that it needs where there is enough',
      free: 9,
      transfers: [transfer('a', 3, 5)],
      to: [5],
    },
    {
      name: 'the highest priority rises first',
      free: 2,
      transfers: [transfer('b', 1, 4, { priority: 2 }), transfer('a', 1, 3)],
      to: [1, 3],
    },
    {
      name: 'equals rise evenly',
      free: 4,
      transfers: [transfer('a', 0, 9), transfer('b', 0, 9)],
      to: [2, 2],
    },
    {
      name: 'no app rises in a budget that is overdrawn',
      free: -3,
      transfers: [transfer('a', 3, 5)],
      to: [3],
    },
    { name: 'an app that is to keep its count keeps it', free: 0, transfers: [transfer('a', 3, 3)], to: [3] },
    {
      name: 'what is free is measured by what an instance takes',
      free: 1,
      transfers: [transfer('a', 0, 9, { cost: [0.25] })],
      to: [4],
    },
  ])('$name', ({ free, transfers, to }) => {
    expect(handOver(new FreeCapacity([free]), transfers)).toEqual(to);
  });
});
