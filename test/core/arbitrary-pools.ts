// test support: arbitrary pools for fast-check.

import fc from 'fast-check';
import type { AppInput, Budget, DecisionInput } from '../../src/core/decision.ts';
import type { MetricReading } from '../../src/core/observation.ts';
import {
  aBehavior,
  anInput,
  aQueue,
  aSample,
  aScaled,
  aTotal,
  exactly,
  notRead,
  observed,
  queueTarget,
  T0,
} from '../support/builders.ts';

const targets = [
  exactly,
  queueTarget(50, 'Queue'),
  queueTarget(50, 'SimpleQueue'),
  queueTarget(50, 'Fluid', aQueue),
  { ...queueTarget(1, 'Fluid', aQueue), drainTime: '30s' },
  { ...queueTarget(1, 'Fluid', aQueue), messageAge: '30s' },
].map((target) => ('drainTime' in target || 'messageAge' in target ? withoutLength(target) : target));

function withoutLength<T extends { readonly queueLength?: number }>(target: T): Omit<T, 'queueLength'> {
  const { queueLength: _, ...rest } = target;
  return rest;
}

export const someReading: fc.Arbitrary<MetricReading> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(2_000).map((value) => aTotal(value)) },
  { weight: 1, arbitrary: fc.nat(2_000).map((value) => aSample(value)) },
  { weight: 1, arbitrary: fc.nat(120_000).map((ago) => notRead({ sinceMs: T0 - ago })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(500), fc.nat(120_000))
      .map(([value, ago]) => notRead({ sinceMs: T0 - ago, last: aTotal(value, { asOfMs: T0 - ago }) })),
  },
);

const someObserved = fc
  .record({
    requested: fc.nat(12),
    missing: fc.nat(3),
    staging: fc.nat(2),
    killing: fc.nat(3),
    waiting: fc.nat(2),
    backoffMs: fc.constantFrom(0, 0, 30_000),
  })
  .map(({ requested, missing, staging, killing, waiting, backoffMs }) => {
    const running = Math.max(0, requested - missing);
    return observed(requested, {
      running,
      staging: Math.min(staging, requested - running),
      killing,
      waiting: Math.min(waiting, requested - running),
      backoffMs,
      waitingFor: waiting > 0 ? [{ reason: 'NoRoom', text: 'InsufficientCpus' } as const] : [],
    });
  });

const someBehavior = fc.constantFrom(
  aBehavior(),
  aBehavior({ giveBackAfter: '10s' }),
  aBehavior({ maxStep: 2 }),
  aBehavior({ minHold: '20s' }),
  aBehavior({ yieldRate: { value: 1, periodSeconds: 10 } }),
);

/** One app; `mannered` apps may keep others from taking what is theirs for a while. */
function someApp(name: string, mannered: boolean): fc.Arbitrary<AppInput> {
  return fc
    .record({
      kind: fc.constantFrom('scaled', 'scaled', 'scaled', 'remainder', 'fixed'),
      priority: fc.integer({ min: 1, max: 3 }),
      min: fc.nat(2),
      room: fc.oneof(fc.nat(12), fc.constant(Number.POSITIVE_INFINITY)),
      weight: fc.constantFrom(1, 1, 2, 5),
      target: fc.constantFrom(...targets),
      reading: someReading,
      exists: fc.constantFrom(true, true, true, false),
      world: someObserved,
      behavior: mannered ? someBehavior : fc.constant(aBehavior()),
      held: fc.constantFrom(false, false, false, false, true),
      override: fc.option(fc.nat(15), { freq: 5 }),
      cpus: fc.constantFrom(0, 0.1, 0.5, 1),
    })
    .map((a) => {
      const role = a.kind as AppInput['role'];
      const app = aScaled(name, 0, {
        role,
        priority: a.priority,
        min: a.min,
        max: a.min + a.room,
        weight: a.weight,
        targets: role === 'scaled' ? [a.target] : [],
        readings: role === 'scaled' ? [a.reading] : [],
        behavior: a.behavior,
        footprint: { cpus: a.cpus, mem: 100, disk: 0, gpus: 0 },
        countsAgainstBudget: role === 'fixed' && a.held,
        observed: { ...a.world, id: `/${name}` },
        ...(a.held && role !== 'fixed' && { held: { instances: a.world.requested, reason: 'a person did' } }),
        ...(a.override !== null && { override: { instances: a.override, reason: 'a person said so' } }),
      });
      if (a.exists) return app;
      const { observed: _, ...rest } = app;
      return rest;
    });
}

export const someBudget: fc.Arbitrary<Budget> = fc.oneof(
  fc.nat(30).map((slots): Budget => ({ kind: 'slots', slots })),
  fc
    .record({
      cpus: fc.constantFrom(0.3, 1, 4, 20),
      mem: fc.constantFrom(500, 2_000, Number.POSITIVE_INFINITY),
    })
    .map(({ cpus, mem }): Budget => ({ kind: 'resources', total: { cpus, mem, disk: 0, gpus: 0 } })),
);

export const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;

/** A pool of one to five apps in any state; `mannered` ones have behaviors, `overridden: false` leaves all to their laws. */
export function somePool(
  options: {
    readonly mannered?: boolean;
    readonly overridden?: false;
    readonly budget?: fc.Arbitrary<Budget>;
  } = {},
) {
  return fc
    .record({
      apps: fc
        .integer({ min: 1, max: NAMES.length })
        .chain((n) => fc.tuple(...NAMES.slice(0, n).map((name) => someApp(name, options.mannered ?? true)))),
      budget: options.budget ?? someBudget,
    })
    .map(({ apps, budget }): DecisionInput => {
      const free = options.overridden === false ? apps.map(({ override: _, ...app }) => app) : apps;
      return anInput(free, { budget });
    });
}
