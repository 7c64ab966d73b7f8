// controller: the CapacityPools as they are used, kept from what the sources say. The last good version survives bad edits. Pure.

import {
  type CapacityPool,
  type MicroscalingPolicy,
  type ResourceKey,
  resourceKey,
} from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import type { Finding, Found } from './documents/documents.ts';
import { type Admission, refusal } from './records.ts';
import { namedCluster } from './workloads.ts';

export interface CapacityPoolRecord {
  readonly key: ResourceKey;
  /** What is used: the last good version. */
  readonly pool: CapacityPool;
  readonly source: string;
  readonly uid?: string;
  readonly place: string;
  readonly revision: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly accepted: Admission;
}

export type CapacityPools = ReadonlyMap<ResourceKey, CapacityPoolRecord>;

const VALID: Admission = { status: 'True', reason: 'Valid', message: 'the pool is valid' };

export function nextCapacityPools(
  before: CapacityPools,
  findings: ReadonlyMap<ResourceKey, Finding<CapacityPool>>,
  {
    nowMs,
    deletionHeldBy,
  }: { readonly nowMs: number; readonly deletionHeldBy: (source: string) => Admission | undefined },
): CapacityPools {
  const next = new Map<ResourceKey, CapacityPoolRecord>();
  for (const [key, finding] of findings) {
    const known = before.get(key);
    if (finding.is === 'valid') {
      const accepted = deletionHeldBy(finding.source) ?? VALID;
      next.set(key, { ...recordOf(key, finding, { known, nowMs }), accepted });
    } else if (known !== undefined) {
      next.set(key, { ...known, accepted: refusalOf(key, finding) });
    }
  }
  return next;
}

function recordOf(
  key: ResourceKey,
  found: Found<CapacityPool>,
  { known, nowMs }: { readonly known: CapacityPoolRecord | undefined; readonly nowMs: number },
): Omit<CapacityPoolRecord, 'accepted'> {
  const { resource: pool, source, place, revision, uid, createdAt } = found;
  const same = known !== undefined && known.uid === uid;
  const unchanged = same && JSON.stringify(known.pool.spec) === JSON.stringify(pool.spec);
  const counted = unchanged ? known.generation : (known?.generation ?? 0) + 1;
  return {
    key,
    pool,
    source,
    place,
    revision,
    generation: pool.metadata.generation ?? counted,
    createdAtMs: createdAtMsOf(createdAt) ?? (same ? known.createdAtMs : nowMs),
    ...defined({ uid }),
  };
}

/** Undefined where there is none, or none that can be read. */
export function createdAtMsOf(createdAt: string | undefined): number | undefined {
  const ms = createdAt === undefined ? Number.NaN : Date.parse(createdAt);
  return Number.isNaN(ms) ? undefined : ms;
}

function refusalOf(
  key: ResourceKey,
  finding: Exclude<Finding<CapacityPool>, { readonly is: 'valid' }>,
): Admission {
  return finding.is === 'duplicate'
    ? refusal('DuplicatePolicy', twoHomes('pool', key, finding.places))
    : refusal(finding.reason, `${finding.place}: ${finding.message}`);
}

export function twoHomes(what: string, key: ResourceKey, places: readonly string[]): string {
  return `${what} ${key} is in ${places.join(' and ')}; it has one home: remove it from all but one`;
}

/** The cluster of those apps of a policy that name none: its own word, else that of its pool. */
export function clusterOfPolicy(
  { metadata, spec }: MicroscalingPolicy,
  pools: CapacityPools,
): ClusterSpec | undefined {
  const { pool } = spec;
  const shared = pool === undefined ? undefined : pools.get(resourceKey({ ...metadata, name: pool }));
  return namedCluster(spec) ?? (shared && namedCluster(shared.pool.spec));
}
