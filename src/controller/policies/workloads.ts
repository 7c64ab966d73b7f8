// controller: where the fields of a policy become neutral. Everything after this file speaks of clusters and workloads.

import type { CapacityPool, PolicySpec } from '../../api/policy.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';

/** The cluster that a policy or a pool names; undefined: the operator's own. */
export function namedCluster({
  marathon,
}: Pick<PolicySpec | CapacityPool['spec'], 'marathon'>): ClusterSpec | undefined {
  return marathon;
}

/** The field that names it, for people. */
export const CLUSTER_FIELD = 'marathon';
