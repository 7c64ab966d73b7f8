// controller: the policies as they run, kept from what the sources list. The last good version survives bad edits.

import type { ConditionReason } from '../../api/conditions.ts';
import type { Home } from '../../api/homes.ts';
import type { Labels } from '../../api/labels/label-selector.ts';
import { capacityPoolKey, type Resource, type ResourceKey, resourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { OwnershipTracker, type OwnershipTrackerDeps } from '../ownership/ownership-tracker.ts';
import { poolLabels } from '../watch/pool-labels.ts';
import { admit } from './admission.ts';
import { type CapacityPoolRecord, type CapacityPools, nextCapacityPools } from './capacity-pools.ts';
import { Documents } from './documents.ts';
import { type Listing, Listings } from './listings.ts';
import { changedPools, nextPools, type Pools } from './pools.ts';
import type { DocumentProblem } from './problem-log.ts';
import {
  ACCEPTED,
  type Admission,
  appsOf,
  type PendingCollection,
  type PolicyRecord,
  type PoolRecord,
  poolKeyOf,
  shownVersion,
  type Version,
} from './records.ts';
import { type RefusedDocument, refusedDocuments } from './refused-documents.ts';
import { applicantOf, isAnother, recordOf } from './versions.ts';
import { namedUrls, type WorkloadOf } from './workloads.ts';

/** By default two clusters are the same when their urls are, and no policy is paused by a person. */
export interface StoreDeps
  extends Omit<OwnershipTrackerDeps, 'identityOf' | 'isPaused' | 'workloadOf'>,
    Partial<Pick<OwnershipTrackerDeps, 'identityOf' | 'isPaused'>> {
  readonly clusterId?: (cluster: ClusterSpec | undefined) => string;
  /** Default: no app names a scheduler. */
  readonly workloadOf?: WorkloadOf;
  /** Whether a source is the administrator's own; default: none is. */
  readonly isTrusted?: (source: string) => boolean;
  /** What a policy is told whose labels differ from those of the pool that it follows to this operator; default: nothing. */
  readonly labelsDiffer?: (pool: Labels, policy: Labels, name: string) => string | undefined;
  /** What kind of home a source is. */
  readonly homeOf?: (source: string) => Home | undefined;
}

/** What listings changed. */
export interface StoreChange {
  /** Pools that must be looked at. */
  readonly pools: readonly string[];
  /** Policies that are gone, or whose name another object bears now. */
  readonly removed: readonly PolicyRecord[];
}

/** Reported with the text, at its place. */
const OF_THE_TEXT: ReadonlySet<ConditionReason> = new Set(['InvalidSpec', 'NotAllowed']);

export class PolicyStore {
  /** What policies own in their clusters. */
  readonly ownership: OwnershipTracker;
  readonly #deps: StoreDeps;
  readonly #clusterId: (cluster: ClusterSpec | undefined) => string;
  readonly #identityOf: OwnershipTrackerDeps['identityOf'];
  readonly #listings: Listings;
  readonly #documents: Documents;
  #policies: ReadonlyMap<ResourceKey, PolicyRecord> = new Map();
  #capacityPools: CapacityPools = new Map();
  #pools: Pools = new Map();
  /** Worked out once between two listings. */
  #labelled: ReadonlyMap<string, Labels> | undefined;
  #labelledBefore: ReadonlyMap<string, Labels> = new Map();

  constructor(deps: StoreDeps) {
    const { clusterId = namedUrls, isPaused = () => false } = deps;
    const { identityOf = (cluster, name) => ({ scheduler: '', cluster: clusterId(cluster), name }) } = deps;
    this.#deps = deps;
    this.#clusterId = clusterId;
    this.#identityOf = identityOf;
    this.#documents = new Documents((kind, key, sources) => this.#homeOf(kind, key, sources));
    this.#listings = new Listings(this.#documents);
    this.ownership = new OwnershipTracker({
      ...deps,
      identityOf,
      isPaused,
      workloadOf: deps.workloadOf ?? (() => undefined),
    });
  }

  /** Takes over what sources have listed; several at once are admitted together. */
  update(listings: readonly Listing[]): StoreChange {
    this.#labelledBefore = this.labelled();
    for (const listing of listings) this.#listings.take(listing);
    const before = { policies: this.#policies, pools: this.#pools };
    this.#policies = this.#nextPolicies();
    this.#pools = nextPools(before.pools, this.#policies.values(), {
      capacityPools: this.#capacityPools,
      clusterId: this.#clusterId,
    });
    this.ownership.follow({
      entries: this.#documents.entries(),
      pools: this.#pools,
      capacityPools: this.#capacityPools,
      isThere: (policy) => this.#isThere(policy),
      isDecided: (source, policy) => this.#listings.isDecided(source, policy),
    });
    const removed = [...before.policies.values()].filter((was) =>
      isAnother(was, this.#policies.get(was.key)),
    );
    this.#labelled = undefined;
    const changed = changedPools(before.pools, this.#pools);
    return {
      pools: [...new Set([...changed, ...this.ownership.pendingCollections().map(({ pool }) => pool)])],
      removed,
    };
  }

  /** All pools, sorted by key. */
  pools(): readonly PoolRecord[] {
    return [...this.#pools.values()];
  }

  pool(key: string): PoolRecord | undefined {
    return this.#pools.get(key);
  }

  /** The policy that runs an app, by its id. */
  policyOf(app: string): ResourceKey | undefined {
    const records = [...this.#policies.values()];
    return records.find(({ running }) => appsOf(running).some(({ id }) => id === app))?.key;
  }

  policy(key: ResourceKey): PolicyRecord | undefined {
    return this.#policies.get(key);
  }

  /** Everything that is in the sources could be read: what is not there does not exist. */
  get isComplete(): boolean {
    return this.#listings.isComplete;
  }

  /** Sorted by key. */
  capacityPools(): readonly CapacityPoolRecord[] {
    return [...this.#capacityPools.values()].sort(byKey);
  }

  /** The pool that an object belongs to, or last belonged to where it is gone. */
  poolOf(kind: Resource['kind'], key: ResourceKey): string {
    if (kind === 'CapacityPool') return capacityPoolKey(key);
    const record = this.#policies.get(key);
    if (record !== undefined) return poolKeyOf(shownVersion(record).policy);
    return this.ownership.poolOf(key) ?? key;
  }

  /** Whether a policy is of a pool, or may turn out to be: it was not seen yet, and may be in what was not listed. */
  mayBeIn(policy: ResourceKey, pool: string): boolean {
    if (this.#policies.has(policy)) return this.poolOf('MicroscalingPolicy', policy) === pool;
    return !this.isGone(policy);
  }

  /** The labels by which a pool is some operator's to run. */
  labelsOf(pool: string): Labels | undefined {
    return this.labelled().get(pool);
  }

  /** All pools of which anything is left, with their labels. */
  labelled(): ReadonlyMap<string, Labels> {
    this.#labelled ??= poolLabels({
      entries: this.#documents.entries(),
      capacityPools: this.#capacityPools,
      pools: this.#pools,
      collecting: new Set(this.ownership.pendingCollections().map(({ pool }) => pool)),
      before: this.#labelledBefore,
    });
    return this.#labelled;
  }

  /** Whether a document of this name is there, whatever is said about it. */
  hasDocument(kind: Resource['kind'], key: ResourceKey): boolean {
    return this.#documents.named(kind, key).length > 0;
  }

  /** What is the matter with documents that do not run as written. */
  problems(): readonly DocumentProblem[] {
    const refused = [...this.#policies.values()]
      .filter(({ accepted }) => accepted.status === 'False' && !OF_THE_TEXT.has(accepted.reason))
      .map(({ latest, accepted }) => ({ source: latest.place, message: accepted.message }));
    return [...this.textProblems(), ...refused];
  }

  /** Those of them that no policy's own events report. */
  textProblems(): readonly DocumentProblem[] {
    return this.#listings.problems();
  }

  /** The names of the sources in which a document of this name is, or was last where it is gone. */
  sourcesOf(kind: Resource['kind'], key: ResourceKey): readonly string[] {
    const entries = this.#documents.named(kind, key);
    if (entries.length > 0) return entries.map(({ source }) => source);
    const owner = kind === 'MicroscalingPolicy' ? this.ownership.sourceOf(key) : undefined;
    return owner === undefined ? [] : [owner];
  }

  /** Sorted by kind, key and source. */
  refused(): readonly RefusedDocument[] {
    const shown = { policies: this.#policies, capacityPools: this.#capacityPools };
    return refusedDocuments(this.#documents.entries(), shown);
  }

  /** Apps that no policy names any more and that are not dealt with yet. */
  leaving(pool: string): readonly PendingCollection[] {
    return this.ownership.pendingCollections().filter((leaving) => leaving.pool === pool);
  }

  /** Whether nothing of the policy is there, and everything that could say so was listed to its end. */
  isGone(policy: ResourceKey): boolean {
    if (this.#isThere(policy)) return false;
    return this.#deps.sources.every((source) => this.#listings.isDecided(source, policy));
  }

  #isThere(policy: ResourceKey): boolean {
    return this.#policies.has(policy) || this.#documents.policies().has(policy);
  }

  #nextPolicies(): ReadonlyMap<ResourceKey, PolicyRecord> {
    this.#capacityPools = nextCapacityPools(this.#capacityPools, this.#documents.pools(), {
      nowMs: this.#deps.clock.now(),
      deletionHeldBy: (source) => this.#listings.deletionHeld(source),
    });
    const findings = this.#documents.policies();
    const applicants = [...findings].map(([key, finding]) =>
      applicantOf(key, finding, {
        known: this.#policies.get(key),
        idsOf: (source) => this.ownership.idsOf(key, source),
        workloadOf: this.#deps.workloadOf ?? (() => undefined),
      }),
    );
    const usable = new Set(applicants.flatMap(({ key, latest }) => (latest === undefined ? [] : [key])));
    const { admissions, stopped } = admit({
      applicants,
      pools: this.#capacityPools,
      clusterId: this.#clusterId,
      identityOf: this.#identityOf,
      isTrusted: (source) => this.#isTrusted(source),
      homeOf: (source) => this.#deps.homeOf?.(source),
      ownedBefore: (policy, source, app) =>
        !this.#policies.has(policy) && this.ownership.ownedBefore(policy, source, app),
      absentOwner: (app) => this.#absentOwner(app, usable),
    });
    const records = applicants.flatMap((applicant) => {
      const { key, running: was, ...rest } = applicant;
      const admission = admissions.get(key);
      const source = rest.latest?.source;
      if (admission === undefined || source === undefined) return [];
      const running = stopped.has(key) ? undefined : was;
      const record = recordOf(
        { key, ...rest, ...defined({ running }) },
        {
          admission,
          finding: findings.get(key),
          known: this.#policies.get(key),
          deletionHeld: this.#listings.deletionHeld(source) ?? this.#strayed(rest.latest),
          firstSeenAtMs: () => this.ownership.seenAtMs(key, source) ?? this.#deps.clock.now(),
        },
      );
      return record === undefined ? [] : [record];
    });
    return new Map(records.sort(byKey).map((record) => [record.key, record]));
  }

  /** Accepted, with a word about labels that speak of another operator than those of its pool. */
  #strayed(latest: Version | undefined): Admission | undefined {
    const { metadata, spec } = latest?.policy ?? {};
    if (metadata === undefined || spec?.pool === undefined) return undefined;
    const shared = this.#capacityPools.get(resourceKey({ ...metadata, name: spec.pool }));
    const { labels = {} } = shared?.pool.metadata ?? {};
    const why = this.#deps.labelsDiffer?.(labels, metadata.labels ?? {}, spec.pool);
    return why === undefined ? undefined : { ...ACCEPTED, message: `${ACCEPTED.message}; ${why}` };
  }

  #isTrusted(source: string): boolean {
    return this.#deps.isTrusted?.(source) === true;
  }

  /** Of several sources that have an object of this name the one whose it is: the more trusted, then the present one. */
  #homeOf(kind: Resource['kind'], key: ResourceKey, sources: readonly string[]): string | undefined {
    const trusted = sources.filter((source) => this.#isTrusted(source));
    const candidates = trusted.length > 0 ? trusted : sources;
    if (candidates.length === 1) return candidates[0];
    const present =
      kind === 'CapacityPool'
        ? this.#capacityPools.get(key)?.source
        : (this.#policies.get(key)?.running?.source ?? this.ownership.sourceOf(key));
    return candidates.find((source) => source === present);
  }

  #absentOwner(
    app: string,
    usable: ReadonlySet<ResourceKey>,
  ): { readonly policy: ResourceKey; readonly source: string } | undefined {
    return this.ownership.ownersOf(app).find(({ policy, source }) => {
      if (usable.has(policy) || !this.#deps.sources.includes(source)) return false;
      return this.#documents.policies().has(policy) || !this.#listings.isRead(source);
    });
  }
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}
