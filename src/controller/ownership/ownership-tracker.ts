// controller: keeps account of what policies hold: what is to be let go, and which deleted objects hold nothing any more.

import { isDeepStrictEqual } from 'node:util';
import type { ResourceKey } from '../../api/policy.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { type CapacityPools, clusterOf, createdAtMsOf } from '../policies/capacity-pools.ts';
import { type Entry, identityOf } from '../policies/documents.ts';
import { type PendingCollection, type PoolRecord, poolKeyOf } from '../policies/records.ts';
import {
  isPendingCollection,
  nextOwnership,
  type OwnedApp,
  type Ownership,
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
  readonly clusterId: (cluster: ClusterSpec | undefined) => string;
  readonly isPaused: (policy: ResourceKey) => boolean;
}

/** The documents as they are now. */
export interface Documented {
  readonly entries: readonly Entry[];
  readonly pools: ReadonlyMap<string, PoolRecord>;
  readonly capacityPools: CapacityPools;
  /** Whether a policy is there, usable or not. */
  readonly isThere: (policy: ResourceKey) => boolean;
  /** Whether a source was listed so far that a policy that was not found there is not there. */
  readonly isDecided: (source: string, policy: ResourceKey) => boolean;
}

export class OwnershipTracker {
  readonly #deps: OwnershipTrackerDeps;
  readonly #book: OwnershipStore;
  /** Objects whose deletion was asked for and that hold nothing any more. */
  readonly #released = new Set<string>();
  #holdings: Ownership = new Map();
  /** By app; worked out once between two changes. */
  #holders: ReadonlyMap<string, readonly { readonly holding: PolicyOwnership }[]> | undefined;
  /** The few that may have something to let go of: every round asks. */
  #parting: readonly PolicyOwnership[] = [];
  #documented: Documented | undefined;

  constructor(deps: OwnershipTrackerDeps) {
    this.#deps = deps;
    this.#book = new OwnershipStore(deps);
    this.#hold(this.#book.read());
  }

  /** Written down before the first round that could write to its cluster. */
  follow(documented: Documented): void {
    this.#documented = documented;
    const next = nextOwnership(this.#holdings, {
      pools: documented.pools.values(),
      deleting: documented.entries.flatMap((entry) => this.#deletingHolding(entry, documented)),
      appKey: (app) => this.#appKey(app),
      isGone: (holding) => this.#isGone(holding, documented),
      isPaused: this.#deps.isPaused,
    });
    this.#hold(next);
    this.#book.write(next);
    this.#noteReleased(documented);
  }

  /** When a policy of this source was first seen, as far as an earlier process wrote it down. */
  seenAtMs(policy: ResourceKey, source: string): number | undefined {
    const holding = this.#holdings.get(policy);
    return holding?.source === source ? holding.createdAtMs : undefined;
  }

  /** The source of what is held for a policy, also of one that is gone. */
  sourceOf(policy: ResourceKey): string | undefined {
    return this.#holdings.get(policy)?.source;
  }

  /** Apps that no policy names any more and that are not dealt with yet. */
  pendingCollections(): readonly PendingCollection[] {
    return this.#parting.flatMap((holding) => pendingCollectionOf(holding, this.#deps.isPaused));
  }

  /** Whether what `leaving` says still stands. */
  isPending(pending: PendingCollection): boolean {
    return this.pendingCollections().some((now) => isDeepStrictEqual(now, pending));
  }

