// controller: tracks what policies own: which apps are to be collected, and which deleted objects own nothing any more.

import { isDeepStrictEqual } from 'node:util';
import type { ResourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { type WorkloadIdentity, workloadKey } from '../../schedulers/workload.ts';
import { type CapacityPools, clusterOfPolicy, createdAtMsOf } from '../policies/capacity-pools.ts';
import { type Entry, identityOf } from '../policies/documents/documents.ts';
import { type PendingCollection, type PoolRecord, poolKeyOf } from '../policies/records.ts';
import { clusterOfApp, namedApps, nameInCluster, type WorkloadOf } from '../policies/workloads.ts';
import { AppOwners } from './app-owners.ts';
import {
  isPendingCollection,
  nextOwnership,
  type OwnedApp,
  type PolicyOwnership,
  pendingCollectionOf,
  without,
} from './ownership.ts';
import { OwnershipStore } from './ownership-store.ts';

export interface OwnershipTrackerDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  readonly documents: DocumentStore;
  /** The names of the sources there are. */
  readonly sources: readonly string[];
  readonly identityOf: (cluster: ClusterSpec | undefined, name: string) => WorkloadIdentity;
  readonly isPaused: (policy: ResourceKey) => boolean;
  readonly workloadOf: WorkloadOf;
}

/** The documents as they are now. */
export interface Documented {
  /** Those whose deletion was asked for. */
  readonly deleting: () => readonly Entry[];
  readonly isDeleting: (policy: ResourceKey) => boolean;
  readonly capacityPools: CapacityPools;
  /** Whether a policy is there, usable or not. */
  readonly isThere: (policy: ResourceKey) => boolean;
  /** Whether a source was listed so far that a policy that was not found there is not there. */
  readonly isDecided: (source: string, policy: ResourceKey) => boolean;
}

export class OwnershipTracker {
  readonly #deps: OwnershipTrackerDeps;
  readonly #store: OwnershipStore;
  /** Objects whose deletion was asked for and that own nothing any more. */
  readonly #finalizable = new Set<string>();
  readonly #ownership: Map<ResourceKey, PolicyOwnership>;
  readonly #owners: AppOwners;
  /** The few that may have something to collect: every round asks. */
  readonly #pending = new Map<ResourceKey, PolicyOwnership>();
  /** Of whom something was collected since they were looked at. */
  readonly #collectedFrom = new Set<ResourceKey>();
  #documented: Documented | undefined;

