// test support: small worlds and series, with what a test cares about on top.

import type { Curve } from '../../src/simulator/load/curve.ts';
import { curveOf } from '../../src/simulator/load/curve.ts';
import type { Demand } from '../../src/simulator/load/demand.ts';
import type { AppTerms, WorldApp, WorldOptions } from '../../src/simulator/world/world.ts';
import { World } from '../../src/simulator/world/world.ts';
import { aBehavior, aQueue } from '../support/builders.ts';

/** Arrivals as given, one number a step, and no chance at all. */
export function plainDemand(arrivals: readonly number[], over: Partial<Curve> = {}): Demand {
  const steps = arrivals.length;
  const curve = { ...curveOf(steps / 10, (t) => (arrivals[Math.round(t * 10)] ?? 0) * 10), steps, ...over };
  return {
    curve,
    arrivals: Float64Array.from(arrivals),
    luck: new Float64Array(steps),
    error: new Float64Array(steps),
  };
}

export function aTerms(name: string, over: Partial<AppTerms> = {}): AppTerms {
  return {
    id: `/${name}`,
    name,
    role: 'scaled',
    priority: 1,
    min: 1,
    max: 10,
    weight: 1,
    targets: [{ queueLength: 100, metric: aQueue, algorithm: { type: 'Fluid' } }],
    behavior: aBehavior({ giveBackAfter: '10s' }),
    footprint: { cpus: 1, mem: 100, disk: 0, gpus: 0 },
    countsAgainstBudget: true,
    ...over,
  };
}

export function aConsumer(initial: number, demand: Demand, over: Partial<AppTerms> = {}): WorldApp {
  return { terms: aTerms('consumer', over), initial, demand, heldPerInstance: 1 };
}

export function theRemainder(initial: number, over: Partial<AppTerms> = {}): WorldApp {
  const terms = aTerms('remainder', { role: 'remainder', priority: 2, targets: [], ...over });
  return { terms, initial, heldPerInstance: 1 };
}

export function aWorld(apps: readonly WorldApp[], over: Partial<WorldOptions> = {}): World {
  return new World({
    apps,
    budget: { kind: 'slots', slots: 10 },
    spare: 0,
    delays: { startMs: 2_000, stopMs: 500 },
    serviceRate: 5,
    serviceSpread: 0,
    metricAgeMs: 0,
    metricError: 0,
    intervalMs: 500,
    steps: apps[0]?.demand?.curve.steps ?? 100,
    ...over,
  });
}

/** Lets the world run for so many steps, with nobody acting. */
export function steps(world: World, n: number): World {
  for (let i = 0; i < n; i++) world.step();
  return world;
}
