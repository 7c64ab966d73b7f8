import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MicroscalingPolicy } from '../../src/api/policy.ts';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import { TerminalError } from '../../src/runtime/errors.ts';
import { SCHEDULERS } from '../../src/schedulers/registry.ts';
import { loadCurve } from '../../src/simulator/load/loads.ts';
import { scenario } from '../../src/simulator/scenario.ts';
import { DEFAULT_SETTINGS } from '../../src/simulator/settings.ts';
import { limitWith } from '../../src/simulator/target.ts';
import { aQueue, aTarget } from '../support/builders.ts';
import { aFiller, anApp, aPolicy, wants } from '../support/fakes.ts';

function worldOf(policy: MicroscalingPolicy): ReturnType<typeof scenario> {
  const curveFor = (capacity: number): ReturnType<typeof loadCurve> =>
    loadCurve('slow', { capacity, seed: 1 });
  const { footprint } = SCHEDULERS.marathon;
  return scenario(policy, { settings: DEFAULT_SETTINGS, seed: 1, curveFor, footprint });
}

/** `name role initial`, app by app. */
function shape(policy: MicroscalingPolicy): string[] {
  return worldOf(policy).apps.map(({ terms, initial }) => `${terms.name} ${terms.role} ${initial}`);
}

describe('a policy as a world', () => {
  it('is the demo policy as written', () => {
    const text = readFileSync(new URL('../../specs/policies/queue-demo.yaml', import.meta.url), 'utf8');
    const { resources } = loadPolicies(text, 'queue-demo.yaml');
    const world = worldOf(resources[0]!.resource as MicroscalingPolicy);
    expect(world).toMatchObject({ budget: { kind: 'slots', slots: 10 }, intervalMs: 500, serviceRate: 5 });
    // 35 % of 50/s need 3.5; one more than needed to begin with. Producers stand outside the slots.
    expect(world.apps.map(({ terms, initial }) => `${terms.name} ${terms.role} ${initial}`)).toEqual([
      'consumer scaled 5',
      'remainder remainder 5',
      'producer fixed 3',
    ]);
    expect(world.apps.map(({ demand }) => demand !== undefined)).toEqual([true, false, false]);
    expect(world.apps[2]!.terms.countsAgainstBudget).toBe(false);
  });

  it('gives every scaled app a queue of its own with its share of the load', () => {
    const policy = aPolicy('two', [anApp('a', wants(1)), anApp('b', wants(2)), aFiller('rest')]);
    expect(shape(policy)).toEqual(['a scaled 3', 'b scaled 3', 'rest remainder 4']);
    const [a, b] = worldOf(policy).apps;
    expect(a!.demand!.curve.rate[0]).toBeCloseTo(0.35 * 25, 9);
    expect([...a!.demand!.arrivals]).not.toEqual([...b!.demand!.arrivals]);
  });

  it('shares the rest among remainders by weight, and keeps minimums', () => {
    const heavy = aFiller('heavy', { remainder: { weight: 3 } });
    const policy = aPolicy('three', [
      anApp('a', { ...wants(1), instances: { min: 1, max: 2 } }),
      heavy,
      aFiller('light'),
    ]);
    expect(shape(policy)).toEqual(['a scaled 2', 'heavy remainder 6', 'light remainder 2']);
  });

  it('takes a budget of resources, less what fixed apps use', () => {
    const app = { cpus: 2, mem: 100 };
    const policy = aPolicy(
      'sized',
      [
        anApp('a', { ...wants(1), app }),
        aFiller('rest', { app }),
        anApp('fix', { instances: { fixed: 2 }, app }),
      ],
      { capacity: { resources: { cpus: 16 } } },
    );
    expect(shape(policy)).toEqual(['a scaled 4', 'rest remainder 2', 'fix fixed 2']);
    expect(worldOf(policy).apps[2]!.terms.countsAgainstBudget).toBe(true);
  });

  it.each([
    { name: 'no target', policy: aPolicy('none', [aFiller('rest')]), words: 'no app has a target' },
    {
      name: 'a pool that is not there',
      policy: aPolicy('member', [anApp('a', wants(1))], { pool: 'shared' }),
      words: 'CapacityPool',
    },
    {
      name: 'a cluster for a budget',
      policy: aPolicy('wide', [anApp('a', wants(1))], { capacity: { cluster: { role: '*', headroom: 0 } } }),
      words: 'needs capacity.slots or capacity.resources',
    },
  ])('refuses $name', ({ policy, words }) => {
    expect(() => worldOf(policy)).toThrow(TerminalError);
    expect(() => worldOf(policy)).toThrow(words);
  });
});

describe('a target in messages', () => {
  it.each([
    { target: { queueLength: 50 }, ready: 3, expected: 50 },
    { target: { perInstance: 10 }, ready: 3, expected: 30 },
    { target: { perInstance: 10 }, ready: 0, expected: 10 },
    { target: { drainTime: '4s' }, ready: 3, expected: 60 },
    { target: { messageAge: '500ms' }, ready: 2, expected: 5 },
  ])('$target with $ready instances is $expected', ({ target, ready, expected }) => {
    expect(limitWith(aTarget({ metric: aQueue, ...target }), ready, 5)).toBe(expected);
  });
});
