// A healthy cluster as the doctor reads it, with what a test cares about on top.

import {
  API_VERSION,
  type AppSpec,
  type MicroscalingPolicy,
  type PolicySpec,
} from '../../../../src/api/policy.ts';
import type { Evidence, MesosReading } from '../../../../src/app/commands/doctor/evidence.ts';
import type { Deployment, MarathonApp, QueueItem } from '../../../../src/schedulers/marathon/schema.ts';
import { anAppSpec, aPolicySpec, T0 } from '../../../support/builders.ts';

export const MESOS: MesosReading = {
  url: 'http://mesos:5050',
  allocationIntervalMs: 1000,
  agents: { ok: true, value: { active: 3, inactive: 0 } },
};

export function evidence(over: Partial<Evidence> = {}): Evidence {
  return {
    url: 'http://m1:8080',
    urlCount: 1,
    authenticated: true,
    info: { version: '1.10.26', flags: { min_revive_offers_interval: 1000, max_instances_per_offer: 5 } },
    nowMs: T0,
    clock: { ok: true, value: { aheadMs: 0, toleranceMs: 500 } },
    apps: { ok: true, value: [] },
    queue: { ok: true, value: [] },
    deployments: { ok: true, value: [] },
    writing: { ok: true, value: { status: 422, fromMarathon: true, words: 'a write: refused' } },
    events: { ok: true, value: { greeted: true } },
    mesos: { ok: true, value: MESOS },
    policies: [],
    metrics: [],
    engines: [],
    targets: [],
    ...over,
  };
}

export function withFlags(flags: Record<string, unknown>): Partial<Evidence> {
  return { info: { version: '1.10.26', flags } };
}

export function aMarathonApp(over: Partial<MarathonApp> = {}): MarathonApp {
  return {
    id: '/demo/consumer',
    instances: 1,
    tasks: [],
    deployments: [],
    labels: {},
    hasHealthChecks: false,
    definition: { cmd: 'sleep 60', upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 } },
    ...over,
  };
}

export function aQueueItem(over: Partial<QueueItem> = {}): QueueItem {
  return { appId: '/demo/consumer', count: 3, backoffMs: 0, reasons: [], sinceMs: T0 - 60_000, ...over };
}

export function aDeployment(over: Partial<Deployment> = {}): Deployment {
  return {
    id: 'd1',
    affectedApps: ['/demo/consumer'],
    affectedPods: [],
    actions: [{ action: 'ScaleApplication', app: '/demo/consumer' }],
    sinceMs: T0 - 90_000,
    ...over,
  };
}

export function aPolicy(
  name: string,
  apps: readonly AppSpec[],
  spec: Partial<PolicySpec> = {},
): MicroscalingPolicy {
  return {
    apiVersion: API_VERSION,
    kind: 'MicroscalingPolicy',
    metadata: { name, namespace: 'default' },
    spec: aPolicySpec({ apps, ...spec }),
  };
}

/** A policy `demo` with one app, `/demo/consumer`. */
export function aDemo(app: Partial<AppSpec> = {}, spec: Partial<PolicySpec> = {}): MicroscalingPolicy {
  return aPolicy('demo', [anAppSpec(app)], spec);
}
