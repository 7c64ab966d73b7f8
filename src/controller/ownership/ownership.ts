// controller: what each policy owns in its cluster, kept beyond the policy and beyond the process, so that nothing is forgotten. Pure.

import type { PolicySpec, ResourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { appsOf, clusterOfMember, type PendingCollection, type PoolRecord } from '../policies/records.ts';
import { clusterOfApp, nameInCluster } from '../policies/workloads.ts';

export interface OwnedApp {
  /** Its name in its cluster. */
  readonly id: string;
  /** Key of the pool whose rounds it is part of. */
  readonly pool: string;
  readonly cluster?: ClusterSpec;
  /** As the last version said that named it. */
  readonly onDelete: PolicySpec['onDelete'];
}

/** Everything that a policy may have written to, with what its last good version says about its deletion. */
export interface PolicyOwnership {
  readonly policy: ResourceKey;
  /** The name of its source: only a source that still is there can say that the policy is gone. */
  readonly source: string;
  readonly mode: PolicySpec['mode'];
  /** When the policy was made, or first seen. */
  readonly createdAtMs: number;
  /** Named by its last good version. */
  readonly apps: readonly OwnedApp[];
  /** Named by an earlier version only, and not collected yet. */
  readonly dropped: readonly OwnedApp[];
  /** Set when its policy is gone: what is done with all of them, whatever else happens meanwhile. */
  readonly reclaimPolicy?: 'OnDelete' | 'Retain';
}

export type Ownership = ReadonlyMap<ResourceKey, PolicyOwnership>;

export interface OwnershipInput {
  /** Pools as they are run now. */
  readonly pools: Iterable<PoolRecord>;
  /** What policies would own whose deletion was asked for; one that ran is known to own what it owned. */
  readonly deleting: readonly PolicyOwnership[];
  /** Says whether two apps are the same. */
  readonly appKey: (app: Pick<OwnedApp, 'id' | 'cluster'>) => string;
  /** Whether a policy that does not run is known to be gone, and not just unusable or out of sight. */
  readonly isGone: (owned: PolicyOwnership) => boolean;
  readonly isPaused: (policy: ResourceKey) => boolean;
}

/**
 * Level-triggered: the same documents give the same answer, whether their change was seen or happened while no
 * operator ran.
 *
 * | its policy …             | the app …                       |                                                |
 * | ------------------------ | ------------------------------- | ---------------------------------------------- |
 * | names the app            |                                 | is owned                                       |
 * | runs without it, or is   | is named by another policy      | is that policy's business                      |
 * | gone                     |                                 |                                                |
 * | runs without it          | is named by nobody              | leaves, once the policy writes (mode, pause)   |
 * | does not run, not gone   | is named by nobody              | is owned: the next edit may bring it back      |
 * | is gone                  | is named by nobody              | leaves; `reclaimPolicy` says how, from now on  |
 */
export function nextOwnership(before: Ownership, input: OwnershipInput): Ownership {
  const running = [...input.pools].flatMap(ownedBy);
  const named = new Set(running.flatMap(({ apps }) => apps.map(input.appKey)));
  const unnamed = (apps: readonly OwnedApp[]): readonly OwnedApp[] =>
    apps.filter((app) => !named.has(input.appKey(app)));
  const next = new Map<ResourceKey, PolicyOwnership>();
  for (const owned of running) {
    const { apps = [], dropped = [] } = before.get(owned.policy) ?? {};
    const rest = unnamed([...apps, ...dropped]);
    next.set(owned.policy, rest.length === 0 ? owned : { ...owned, dropped: rest });
  }
  for (const owned of [...before.values(), ...input.deleting]) {
    if (next.has(owned.policy)) continue;
    const left = { ...owned, apps: unnamed(owned.apps), dropped: unnamed(owned.dropped) };
    if (left.apps.length + left.dropped.length > 0) next.set(owned.policy, stayed(left, input));
  }
  return next;
}

/** A record never changes: what follows from it is worked out once. */
const known = new WeakMap<PoolRecord, readonly PolicyOwnership[]>();

function ownedBy(pool: PoolRecord): readonly PolicyOwnership[] {
  const owned = known.get(pool) ?? ownedIn(pool);
  known.set(pool, owned);
  return owned;
}

function ownedIn(pool: PoolRecord): readonly PolicyOwnership[] {
  const { key } = pool;
  return pool.members.flatMap(({ key: policy, running, createdAtMs }): readonly PolicyOwnership[] => {
    if (running === undefined) return [];
    const { onDelete, mode } = running.policy.spec;
    const ofPolicy = clusterOfMember(pool, policy);
    const apps = appsOf(running).map((app) => ({
      id: nameInCluster(app),
      pool: key,
      onDelete,
      ...defined({ cluster: clusterOfApp(app, ofPolicy) }),
    }));
    return [{ policy, source: running.source, mode, createdAtMs, apps, dropped: [] }];
  });
}

/**
 * What a policy owns that does not run.
 *
 * A policy that says Observe or Paused, or that a person has paused, was promised that nothing of it is written. It
 * cannot be asked any more once it is gone; so its apps are released and stay, even where it says `onDelete: Delete`:
 * an app too many can be removed, an app too few may be an outage.
 */
function stayed(owned: PolicyOwnership, { isGone, isPaused }: OwnershipInput): PolicyOwnership {
  if (owned.reclaimPolicy !== undefined || !isGone(owned)) return owned;
  return { ...owned, reclaimPolicy: writes(owned, isPaused) ? 'OnDelete' : 'Retain' };
}

function writes({ mode, policy }: PolicyOwnership, isPaused: OwnershipInput['isPaused']): boolean {
  return mode === 'Reconcile' && !isPaused(policy);
}

/** What is to be collected now. */
export function pendingCollectionOf(
  owned: PolicyOwnership,
  isPaused: OwnershipInput['isPaused'],
): readonly PendingCollection[] {
  const { policy, reclaimPolicy, apps, dropped } = owned;
  if (reclaimPolicy === undefined && !writes(owned, isPaused)) return [];
  const leaving = reclaimPolicy === undefined ? dropped : [...apps, ...dropped];
  return leaving.map(({ id, pool, cluster, onDelete }) => ({
    app: id,
    policy,
    pool,
    onDelete: reclaimPolicy === 'Retain' ? 'Retain' : onDelete,
    ...(reclaimPolicy === 'Retain' && onDelete === 'Delete' && { spared: true as const }),
    ...(cluster && { cluster }),
  }));
}

/** Whether any of it may be to be collected. */
export function isPendingCollection({ reclaimPolicy, dropped }: PolicyOwnership): boolean {
  return reclaimPolicy !== undefined || dropped.length > 0;
}

/**
 * Without an app that was collected, or is not in its cluster any more; undefined when nothing is left. What a policy
 * that is there names stays owned.
 */
export function without(
  owned: PolicyOwnership,
  { isIt, isThere }: { readonly isIt: (app: OwnedApp) => boolean; readonly isThere: boolean },
): PolicyOwnership | undefined {
  const isNamed = isThere && owned.reclaimPolicy === undefined;
  const apps = isNamed ? owned.apps : owned.apps.filter((app) => !isIt(app));
  const dropped = owned.dropped.filter((app) => !isIt(app));
  return apps.length + dropped.length === 0 ? undefined : { ...owned, apps, dropped };
}
