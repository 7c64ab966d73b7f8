// controller: what each policy holds in its cluster, kept beyond the policy and beyond the process, so that nothing is forgotten. Pure.

import type { PolicySpec, ResourceKey } from '../../api/policy.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { appsOf, type PendingCollection, type PoolRecord } from '../policies/records.ts';

export interface OwnedApp {
  /** Its name in its cluster. */
  readonly id: string;
  /** Key of the pool whose rounds it is part of. */
  readonly pool: string;
  readonly cluster?: ClusterSpec;
  /** As the last version said that named it. */
  readonly onDelete: PolicySpec['onDelete'];
}

/** Everything that a policy may have written to, with what its last good version says about letting go. */
export interface PolicyOwnership {
  readonly policy: ResourceKey;
  /** The name of its source: only a source that still is there can say that the policy is gone. */
  readonly source: string;
  readonly mode: PolicySpec['mode'];
  /** When the policy was made, or first seen. */
  readonly createdAtMs: number;
  /** Named by its last good version. */
  readonly apps: readonly OwnedApp[];
  /** Named by an earlier version only, and not let go yet. */
  readonly dropped: readonly OwnedApp[];
  /** Set when its policy is gone: what is done with all of them, whatever else happens meanwhile. */
  readonly farewell?: 'OnDelete' | 'Retain';
}

export type Ownership = ReadonlyMap<ResourceKey, PolicyOwnership>;

export interface OwnershipInput {
  /** Pools as they are run now. */
  readonly pools: Iterable<PoolRecord>;
  /** What policies would hold whose deletion was asked for; one that ran is known to hold what it held. */
  readonly deleting: readonly PolicyOwnership[];
  /** Says whether two apps are the same. */
  readonly appKey: (app: Pick<OwnedApp, 'id' | 'cluster'>) => string;
  /** Whether a policy that does not run is known to be gone, and not just unusable or out of sight. */
  readonly isGone: (holding: PolicyOwnership) => boolean;
  readonly isPaused: (policy: ResourceKey) => boolean;
}

/**
 * Level-triggered: the same documents give the same answer, whether their change was seen or happened while no
 * operator ran.
 *
 * | its policy …             | the app …                       |                                                |
 * | ------------------------ | ------------------------------- | ---------------------------------------------- |
 * | names the app            |                                 | is held                                        |
 * | runs without it, or is   | is named by another policy      | is that policy's business                      |
 * | gone                     |                                 |                                                |
 * | runs without it          | is named by nobody              | leaves, once the policy writes (mode, pause)   |
 * | does not run, not gone   | is named by nobody              | is held: the next edit may bring it back       |
 * | is gone                  | is named by nobody              | leaves; `farewell` says how, from now on       |
 */
export function nextOwnership(before: Ownership, input: OwnershipInput): Ownership {
  const running = [...input.pools].flatMap(holdingsOf);
  const named = new Set(running.flatMap(({ apps }) => apps.map(input.appKey)));
  const unnamed = (apps: readonly OwnedApp[]): readonly OwnedApp[] =>
    apps.filter((app) => !named.has(input.appKey(app)));
  const next = new Map<ResourceKey, PolicyOwnership>();
  for (const holding of running) {
    const { apps = [], dropped = [] } = before.get(holding.policy) ?? {};
    const rest = unnamed([...apps, ...dropped]);
    next.set(holding.policy, rest.length === 0 ? holding : { ...holding, dropped: rest });
  }
  for (const holding of [...before.values(), ...input.deleting]) {
    if (next.has(holding.policy)) continue;
    const left = { ...holding, apps: unnamed(holding.apps), dropped: unnamed(holding.dropped) };
    if (left.apps.length + left.dropped.length > 0) next.set(holding.policy, stayed(left, input));
  }
  return next;
}

/** A record never changes: what follows from it is worked out once. */
const known = new WeakMap<PoolRecord, readonly PolicyOwnership[]>();

function holdingsOf(pool: PoolRecord): readonly PolicyOwnership[] {
  const holdings = known.get(pool) ?? holdingsIn(pool);
  known.set(pool, holdings);
  return holdings;
}

function holdingsIn({ key, cluster, members }: PoolRecord): readonly PolicyOwnership[] {
  return members.flatMap(({ key: policy, running, createdAtMs }): readonly PolicyOwnership[] => {
    if (running === undefined) return [];
    const { onDelete, mode } = running.policy.spec;
    const where = { pool: key, onDelete, ...(cluster && { cluster }) };
    const apps = appsOf(running).map(({ id }) => ({ id, ...where }));
    return [{ policy, source: running.source, mode, createdAtMs, apps, dropped: [] }];
  });
}

/**
 * The holding of a policy that does not run.
 *
 * A policy that says Observe or Paused, or that a hand has paused, was promised that nothing of it is written. It
 * cannot be asked any more once it is gone; so its apps are let go and stay, even where it says `onDelete: Delete`:
 * an app too many can be removed, an app too few may be an outage.
 */
function stayed(holding: PolicyOwnership, { isGone, isPaused }: OwnershipInput): PolicyOwnership {
  if (holding.farewell !== undefined || !isGone(holding)) return holding;
  return { ...holding, farewell: writes(holding, isPaused) ? 'OnDelete' : 'Retain' };
}

function writes({ mode, policy }: PolicyOwnership, isPaused: OwnershipInput['isPaused']): boolean {
  return mode === 'Reconcile' && !isPaused(policy);
}

/** What is to be let go now. */
export function pendingCollectionOf(
  holding: PolicyOwnership,
  isPaused: OwnershipInput['isPaused'],
): readonly PendingCollection[] {
  const { policy, farewell, apps, dropped } = holding;
  if (farewell === undefined && !writes(holding, isPaused)) return [];
  const leaving = farewell === undefined ? dropped : [...apps, ...dropped];
  return leaving.map(({ id, pool, cluster, onDelete }) => ({
    app: id,
    policy,
    pool,
    onDelete: farewell === 'Retain' ? 'Retain' : onDelete,
    ...(farewell === 'Retain' && onDelete === 'Delete' && { spared: true as const }),
    ...(cluster && { cluster }),
  }));
}

/** Whether any of it may be to be let go. */
export function isPendingCollection({ farewell, dropped }: PolicyOwnership): boolean {
  return farewell !== undefined || dropped.length > 0;
}

/**
 * Without an app that was let go of, or is not in its cluster any more; undefined when nothing is left. What a policy
 * that is there names stays held.
 */
export function without(
  holding: PolicyOwnership,
  { isIt, isThere }: { readonly isIt: (app: OwnedApp) => boolean; readonly isThere: boolean },
): PolicyOwnership | undefined {
  const isNamed = isThere && holding.farewell === undefined;
  const apps = isNamed ? holding.apps : holding.apps.filter((app) => !isIt(app));
  const dropped = holding.dropped.filter((app) => !isIt(app));
  return apps.length + dropped.length === 0 ? undefined : { ...holding, apps, dropped };
}
