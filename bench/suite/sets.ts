// bench: the sets of the suite: one pool each, and what it is put through.

import { type Demand, demandOf } from '../../src/simulator/load/demand.ts';
import { LOADS, loadCurve } from '../../src/simulator/load/loads.ts';
import { DEFAULT_SETTINGS } from '../../src/simulator/settings.ts';
import type { WorldOptions } from '../../src/simulator/world/world.ts';
import { consumerTerms, remainderTerms } from '../terms.ts';
import { TRACES, type TraceName, traceCurve } from './trace-set.ts';

interface SetSpec {
  readonly about: string;
  readonly slots: number;
  /** Messages. */
  readonly target: number;
  readonly startMs: number;
  readonly metricAgeMs: number;
  readonly metricError: number;
  readonly loads: readonly string[];
}

const STANDARD: SetSpec = {
  about: '40 slots, 5 messages/s an instance, target 100, start 2 s',
  slots: 40,
  target: 100,
  startMs: 2_000,
  metricAgeMs: 0,
  metricError: 0,
  loads: LOADS,
};

const SETS = {
  standard: STANDARD,
  start10: { ...STANDARD, about: 'start 10 s', startMs: 10_000 },
  demo: { ...STANDARD, about: '10 slots, target 50', slots: 10, target: 50 },
  small: { ...STANDARD, about: 'target 20', target: 20 },
  stale: { ...STANDARD, about: 'counts 3 s old and up to 10 % wrong', metricAgeMs: 3_000, metricError: 0.1 },
  traces: { ...STANDARD, about: 'real loads', loads: TRACES },
} as const satisfies Readonly<Record<string, SetSpec>>;

export type SetName = keyof typeof SETS;

export const SET_NAMES = Object.keys(SETS) as readonly SetName[];

export function isSet(name: string): name is SetName {
  return Object.hasOwn(SETS, name);
}

export function loadsOf(set: SetName): readonly string[] {
  return SETS[set].loads;
}

export function aboutSet(name: string): string {
  return isSet(name) ? SETS[name].about : '';
}

const { serviceRate: SERVICE_RATE, serviceSpread: SERVICE_SPREAD, stopMs: STOP_MS } = DEFAULT_SETTINGS;
const INTERVAL_MS = 500;

/** The world of one set under one load: the same for every law. */
export function benchWorld(set: SetName, load: string, seed: number): Omit<WorldOptions, 'spare'> {
  const spec: SetSpec = SETS[set];
  const capacity = spec.slots * SERVICE_RATE;
  const curve =
    set === 'traces'
      ? traceCurve(load as TraceName, capacity)
      : loadCurve(load as (typeof LOADS)[number], { capacity, seed });
  const demand = demandOf(curve, seed, load);
  const consumer = Math.min(spec.slots - 1, startCount(demand, SERVICE_RATE));
  return {
    apps: [
      {
        terms: consumerTerms(spec.slots, spec.target, spec.metricAgeMs),
        initial: consumer,
        demand,
        heldPerInstance: 1,
      },
      { terms: remainderTerms(spec.slots), initial: spec.slots - consumer, heldPerInstance: 1 },
    ],
    budget: { kind: 'slots', slots: spec.slots },
    delays: { startMs: spec.startMs, stopMs: STOP_MS },
    serviceRate: SERVICE_RATE,
    serviceSpread: SERVICE_SPREAD,
    metricAgeMs: spec.metricAgeMs,
    metricError: spec.metricError,
    intervalMs: INTERVAL_MS,
    steps: curve.steps,
  };
}

/** A pool begins as somebody would have sized it for the load of that moment. */
function startCount({ curve }: Demand, serviceRate: number): number {
  return Math.max(1, Math.ceil((curve.rate[0] ?? 0) / (serviceRate * (curve.service[0] ?? 1))) + 1);
}
