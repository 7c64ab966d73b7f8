// test support: the smallest valid thing of each kind, with what a test cares about on top.

import type {
  AlgorithmSpec,
  AppSpec,
  BehaviorSpec,
  MetricSpec,
  PolicySpec,
  TargetSpec,
} from '../../src/api/policy.ts';
import type { AppInput, DecisionInput } from '../../src/core/decision.ts';
import type { AppObservation, MetricSample, MetricUnavailable } from '../../src/core/observation.ts';

export const T0 = Date.parse('2026-01-01T00:00:00Z');

export const aQueue: MetricSpec = {
  azureStorageQueue: { queueName: 'orders', count: 'Waiting', inFlightPerInstance: 1 },
};

export const aRandom: MetricSpec = { random: { min: 1, max: 9, period: '10s', seed: 1 } };

const anyScaling = {
  stabilizationWindowSeconds: 0,
  policies: [],
  selectPolicy: 'Max',
  tolerance: 0,
} as const;

/** The schema's defaults, except that lower needs count at once unless a test says otherwise. */
export function aBehavior(over: Partial<BehaviorSpec> = {}): BehaviorSpec {
  return {
    scaleUp: anyScaling,
    scaleDown: anyScaling,
    giveBackAfter: '0s',
    minHold: '0s',
    futility: 'Ignore',
    onMetricFailure: { staleAfter: '10s', action: 'Hold', after: '1m' },
    ...over,
  };
}

export function scalingRules(over: Partial<BehaviorSpec['scaleUp']>): BehaviorSpec['scaleUp'] {
  return { ...anyScaling, ...over };
}

export function aTarget(over: Partial<TargetSpec> = {}): TargetSpec {
  return { metric: aRandom, algorithm: { type: 'Fluid' }, ...over };
}

/** A target that wants exactly as many instances as the reading says: the law gets out of the way. */
export const exactly: TargetSpec = aTarget({ perInstance: 1 });

export function queueTarget(queueLength: number, type: AlgorithmSpec['type'], metric = aRandom): TargetSpec {
  return { queueLength, metric, algorithm: { type } };
}

export function aSample(waiting: number, over: Partial<MetricSample> = {}): MetricSample {
  return { state: 'ok', waiting, asOfMs: T0, ...over };
}

/** A count of all messages, those in flight included: what `aQueue` says while no peek tells more. */
export function aTotal(total: number, over: Partial<MetricSample> = {}): MetricSample {
  return aSample(total, {
    unsplit: { waitingAtLeast: 0, restInFlight: true },
    heldPerInstance: 1,
    ...over,
  });
}

export function notRead(over: Partial<MetricUnavailable> = {}): MetricUnavailable {
  return { state: 'unavailable', reason: 'the queue does not answer', sinceMs: T0, ...over };
}

/** An app of which everything asked for runs and serves. */
export function observed(requested: number, over: Partial<AppObservation> = {}): AppObservation {
  const running = over.running ?? requested;
  return {
    id: '/app',
    requested,
    running,
    staging: 0,
    killing: 0,
    unreachable: 0,
    ready: running,
    waiting: 0,
    waitingFor: [],
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: [],
    operations: [],
    definition: {},
    ...over,
  };
}

/** A scaled app that has `requested` instances and, unless told otherwise, wants that many. */
export function aScaled(
  name: string,
  requested: number,
  over: Partial<AppInput> & { wants?: number } = {},
): AppInput {
  const { wants, ...rest } = over;
  return {
    id: `/${name}`,
    name,
    role: 'scaled',
    priority: 1,
    min: 0,
    max: Number.POSITIVE_INFINITY,
    weight: 1,
    targets: [exactly],
    readings: [aSample(wants ?? requested)],
    behavior: aBehavior(),
    footprint: { cpus: 1, mem: 100, disk: 0, gpus: 0 },
    countsAgainstBudget: false,
    observed: observed(requested, { id: `/${name}` }),
    ...rest,
  };
}

export function aRemainder(name: string, requested: number, over: Partial<AppInput> = {}): AppInput {
  return aScaled(name, requested, {
    role: 'remainder',
    priority: 2,
    min: 1,
    targets: [],
    readings: [],
    ...over,
  });
}

export function aFixed(name: string, requested: number, over: Partial<AppInput> = {}): AppInput {
  return aScaled(name, requested, { role: 'fixed', targets: [], readings: [], ...over });
}

/** An app that Marathon does not have. */
export function absent(app: AppInput): AppInput {
  const { observed: _, ...rest } = app;
  return rest;
}

export function anInput(apps: readonly AppInput[], over: Partial<DecisionInput> = {}): DecisionInput {
  return { budget: { kind: 'slots', slots: 10 }, apps, nowMs: T0, ...over };
}

export function anAppSpec(over: Partial<AppSpec> = {}): AppSpec & { readonly id: string } {
  return {
    name: 'consumer',
    id: '/demo/consumer',
    priority: 1,
    instances: { min: 1, max: 10 },
    targets: [queueTarget(50, 'Fluid', aQueue)],
    behavior: aBehavior({ giveBackAfter: '10s' }),
    manualScale: { action: 'Hold', holdFor: '10m' },
    adopt: false,
    app: { cmd: 'sleep 60', cpus: 0.1, mem: 32 },
    envFrom: [],
    ...over,
  };
}

export function aPolicySpec(over: Partial<PolicySpec> = {}): PolicySpec {
  return {
    mode: 'Reconcile',
    interval: '500ms',
    capacity: { slots: 10 },
    onDelete: 'Retain',
    drift: 'Revert',
    apps: [anAppSpec()],
    ...over,
  };
}
