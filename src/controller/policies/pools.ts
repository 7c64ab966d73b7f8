// controller: policies grouped into the pools that are run, with what their CapacityPools say. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { Labels } from '../../api/labels/label-selector.ts';
import type { CapacitySpec } from '../../api/policy.ts';
import { resourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { type CapacityPools, clusterOfPolicy } from './capacity-pools.ts';
import { type PolicyRecord, type PoolRecord, poolKeyOf, shownVersion } from './records.ts';
import { namedCluster } from './workloads.ts';

export type Pools = ReadonlyMap<string, PoolRecord>;

/** Sorted by key. What did not change is the same object as before: what did is cheap to tell. */
export function nextPools(
  before: Pools,
  policies: Iterable<PolicyRecord>,
  {
    capacityPools,
    clusterId,
  }: {
    readonly capacityPools: CapacityPools;
    readonly clusterId: (cluster: ClusterSpec | undefined) => string;
  },
): Pools {
  const members = Map.groupBy(policies, (record) => poolKeyOf(shownVersion(record).policy));
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(
    sorted.map(([key, each]) => {
      const known = before.get(key);
      const shared = sharedBy(each, { known, capacityPools });
      const elsewhere = elsewhereOf(each, { ...shared, known, capacityPools, clusterId });
      const labels = labelsOf(each, { known, capacityPools });
      const next = {
        key,
        members: each,
        ...shared,
        ...defined({ labels }),
        ...(elsewhere.size > 0 && { elsewhere }),
      };
      return [key, sameOr(known, next)];
    }),
  );
}

export function changedPools(before: Pools, after: Pools): readonly string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => !isDeepStrictEqual(before.get(key), after.get(key)));
}

/** What the members share. A CapacityPool that is gone under a running member goes on as it was last seen. */
function sharedBy(
  members: readonly PolicyRecord[],
  { known, capacityPools }: { readonly known: PoolRecord | undefined; readonly capacityPools: CapacityPools },
): Pick<PoolRecord, 'capacity' | 'cluster'> {
  const lead = members.find(({ running }) => running !== undefined) ?? members[0];
  if (lead === undefined) return {};
  const { spec, metadata } = shownVersion(lead).policy;
  if (spec.pool === undefined) return pick(spec.capacity, namedCluster(spec));
  const shared = capacityPools.get(resourceKey({ namespace: metadata.namespace, name: spec.pool }));
  if (shared === undefined) return pick(known?.capacity, known?.cluster ?? namedCluster(spec));
  return pick(shared.pool.spec.capacity, namedCluster(shared.pool.spec) ?? namedCluster(spec));
}

/** Of members that name another cluster than the one that the pool speaks of first. */
function elsewhereOf(
  members: readonly PolicyRecord[],
  {
    known,
    cluster,
    capacityPools,
    clusterId,
  }: {
    readonly known: PoolRecord | undefined;
    readonly cluster?: ClusterSpec;
    readonly capacityPools: CapacityPools;
    readonly clusterId: (cluster: ClusterSpec | undefined) => string;
  },
): NonNullable<PoolRecord['elsewhere']> {
  if (members.length < 2 && cluster === undefined) return new Map();
  const shared = clusterId(cluster);
  const others = members.flatMap((record) => {
    const { policy } = shownVersion(record);
    const { pool } = policy.spec;
    if (pool !== undefined && !capacityPools.has(resourceKey({ ...policy.metadata, name: pool }))) {
      // Its pool is gone under it: it stays where it was.
      return known?.elsewhere?.has(record.key)
        ? [[record.key, known.elsewhere.get(record.key)] as const]
        : [];
    }
    const own = clusterOfPolicy(policy, capacityPools);
    return own === cluster || clusterId(own) === shared ? [] : [[record.key, own] as const];
  });
  return new Map(others);
}

/** A policy follows its CapacityPool. One that is gone under its members goes on as it was last seen; of one that never was its first member speaks. */
function labelsOf(
  members: readonly PolicyRecord[],
  { known, capacityPools }: { readonly known: PoolRecord | undefined; readonly capacityPools: CapacityPools },
): Labels | undefined {
  const [first] = members;
  if (first === undefined) return undefined;
  const { metadata, spec } = shownVersion(first).policy;
  // A label may move a policy also while an edit of its spec is refused.
  if (spec.pool === undefined) return first.latest.policy.metadata.labels;
  const shared = capacityPools.get(resourceKey({ namespace: metadata.namespace, name: spec.pool }));
  if (shared !== undefined) return shared.pool.metadata.labels;
  return known === undefined ? first.latest.policy.metadata.labels : known.labels;
}

function sameOr(known: PoolRecord | undefined, next: PoolRecord): PoolRecord {
  const same =
    known?.capacity === next.capacity &&
    known?.cluster === next.cluster &&
    isDeepStrictEqual(known?.elsewhere, next.elsewhere) &&
    isDeepStrictEqual(known?.labels, next.labels) &&
    known?.members.length === next.members.length &&
    known.members.every((member, i) => member === next.members[i]);
  return same && known !== undefined ? known : next;
}

function pick(
  capacity: CapacitySpec | undefined,
  cluster: ClusterSpec | undefined,
): Pick<PoolRecord, 'capacity' | 'cluster'> {
  return { ...(capacity && { capacity }), ...(cluster && { cluster }) };
}
