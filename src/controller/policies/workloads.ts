// controller: where the fields of a policy become neutral. Everything after this file speaks of clusters and workloads.

import type { AppSpec, CapacityPool, MicroscalingPolicy, PolicySpec } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec, Workload } from '../../schedulers/scheduler.ts';

/** A workload, and whose it is. */
export interface PlacedWorkload extends Workload {
  /** Key of its scheduler. */
  readonly scheduler: string;
}

/** With its cluster as everything else names it: one object for all apps of a policy that live there. */
interface SeatedWorkload extends PlacedWorkload {
  readonly place: ClusterSpec;
}

/** What an app is in the scheduler that its block names; undefined where the app has none. */
export type WorkloadOf = (
  app: AppSpec,
  metadata: MicroscalingPolicy['metadata'],
) => PlacedWorkload | undefined;

/**
 * An app in neutral words: `id` is what people call it and unique in its policy, `app` and `envFrom` are the definition
 * that its scheduler makes instances from, whatever the fields of the policy were.
 */
export type NamedApp = AppSpec & {
  readonly id: string;
  /** Absent: the app is named by the fields that every app has, in the cluster of its policy. */
  readonly workload?: SeatedWorkload;
};

/** The apps of a policy as everything else has them, in their order; the same objects where nothing had to be said anew. */
export function namedApps(
  { metadata, spec }: Pick<MicroscalingPolicy, 'metadata' | 'spec'>,
  workloadOf: WorkloadOf,
): readonly NamedApp[] {
  const places = new Map<string, ClusterSpec>();
  return spec.apps.flatMap((app): readonly NamedApp[] => {
    const found = workloadOf(app, metadata);
    if (found === undefined) return isNamed(app) ? [app] : [];
    const { title, definition, envFrom = [], adopt, scheduler, cluster } = found;
    const named = { scheduler, ...defined({ cluster }) };
    const key = JSON.stringify(named);
    const place = places.get(key) ?? named;
    places.set(key, place);
    const workload = { ...found, place };
    const { id: _id, app: _app, ...rest } = app;
    // What is only scaled is never made by us: naming it is taking it on.
    const takesOn = definition === undefined || adopt === true;
    return [{ ...rest, id: title, envFrom, adopt: takesOn, workload, ...defined({ app: definition }) }];
  });
}

export function isNamed(app: AppSpec): app is NamedApp {
  return app.id !== undefined;
}

/** Where an app lives, given the cluster of its policy. */
export function clusterOfApp(
  { workload }: Pick<NamedApp, 'workload'>,
  ofPolicy: ClusterSpec | undefined,
): ClusterSpec | undefined {
  return workload === undefined ? ofPolicy : workload.place;
}

/** What its scheduler calls it, in its cluster. */
export function nameInCluster({ id, workload }: Pick<NamedApp, 'id' | 'workload'>): string {
  return workload?.name ?? id;
}

/** The cluster that a policy or a pool names; undefined: the operator's own. */
export function namedCluster({
  marathon,
}: Pick<PolicySpec | CapacityPool['spec'], 'marathon'>): ClusterSpec | undefined {
  return marathon;
}

/** Two clusters are the same when their urls are: where nobody knows better. */
export function namedUrls(cluster: ClusterSpec | undefined): string {
  if (cluster?.scheduler !== undefined) return JSON.stringify(cluster);
  return [...(cluster?.urls ?? [])].sort().join(' ');
}
