// simulator: a policy of somebody's as a world: its apps, its budget, and a queue for every app with a target.

import { durationMs } from '../api/duration.ts';
import type { AppDefinition, AppSpec, CapacitySpec, MicroscalingPolicy } from '../api/policy.ts';
import { scheduledAt } from '../controller/round/schedules.ts';
import type { Budget } from '../core/decision.ts';
import type { Footprint } from '../core/observation.ts';
import { defined } from '../lang/defined.ts';
import { metricSources } from '../metric-sources/registry.ts';
import { TerminalError } from '../runtime/errors.ts';
import type { Curve } from './load/curve.ts';
import { demandOf } from './load/demand.ts';
import type { Settings } from './settings.ts';
import type { WorldApp, WorldOptions } from './world/world.ts';

type FootprintOf = (definition: AppDefinition) => Footprint;

/** A law that wants an instance for every message must not take the world with it. */
const MOST_INSTANCES = 100_000;

/**
 * Every app with a target gets a queue of its own with the same load, each scaled to what it could serve; their
 * chance is independent.
 *
 * @param curveFor the load for a queue that so many messages/s could be served from
 * @param capacity of the pool that the policy joins, when it joins one
 * @throws TerminalError for a policy that nothing can be simulated with
 */
export function scenario(
  policy: MicroscalingPolicy,
  {
    settings,
    seed,
    curveFor,
    footprint,
    capacity = policy.spec.capacity,
  }: {
    readonly settings: Settings;
    readonly seed: number;
    readonly curveFor: (capacity: number) => Curve;
    /** What an instance takes, as the scheduler of the policy says. */
    readonly footprint: FootprintOf;
    readonly capacity?: CapacitySpec | undefined;
  },
): Omit<WorldOptions, 'spare'> {
  const { name } = policy.metadata;
  const budget = budgetOf(capacity, name);
  const { apps } = policy.spec;
  const scaled = apps.filter((app) => (app.targets?.length ?? 0) > 0);
  if (scaled.length === 0)
    throw new TerminalError(`policy ${name}: no app has a target; there is nothing to simulate`);
  const footprintOf = (app: AppSpec): Footprint => footprint(app.app ?? {});
  const slots = slotsOf(budget, apps, footprintOf);
  const curve = curveFor((slots * settings.serviceRate) / scaled.length);
  const first = (curve.rate[0] ?? 0) / (settings.serviceRate * (curve.service[0] ?? 1));
  return {
    apps: sized(apps, slots, Math.ceil(first) + 1).map(({ app, initial }) =>
      worldApp(app, initial, { budget, curve, seed, footprintOf }),
    ),
    budget,
    delays: { startMs: settings.startMs, warmUpMs: settings.warmUpMs, stopMs: settings.stopMs },
    serviceRate: settings.serviceRate,
    serviceSpread: settings.serviceSpread,
    metricAgeMs: settings.metricAgeMs,
    metricError: settings.metricError,
    intervalMs: durationMs(policy.spec.interval),
    steps: curve.steps,
    ...defined({ fromMs: settings.fromMs, mostPerS: settings.mostPerS }),
  };
}

function worldApp(
  app: AppSpec,
  initial: number,
  {
    budget,
    curve,
    seed,
    footprintOf,
  }: {
    readonly budget: Budget;
    readonly curve: Curve;
    readonly seed: number;
    readonly footprintOf: (app: AppSpec) => Footprint;
  },
): WorldApp {
  const role = roleOf(app);
  const targets = app.targets ?? [];
  const named = { ...app, id: app.id ?? app.name };
  return {
    terms: {
      id: named.id,
      name: app.name,
      role,
      priority: app.priority ?? Number.MAX_SAFE_INTEGER,
      ...boundsOf(app),
      weight: app.remainder?.weight ?? 1,
      targets,
      ...defined({ formula: app.formula }),
      behavior: app.behavior,
      footprint: footprintOf(app),
      // As the controller has it: apps left to people are outside the slots.
      countsAgainstBudget: budget.kind !== 'slots' || role !== 'fixed',
    },
    initial,
    ...(app.schedules !== undefined && {
      boundsAt: (ms: number) => boundsOf(scheduledAt(named, ms).spec),
    }),
    ...(role === 'scaled' && { demand: demandOf(curve, seed, app.name) }),
    heldPerInstance: targets[0] === undefined ? 1 : metricSources.heldPerInstance(targets[0].metric),
  };
}

