// controller: what the store gives out. A record is a picture: it never changes after it left the store.

import type { ConditionReason } from '../../api/conditions.ts';
import type { Labels } from '../../api/labels/label-selector.ts';
import {
  type CapacitySpec,
  capacityPoolKey,
  type MicroscalingPolicy,
  type PolicySpec,
  type ResourceKey,
  resourceKey,
} from '../../api/policy.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { isNamed, type NamedApp } from './workloads.ts';

/** One version of a policy with where it came from. */
export interface Version {
  readonly policy: MicroscalingPolicy;
  /** The name of its source. */
  readonly source: string;
  readonly place: string;
  readonly revision: string;
  readonly generation: number;
  /** Its apps in neutral words, where some of them name a scheduler; absent: all are as the policy has them. */
  readonly apps?: readonly NamedApp[];
}

/** Whether the newest document of a policy is taken, and in words why not. */
export interface Admission {
  readonly status: 'True' | 'False';
  readonly reason: ConditionReason;
  readonly message: string;
}

export interface PolicyRecord {
  readonly key: ResourceKey;
  /** The newest version that was readable. */
  readonly latest: Version;
  /** The last good version; absent when none was ever accepted. Differs from `latest` while an edit is refused. */
  readonly running?: Version;
  readonly accepted: Admission;
  /** Of the newest document, usable or not: what `accepted` is about. */
  readonly generation: number;
  /** As its home says, else its first sight. */
  readonly createdAtMs: number;
  /** Identity, where its home gives it one. */
  readonly uid?: string;
}

/** Policies that share one budget: the unit of a round. */
export interface PoolRecord {
  readonly key: string;
  /** Absent when the CapacityPool that the members name was never seen. */
  readonly capacity?: CapacitySpec;
  /** Of members that do not say another one. */
  readonly cluster?: ClusterSpec;
  /** By policy: clusters of members that live in another one than `cluster`; absent: there are none. */
  readonly elsewhere?: ReadonlyMap<ResourceKey, ClusterSpec | undefined>;
  /** Of the CapacityPool, or of the policy that is a pool by itself; absent: it has none. */
  readonly labels?: Labels;
  /** Sorted by key; those without `running` are only shown. */
  readonly members: readonly PolicyRecord[];
}

/** The cluster of those apps of a member that name none. */
export function clusterOfMember(
  { cluster, elsewhere }: Pick<PoolRecord, 'cluster' | 'elsewhere'>,
  policy: ResourceKey,
): ClusterSpec | undefined {
  return elsewhere?.has(policy) === true ? elsewhere.get(policy) : cluster;
}

/** An app that no policy names any more. */
export interface PendingCollection {
  readonly app: string;
  readonly policy: ResourceKey;
  readonly pool: string;
  readonly cluster?: ClusterSpec;
  readonly onDelete: PolicySpec['onDelete'];
  /** It says Delete, and stays: its policy was not to be written when it was removed. */
  readonly spared?: true;
}

export const ACCEPTED: Admission = { status: 'True', reason: 'Valid', message: 'the policy is valid' };

export function refusal(reason: ConditionReason, message: string): Admission {
  return { status: 'False', reason, message };
}

/** The key of the pool a policy belongs to: its own, or the CapacityPool it names (in its own namespace). */
export function poolKeyOf(policy: MicroscalingPolicy): string {
  const { namespace, name } = policy.metadata;
  const { pool } = policy.spec;
  return pool === undefined
    ? `${namespace}/${name}`
    : capacityPoolKey(resourceKey({ namespace, name: pool }));
}

/** What a policy shows as its spec: what runs, or what was asked for when nothing runs. */
export function shownVersion(record: PolicyRecord): Version {
  return record.running ?? record.latest;
}

export function appsOf(version: Version | undefined): readonly NamedApp[] {
  return version?.apps ?? version?.policy.spec.apps.filter(isNamed) ?? [];
}