  /** The app is released, deleted or not there any more: nothing is left to do. */
  collected({ policy, app, cluster }: PendingCollection): void {
    const holding = this.#holdings.get(policy);
    if (holding === undefined) return;
    const key = this.#appKey({ id: app, ...(cluster && { cluster }) });
    const rest = without(holding, {
      isIt: (held) => this.#appKey(held) === key,
      isThere: this.#documented?.isThere(policy) === true,
    });
    const next = new Map(this.#holdings);
    if (rest === undefined) next.delete(policy);
    else next.set(policy, rest);
    this.#hold(next);
    this.#book.write(next);
    if (this.#documented !== undefined) this.#noteReleased(this.#documented);
  }

  /** What is kept for policies that no source there is can speak of. */
  withoutSource(): readonly PolicyOwnership[] {
    return [...this.#holdings.values()].filter(
      ({ policy, source }) =>
        !this.#deps.sources.includes(source) && this.#documented?.isThere(policy) !== true,
    );
  }

  /** Whether a policy holds the app, or did so until somebody says that it is gone. */
  owns(app: string): boolean {
    return [...this.#holdings.values()].some(({ apps, dropped }) =>
      [...apps, ...dropped].some(({ id }) => id === app),
    );
  }

  /** Whether a policy of this source is known to hold the app (its cluster and its id), by what was written down. */
  ownedBefore(policy: ResourceKey, source: string, app: string): boolean {
    const holding = this.#holdings.get(policy);
    return holding?.source === source && this.ownersOf(app).includes(holding);
  }

  /** Of the apps that a policy of this source holds. */
  idsOf(policy: ResourceKey, source: string): ReadonlySet<string> {
    const holding = this.#holdings.get(policy);
    return new Set(holding?.source === source ? holding.apps.map(({ id }) => id) : []);
  }

  /** What is kept of policies that hold the app (its cluster and its id) and are not known to be gone. */
  ownersOf(app: string): readonly PolicyOwnership[] {
    this.#holders ??= Map.groupBy(
      [...this.#holdings.values()].flatMap((holding) =>
        holding.farewell === undefined
          ? holding.apps.map((held) => ({ holding, key: this.#appKey(held) }))
          : [],
      ),
      ({ key }) => key,
    );
    return (this.#holders.get(app) ?? []).map(({ holding }) => holding);
  }

  /** Objects whose deletion was asked for and of which nothing is held: their sources may let them go. */
  finalizable(): readonly Entry[] {
    const entries = this.#documented?.entries ?? [];
    return entries.filter((entry) => entry.deleting && this.#released.has(identityOf(entry)));
  }

  #hold(holdings: Ownership): void {
    this.#holdings = holdings;
    this.#holders = undefined;
    this.#parting = [...holdings.values()].filter(isPendingCollection);
  }

  /** What a policy may hold that was being deleted when this process first saw it. */
  #deletingHolding(entry: Entry, { capacityPools }: Documented): readonly PolicyOwnership[] {
    const { key, source, resource, deleting } = entry;
    if (!deleting || resource?.kind !== 'MicroscalingPolicy') return [];
    if (this.#released.has(identityOf(entry))) return [];
    const { apps, onDelete, mode } = resource.spec;
    const pool = poolKeyOf(resource);
    const cluster = clusterOf(resource, capacityPools);
    const held = apps.map(({ id }) => ({ id, pool, onDelete, ...(cluster && { cluster }) }));
    const createdAtMs = createdAtMsOf(entry.createdAt) ?? this.#deps.clock.now();
    return [{ policy: key, source, mode, createdAtMs, apps: held, dropped: [] }];
  }

  /** A policy that is there and unusable is not gone, nor is one that was not looked for to the end. */
  #isGone({ policy, source }: PolicyOwnership, { entries, isThere, isDecided }: Documented): boolean {
    if (isThere(policy)) return false;
    if (
      entries.some(({ key, kind, deleting }) => deleting && kind === 'MicroscalingPolicy' && key === policy)
    )
      return true;
    return this.#deps.sources.includes(source) && isDecided(source, policy);
  }

  #noteReleased({ entries, isThere }: Documented): void {
    const deleting = entries.filter((entry) => entry.deleting);
    const present = new Set(deleting.map(identityOf));
    for (const identity of this.#released) if (!present.has(identity)) this.#released.delete(identity);
    for (const entry of deleting) {
      // A policy that has another home by now goes on there, with what it holds.
      const free = entry.kind === 'CapacityPool' || isThere(entry.key) || !this.#holdings.has(entry.key);
      if (free) this.#released.add(identityOf(entry));
    }
  }

  #appKey({ id, cluster }: Pick<OwnedApp, 'id' | 'cluster'>): string {
    return `${this.#deps.clusterId(cluster)} ${id}`;
  }
}