function boundsOf({ instances }: AppSpec): { readonly min: number; readonly max: number } {
  return {
    min: instances.min ?? 0,
    max: Math.min(instances.max ?? MOST_INSTANCES, MOST_INSTANCES),
  };
}

interface Sized {
  readonly app: AppSpec;
  readonly initial: number;
}

/** Scaled apps begin with what the load of the first moment needs, remainders share the rest by weight. */
function sized(apps: readonly AppSpec[], slots: number, needed: number): readonly Sized[] {
  let left = slots;
  const counts = new Map<AppSpec, number>();
  const give = (app: AppSpec, wish: number): void => {
    const { min = 0, max = MOST_INSTANCES } = app.instances;
    const n = Math.max(0, Math.min(left, max, Math.max(min, wish)));
    counts.set(app, n);
    left -= n;
  };
  const remainders = apps.filter((app) => roleOf(app) === 'remainder');
  left -= remainders.reduce((sum, { instances }) => sum + (instances.min ?? 0), 0);
  for (const app of apps.toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0)))
    if (roleOf(app) === 'scaled') give(app, needed);
  left += remainders.reduce((sum, { instances }) => sum + (instances.min ?? 0), 0);
  let weight = remainders.reduce((sum, app) => sum + (app.remainder?.weight ?? 1), 0);
  for (const app of remainders) {
    const own = app.remainder?.weight ?? 1;
    give(app, Math.round((left * own) / Math.max(weight, 1e-9)));
    weight -= own;
  }
  return apps.map((app) => ({ app, initial: app.instances.fixed ?? counts.get(app) ?? 0 }));
}

function roleOf({ instances, remainder }: AppSpec): 'fixed' | 'remainder' | 'scaled' {
  if (instances.fixed !== undefined) return 'fixed';
  return remainder === undefined ? 'scaled' : 'remainder';
}

function budgetOf(capacity: CapacitySpec | undefined, name: string): Budget {
  if (capacity?.slots !== undefined) return { kind: 'slots', slots: capacity.slots };
  if (capacity?.resources !== undefined) {
    const unlimited = Number.POSITIVE_INFINITY;
    const { cpus = unlimited, mem = unlimited, disk = unlimited, gpus = unlimited } = capacity.resources;
    return { kind: 'resources', total: { cpus, mem, disk, gpus } };
  }
  throw new TerminalError(
    `policy ${name}: a simulation needs capacity.slots or capacity.resources, here or in the pool's CapacityPool`,
  );
}

/** How many instances the budget is good for; those of different size count as the largest. */
function slotsOf(budget: Budget, apps: readonly AppSpec[], footprintOf: (app: AppSpec) => Footprint): number {
  if (budget.kind === 'slots') return budget.slots;
  if (budget.kind === 'cluster') return 0;
  let slots = MOST_INSTANCES;
  const fixed = apps.filter((app) => roleOf(app) === 'fixed');
  for (const name of ['cpus', 'mem', 'disk', 'gpus'] as const) {
    const used = fixed.reduce((sum, app) => sum + (app.instances.fixed ?? 0) * footprintOf(app)[name], 0);
    const each = Math.max(
      0,
      ...apps.filter((app) => roleOf(app) !== 'fixed').map((app) => footprintOf(app)[name]),
    );
    if (each > 0) slots = Math.min(slots, Math.floor((budget.total[name] - used) / each + 1e-9));
  }
  return Math.max(0, slots);
}
