// controller: where the fields of a policy become neutral. Everything after this file speaks of clusters and workloads.

import type { AppSpec, CapacityPool, MicroscalingPolicy, PolicySpec } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec, Workload } from '../../schedulers/scheduler.ts';

/** A workload, and whose it is. */
export interface PlacedWorkload extends Workload {
  /** Key of its scheduler. */
  readonly scheduler: string;
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
  readonly workload?: PlacedWorkload;
};

/** The apps of a policy as everything else has them, in their order; the same objects where nothing had to be said anew. */
export function namedApps(
  { metadata, spec }: Pick<MicroscalingPolicy, 'metadata' | 'spec'>,
  workloadOf: WorkloadOf,
): readonly NamedApp[] {
  return spec.apps.flatMap((app) => {
    const workload = workloadOf(app, metadata);
    if (workload === undefined) return isNamed(app) ? [app] : [];
    const { title, definition, envFrom = [], adopt } = workload;
    const { id: _id, app: _app, ...rest } = app;
    // What is only scaled is never made by us: naming it is taking it on.
    const takesOn = definition === undefined || adopt === true;
    return [{ ...rest, id: title, envFrom, adopt: takesOn, workload, ...defined({ app: definition }) }];
  });
}

export function isNamed(app: AppSpec): app is NamedApp {
  return app.id !== undefined;
}

/** The cluster that a policy or a pool names; undefined: the operator's own. */
export function namedCluster({
  marathon,
}: Pick<PolicySpec | CapacityPool['spec'], 'marathon'>): ClusterSpec | undefined {
  return marathon;
}

/** The field that names it, for people. */
export const CLUSTER_FIELD = 'marathon';