  constructor(deps: OwnershipTrackerDeps) {
    this.#deps = deps;
    this.#store = new OwnershipStore(deps);
    this.#ownership = new Map();
    this.#owners = new AppOwners((app) => this.#appKey(app));
    for (const [policy, owned] of this.#store.read()) this.#put(policy, owned);
  }

  /**
   * Written down before the first round that could write to its cluster.
   *
   * @param pools as they are run now
   * @param only these policies, with all that they bear on, have changed; absent: all may have
   * @returns policies of which something else is known now
   */
  follow(
    documented: Documented,
    pools: Iterable<PoolRecord>,
    only?: ReadonlySet<ResourceKey>,
  ): readonly ResourceKey[] {
    this.#documented = documented;
    const policies = only ?? new Set(this.#ownership.keys());
    const before = new Map(
      [...policies].flatMap((policy) => {
        const owned = this.#ownership.get(policy);
        return owned === undefined ? [] : [[policy, owned] as const];
      }),
    );
    const deleting = documented.deleting().filter(({ key }) => only === undefined || only.has(key));
    const next = nextOwnership(before, {
      pools,
      deleting: deleting.flatMap((entry) => this.#ownedWhileDeleting(entry, documented)),
      appKey: (app) => this.#appKey(app),
      isGone: (owned) => this.#isGone(owned, documented),
      isPaused: this.#deps.isPaused,
    });
    const changed = [...new Set([...policies, ...next.keys()])].filter(
      (policy) => this.#ownership.get(policy) !== next.get(policy),
    );
    for (const policy of changed) this.#put(policy, next.get(policy));
    if (only === undefined) this.#owners.rebuild(this.#ownership.values());
    this.#store.write(this.#ownership, only === undefined ? undefined : changed);
    this.#noteFinalizable(documented);
    return changed;
  }

  /** Policies of whom something was collected since this was asked last. */
  takeCollectedFrom(): readonly ResourceKey[] {
    const policies = [...this.#collectedFrom];
    this.#collectedFrom.clear();
    return policies;
  }

  /** What tells the apps apart that a policy owns, or did. */
  appsOf(policy: ResourceKey): readonly string[] {
    const { apps = [], dropped = [] } = this.#ownership.get(policy) ?? {};
    return [...apps, ...dropped].map((app) => this.#appKey(app));
  }

  policies(): Iterable<ResourceKey> {
    return this.#ownership.keys();
  }

  /** When a policy of this source was first seen, as far as an earlier process wrote it down. */
  seenAtMs(policy: ResourceKey, source: string): number | undefined {
    const owned = this.#ownership.get(policy);
    return owned?.source === source ? owned.createdAtMs : undefined;
  }

  /** The source of a policy that owns something, also of one that is gone. */
  sourceOf(policy: ResourceKey): string | undefined {
    return this.#ownership.get(policy)?.source;
  }

  /** The pool that the apps of a policy are or were in, as far as it owns any. */
  poolOf(policy: ResourceKey): string | undefined {
    const owned = this.#ownership.get(policy);
    return (owned?.apps[0] ?? owned?.dropped[0])?.pool;
  }

  /** Apps that no policy names any more and that are not dealt with yet; by policy, for the first one lets go of an app. */
  pendingCollections(): readonly PendingCollection[] {
    const pending = [...this.#pending.values()].sort((a, b) => (a.policy < b.policy ? -1 : 1));
    return pending.flatMap((owned) => pendingCollectionOf(owned, this.#deps.isPaused));
  }

  /** Whether `pending` is still to be done. */
  isPending(pending: PendingCollection): boolean {
    return this.pendingCollections().some((now) => isDeepStrictEqual(now, pending));
  }

  /** The app is released, deleted or not there any more: nothing is left to do. */
  collected({ policy, app: id, cluster }: PendingCollection): void {
    const owned = this.#ownership.get(policy);
    if (owned === undefined) return;
    const key = this.#appKey({ id, ...(cluster && { cluster }) });
    const rest = without(owned, {
      isIt: (app) => this.#appKey(app) === key,
      isThere: this.#documented?.isThere(policy) === true,
    });
    this.#put(policy, rest);
    this.#collectedFrom.add(policy);
    this.#store.write(this.#ownership, [policy]);
    if (this.#documented !== undefined) this.#noteFinalizable(this.#documented);
  }

  /** What is kept for policies that no source there is can speak of. */
  withoutSource(): readonly PolicyOwnership[] {
    return [...this.#ownership.values()].filter(
      ({ policy, source }) =>
        !this.#deps.sources.includes(source) && this.#documented?.isThere(policy) !== true,
    );
  }

  /** Whether a policy owns the app, or did so until somebody says that it is gone. */
  owns(app: string): boolean {
    return [...this.#ownership.values()].some(({ apps, dropped }) =>
      [...apps, ...dropped].some(({ id }) => id === app),
    );
  }

  /** Whether a policy of this source is known to own the app (its cluster and its id), by what was written down. */
  ownedBefore(policy: ResourceKey, source: string, app: string): boolean {
    const owned = this.#ownership.get(policy);
    return owned?.source === source && this.ownersOf(app).includes(owned);
  }

  /** Of the apps that a policy of this source owns. */
  idsOf(policy: ResourceKey, source: string): ReadonlySet<string> {
    const owned = this.#ownership.get(policy);
    return new Set(owned?.source === source ? owned.apps.map(({ id }) => id) : []);
  }

  /** What is kept of policies that own the app (its cluster and its id) and are not known to be gone. */
  ownersOf(app: string): readonly PolicyOwnership[] {
    return this.#owners.of(app);
  }

  /** Objects whose deletion was asked for and that own nothing: their sources may remove the finalizer. */
  finalizable(): readonly Entry[] {
    const deleting = this.#documented?.deleting() ?? [];
    return deleting.filter((entry) => this.#finalizable.has(identityOf(entry)));
  }

  #put(policy: ResourceKey, owned: PolicyOwnership | undefined): void {
    this.#owners.replace(this.#ownership.get(policy), owned);
    if (owned === undefined) this.#ownership.delete(policy);
    else this.#ownership.set(policy, owned);
    if (owned !== undefined && isPendingCollection(owned)) this.#pending.set(policy, owned);
    else this.#pending.delete(policy);
  }

  /** What a policy may own that was being deleted when this process first saw it. */
  #ownedWhileDeleting(entry: Entry, { capacityPools }: Documented): readonly PolicyOwnership[] {
    const { key, source, resource, deleting } = entry;
    if (!deleting || resource?.kind !== 'MicroscalingPolicy') return [];
    if (this.#finalizable.has(identityOf(entry))) return [];
    const { onDelete, mode } = resource.spec;
    const pool = poolKeyOf(resource);
    const ofPolicy = clusterOfPolicy(resource, capacityPools);
    const owned = namedApps(resource, this.#deps.workloadOf).map((app) => ({
      id: nameInCluster(app),
      pool,
      onDelete,
      ...defined({ cluster: clusterOfApp(app, ofPolicy) }),
    }));
    const createdAtMs = createdAtMsOf(entry.createdAt) ?? this.#deps.clock.now();
    return [{ policy: key, source, mode, createdAtMs, apps: owned, dropped: [] }];
  }

  /** A policy that is there and unusable is not gone, nor is one that was not looked for to the end. */
  #isGone({ policy, source }: PolicyOwnership, { isDeleting, isThere, isDecided }: Documented): boolean {
    if (isThere(policy)) return false;
    if (isDeleting(policy)) return true;
    return this.#deps.sources.includes(source) && isDecided(source, policy);
  }

  #noteFinalizable({ deleting: deletingNow, isThere }: Documented): void {
    const deleting = deletingNow();
    const present = new Set(deleting.map(identityOf));
    for (const identity of this.#finalizable) if (!present.has(identity)) this.#finalizable.delete(identity);
    for (const entry of deleting) {
      // A policy that has another home by now goes on there, with what it owns.
      const free = entry.kind === 'CapacityPool' || isThere(entry.key) || !this.#ownership.has(entry.key);
      if (free) this.#finalizable.add(identityOf(entry));
    }
  }

  #appKey({ id, cluster }: Pick<OwnedApp, 'id' | 'cluster'>): string {
    return workloadKey(this.#deps.identityOf(cluster, id));
  }
}
