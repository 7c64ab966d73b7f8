import { describe, expect, it } from 'vitest';
import { changesOf, figuresOf } from '../../src/simulator/figures.ts';
import { curveOf } from '../../src/simulator/load/curve.ts';
import { aQueue } from '../support/builders.ts';
import { aConsumer, aWorld, plainDemand, steps, theRemainder } from './worlds.ts';

const idle = { serviceRate: 1e-9 };

describe('figures', () => {
  it('V is the share of the time above the target, excess how far above on average', () => {
    const target = { targets: [{ queueLength: 10, metric: aQueue, algorithm: { type: 'Fluid' as const } }] };
    const world = aWorld(
      [aConsumer(2, plainDemand([0, 0, 12, 0, 3, 0, 10, 0, 0, 0]), target), theRemainder(8)],
      idle,
    );
    // waiting: 0 0 10 10 13 13 23 23 23 23
    const { V, excess } = figuresOf(steps(world, 10));
    expect(V).toBeCloseTo(60, 9);
    expect(excess).toBeCloseTo((2 * 3 + 4 * 13) / 10 / 10, 9);
  });

  it('R is what the remainder had of what a fluid optimum leaves it', () => {
    const curve = curveOf(1, (t) => (t < 0.5 ? 10 : 30));
    const demand = { ...plainDemand(new Array(10).fill(0)), curve };
    const world = aWorld([aConsumer(5, demand), theRemainder(5)]);
    // needed 2 and 6 of 10: the optimum leaves 8 and 4, 60 in all; the remainder had 5 all the time.
    expect(figuresOf(steps(world, 10)).R).toBeCloseTo((100 * 50) / 60, 9);
  });

  it('the optimum keeps to minimum and maximum', () => {
    const curve = curveOf(1, (t) => (t < 0.5 ? 0 : 1000));
    const demand = { ...plainDemand(new Array(10).fill(0)), curve };
    const world = aWorld([aConsumer(5, demand, { min: 2, max: 9 }), theRemainder(5)]);
    expect(figuresOf(steps(world, 10)).R).toBeCloseTo((100 * 50) / (5 * 8 + 5 * 1), 9);
  });

  it('the wait is from arrival until somebody takes the message', () => {
    // Two in flight for good; of the 20 others 19 wait for 10 steps, one for 9, until the end.
    const world = aWorld(
      [aConsumer(2, plainDemand([0, 21, 1, ...new Array(9).fill(0)])), theRemainder(8)],
      idle,
    );
    expect(figuresOf(steps(world, 12)).p95WaitS).toBeCloseTo(1, 9);
    // Nobody waits while there are enough.
    const calm = aWorld([aConsumer(9, plainDemand(new Array(50).fill(1))), theRemainder(1)]);
    expect(figuresOf(steps(calm, 50)).p95WaitS).toBe(0);
  });

  it.each([
    { counts: [3, 3, 3], expected: { changes: 0, reversals: 0 } },
    { counts: [3, 4, 4, 6], expected: { changes: 2, reversals: 0 } },
    { counts: [3, 4, 2, 2, 5, 4], expected: { changes: 4, reversals: 3 } },
  ])('changes and reversals of $counts', ({ counts, expected }) => {
    expect(changesOf(Int32Array.from(counts))).toEqual(expected);
  });

  it('changes are per minute', () => {
    const world = aWorld([aConsumer(2, plainDemand(new Array(300).fill(0))), theRemainder(8)]);
    steps(world, 10);
    world.scale(world.members[0]!, 1);
    steps(world, 290);
    const { changesPerMin, reversalsPerMin } = figuresOf(world);
    expect([changesPerMin, reversalsPerMin]).toEqual([2, 0]);
  });

  it('elasticity compares what serves with what keeps up, second by second', () => {
    // Demand by the second: 2 2 6 6; supply 4 throughout: 2 too many, then 2 missing; one second moved unlike.
    const curve = curveOf(4, (t) => (t < 2 ? 10 : 30));
    const demand = { ...plainDemand(new Array(40).fill(0)), curve };
    const world = aWorld([aConsumer(4, demand), theRemainder(6)]);
    expect(figuresOf(steps(world, 40)).elasticity).toEqual({
      thetaUnder: 1,
      thetaOver: 1,
      tauUnder: 50,
      tauOver: 50,
      upsilon: 100 / 3,
    });
  });
});
