import { describe, expect, it } from 'vitest';
import { roomNow, roomToGrant } from '../../../src/core/allocation/pool.ts';
import { decide } from '../../../src/core/decide.ts';
import type { AppInput, Budget } from '../../../src/core/decision.ts';
import { absent, aFixed, anInput, aRemainder, aScaled, observed } from '../../support/builders.ts';

const slots = (n: number): Budget => ({ kind: 'slots', slots: n });
const counts = { countsAgainstBudget: true };
const held = (instances: number) => ({ held: { instances, reason: 'a person did' } });

describe('the capacity to share', () => {
  it.each([
    { name: 'is the budget where scaled apps alone are in it', apps: [aScaled('a', 5)], free: 10 },
    { name: 'is less by fixed apps that count', apps: [aFixed('f', 3, counts)], free: 7 },
    { name: 'is not less by fixed apps that do not count', apps: [aFixed('f', 3)], free: 10 },
    {
      name: 'is less by what fixed apps really use',
      apps: [aFixed('f', 3, { ...counts, observed: observed(3, { killing: 2 }) })],
      free: 5,
    },
    {
      name: 'is less by what a fixed app is to be created with',
      apps: [absent(aFixed('f', 0, { ...counts, min: 4 }))],
      free: 6,
    },
    { name: 'is less by what is held', apps: [aScaled('a', 5, held(2)), aScaled('b', 1)], free: 5 },
    { name: 'is less by the count up to which an app is held', apps: [aScaled('a', 2, held(6))], free: 4 },
    { name: 'is not less by an app that is gone', apps: [absent(aScaled('a', 0, held(6)))], free: 10 },
  ] satisfies { name: string; apps: AppInput[]; free: number }[])('$name', ({ apps, free }) => {
    expect(roomToGrant(anInput(apps, { budget: slots(10) })).free).toEqual([free]);
  });
});

describe('the capacity that is free now', () => {
  it('is what nobody occupies', () => {
    const apps = [
      aScaled('a', 3, { observed: observed(3, { killing: 1 }) }),
      aRemainder('r', 4),
      aFixed('f', 1, counts),
    ];
    expect(roomNow(anInput(apps, { budget: slots(10) })).free).toEqual([1]);
  });

  it('is short where the world is over the budget', () => {
    expect(roomNow(anInput([aRemainder('r', 14)], { budget: slots(10) })).free).toEqual([-4]);
  });

  it('counts resources by footprint', () => {
    const budget: Budget = {
      kind: 'resources',
      total: { cpus: 8, mem: Number.POSITIVE_INFINITY, disk: 0, gpus: 0 },
    };
    const apps = [
      aScaled('a', 3, { footprint: { cpus: 0.5, mem: 64, disk: 0, gpus: 0 } }),
      aRemainder('r', 2),
    ];
    expect(roomNow(anInput(apps, { budget })).free).toEqual([4.5, Number.POSITIVE_INFINITY, 0, 0]);
  });
});

describe('the capacity of a pool', () => {
  const capacity = (apps: readonly AppInput[], budget: Budget) => decide(anInput(apps, { budget })).capacity;

  it('is counted in slots', () => {
    const apps = [
      aScaled('a', 3, { observed: observed(3, { killing: 1 }) }),
      aRemainder('r', 4),
      aFixed('f', 2),
    ];
    expect(capacity(apps, slots(10))).toEqual({ total: 10, used: 8, unit: 'slots' });
  });

  it.each([
    { cpus: 8, mem: 10_000, unit: 'cpus', total: 8, used: 5 },
    { cpus: 80, mem: 1_000, unit: 'mem', total: 1_000, used: 500 },
    { cpus: Number.POSITIVE_INFINITY, mem: 10_000, unit: 'mem', total: 10_000, used: 500 },
  ])('is counted in the scarcest resource: $unit of $cpus cpus and $mem MB', ({ cpus, mem, ...told }) => {
    const budget: Budget = { kind: 'resources', total: { cpus, mem, disk: 0, gpus: 0 } };
    expect(capacity([aScaled('a', 3), aRemainder('r', 2)], budget)).toEqual(told);
  });

  it('is counted in instances of a cluster', () => {
    const budget: Budget = { kind: 'cluster', roomByApp: { '/a': 4, '/r': 2 } };
    expect(capacity([aScaled('a', 3), aRemainder('r', 2)], budget)).toEqual({
      total: 9,
      used: 5,
      unit: 'instances',
    });
  });
});
