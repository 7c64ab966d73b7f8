// app: asks what scales the services of the given policies, a swarm or Amazon ECS, for the doctor. Nothing that it asks has an effect.

import { readFileSync } from 'node:fs';
import type { AppSpec, MicroscalingPolicy } from '../../../api/policy.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import { blockOf } from '../../../api/schema/scheduler-block.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { silentLogger } from '../../../runtime/log.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import { SCHEDULERS } from '../../../schedulers/registry.ts';
import type { SchedulerClusters, Workload } from '../../../schedulers/scheduler.ts';
import { createValueResolver } from '../../operator/values.ts';
import type { TargetEvidence, TargetReading } from './evidence.ts';

interface Asking {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

interface Scaled {
  readonly workload: Workload;
  readonly app: AppSpec;
}

/** Schedulers of services that must exist, and that are seen by looking at them. */
const ASKED = ['ecs', 'swarm'] as const;
const DEADLINE_MS = 10_000;

/** One for each app that is a service. */
export async function askServices(
  policies: readonly MicroscalingPolicy[],
  asking: Asking,
  signal: AbortSignal,
): Promise<readonly TargetEvidence[]> {
  const asked = ASKED.map((type) => askThoseOf(type, policies, asking, signal));
  return (await Promise.all(asked)).flat();
}

async function askThoseOf(
  type: (typeof ASKED)[number],
  policies: readonly MicroscalingPolicy[],
  { env, clock }: Asking,
  signal: AbortSignal,
): Promise<readonly TargetEvidence[]> {
  const { block, open } = SCHEDULERS[type];
  const types = new Set([type]);
  const scaled = policies.flatMap(({ metadata, spec }) =>
    spec.apps.flatMap((app): Scaled[] => {
      const own = blockOf(app, types)?.block;
      return isObject(own) ? [{ workload: block.workload(own, { metadata, app: app.name }), app }] : [];
    }),
  );
  if (scaled.length === 0) return [];
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const values = createValueResolver({ env, readFile, redactor: createRedactor() });
  const clusters = open({ clock, log: silentLogger, values, own: { urls: [] }, env });
  try {
    return await Promise.all(scaled.map((each) => ask(each, clusters, signal)));
  } finally {
    await clusters.close();
  }
}

async function ask(
  { workload, app }: Scaled,
  clusters: SchedulerClusters,
  signal: AbortSignal,
): Promise<TargetEvidence> {
  const { startupTime } = app.behavior;
  // A task runs once its health check has passed, where it has one: nothing is to be said of those without.
  const about = { app: workload.title, unit: 'tasks', isMetricApp: false, startupTime };
  const within = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  try {
    return { ...about, answer: { ok: true, value: await read(workload, clusters, within) } };
  } catch (error) {
    signal.throwIfAborted();
    const reason = within.aborted ? `no answer within ${DEADLINE_MS / 1_000} s` : messageOf(error);
    return { ...about, answer: { ok: false, reason } };
  }
}

async function read(
  { cluster, name }: Workload,
  clusters: SchedulerClusters,
  signal: AbortSignal,
): Promise<TargetReading> {
  const seen = (await clusters.of(cluster).observe([name], signal)).apps.get(name);
  return seen === undefined ? { isAbsent: true } : { seen };
}
