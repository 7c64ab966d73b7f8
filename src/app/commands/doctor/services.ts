// app: asks the swarms of the given policies, for the doctor. Nothing that it asks has an effect.

import { readFileSync } from 'node:fs';
import type { AppSpec, MicroscalingPolicy } from '../../../api/policy.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import { blockOf } from '../../../api/schema/scheduler-block.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { silentLogger } from '../../../runtime/log.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import type { Workload } from '../../../schedulers/scheduler.ts';
import { SWARM_BLOCK } from '../../../schedulers/swarm/block.ts';
import { SwarmClusters } from '../../../schedulers/swarm/clusters.ts';
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

const SWARM = new Set(['swarm']);
const DEADLINE_MS = 10_000;

/** One for each app that is a service of a swarm. */
export async function askServices(
  policies: readonly MicroscalingPolicy[],
  { env, clock }: Asking,
  signal: AbortSignal,
): Promise<readonly TargetEvidence[]> {
  const scaled = policies.flatMap(({ metadata, spec }) =>
    spec.apps.flatMap((app): Scaled[] => {
      const block = blockOf(app, SWARM)?.block;
      return isObject(block)
        ? [{ workload: SWARM_BLOCK.workload(block, { metadata, app: app.name }), app }]
        : [];
    }),
  );
  if (scaled.length === 0) return [];
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const values = createValueResolver({ env, readFile, redactor: createRedactor() });
  const clusters = new SwarmClusters({ clock, log: silentLogger, values, own: { urls: [] }, env });
  try {
    return await Promise.all(scaled.map((each) => ask(each, clusters, signal)));
  } finally {
    await clusters.close();
  }
}

async function ask(
  { workload, app }: Scaled,
  clusters: SwarmClusters,
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
  clusters: SwarmClusters,
  signal: AbortSignal,
): Promise<TargetReading> {
  const seen = (await clusters.of(cluster).observe([name], signal)).apps.get(name);
  return seen === undefined ? { isAbsent: true } : { seen };
}
