// app: asks the Kubernetes clusters of the given policies, for the doctor. Nothing that it asks has an effect.

import type { AppSpec, MicroscalingPolicy } from '../../../api/policy.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import { blockOf } from '../../../api/schema/scheduler-block.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { silentLogger } from '../../../runtime/log.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import { KUBERNETES_BLOCK } from '../../../schedulers/kubernetes/block.ts';
import { KubernetesClusters } from '../../../schedulers/kubernetes/clusters.ts';
import { Kinds } from '../../../schedulers/kubernetes/follow/kinds.ts';
import { missingRights } from '../../../schedulers/kubernetes/target/rights.ts';
import { targetOf } from '../../../schedulers/kubernetes/target/target.ts';
import type { Workload } from '../../../schedulers/scheduler.ts';
import { createValueResolver } from '../../operator/values.ts';
import type { TargetEvidence, TargetReading } from './evidence.ts';

interface Asking {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
}

interface Scaled {
  readonly workload: Workload;
  readonly app: AppSpec;
  readonly countsNodes: boolean;
}

const KUBERNETES = new Set(['kubernetes']);
const DEADLINE_MS = 10_000;

/** One for each app that is scaled in Kubernetes. */
export async function askTargets(
  policies: readonly MicroscalingPolicy[],
  asking: Asking,
  signal: AbortSignal,
): Promise<readonly TargetEvidence[]> {
  const scaled = policies.flatMap(({ metadata, spec }) =>
    spec.apps.flatMap((app): Scaled[] => {
      const block = blockOf(app, KUBERNETES)?.block;
      if (!isObject(block)) return [];
      const workload = KUBERNETES_BLOCK.workload(block, { metadata, app: app.name });
      return [{ workload, app, countsNodes: spec.capacity?.cluster !== undefined }];
    }),
  );
  if (scaled.length === 0) return [];
  const clusters = clustersOf(asking);
  try {
    return await Promise.all(scaled.map((each) => ask(each, { ...asking, clusters }, signal)));
  } finally {
    await clusters.close();
  }
}

function clustersOf({ env, clock, kubeconfig, kubeContext }: Asking): KubernetesClusters {
  const readFile = (): never => {
    throw new Error('nothing is read from files here');
  };
  return new KubernetesClusters({
    clock,
    log: silentLogger,
    values: createValueResolver({ env, readFile, redactor: createRedactor() }),
    own: {
      urls: [],
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(kubeContext !== undefined && { kubeContext }),
    },
    env,
  });
}

async function ask(
  scaled: Scaled,
  asking: Asking & { readonly clusters: KubernetesClusters },
  signal: AbortSignal,
): Promise<TargetEvidence> {
  const { title } = scaled.workload;
  const { targets = [], behavior } = scaled.app;
  const about = { app: title, isMetricApp: targets.length > 0, startupTime: behavior.startupTime };
  const within = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  try {
    const value = await read(scaled, asking, within);
    return { ...about, answer: { ok: true, value } };
  } catch (error) {
    signal.throwIfAborted();
    const reason = within.aborted ? `no answer within ${DEADLINE_MS / 1_000} s` : messageOf(error);
    return { ...about, answer: { ok: false, reason } };
  }
}

async function read(
  { workload, app, countsNodes }: Scaled,
  { clusters, clock }: Asking & { readonly clusters: KubernetesClusters },
  signal: AbortSignal,
): Promise<TargetReading> {
  const target = targetOf(workload.name);
  if (target === undefined) throw new Error(`${workload.name} is no target in Kubernetes`);
  const api = await clusters.apiOf(workload.cluster);
  const kind = await new Kinds(api, clock).of(target, signal);
  if (kind.state === 'missing' || kind.refused !== undefined)
    return { missingRights: [], unseen: kind.state === 'missing' ? kind.reason : (kind.refused ?? '') };
  const { group, namespace, name } = target;
  const path = { group, version: kind.version, resource: kind.resource, namespace, name };
  const marksPods = app.behavior.idleVictims !== undefined;
  const missing = await missingRights({ path, marksPods, countsNodes }, api, signal);
  // What may not be looked at is not looked for.
  if (missing.length > 0) return { missingRights: missing };
  const view = await clusters.of(workload.cluster).observe([workload.name], signal);
  const unseen = view.unseen?.get(workload.name);
  if (unseen !== undefined) return { missingRights: [], unseen };
  const seen = view.apps.get(workload.name);
  return seen === undefined ? { missingRights: [], isAbsent: true } : { missingRights: [], seen };
}
