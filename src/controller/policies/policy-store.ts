// controller: the policies as they run, kept from what the sources list. The last good version survives bad edits.

import type { ConditionReason } from '../../api/conditions.ts';
import type { Home } from '../../api/homes.ts';
import type { Labels } from '../../api/labels/label-selector.ts';
import {
  capacityPoolKey,
  type MicroscalingPolicy,
  type Resource,
  type ResourceKey,
} from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import {
  type Documented,
  OwnershipTracker,
  type OwnershipTrackerDeps,
} from '../ownership/ownership-tracker.ts';
import { poolLabels } from '../watch/pool-labels.ts';
import { admittedRecords } from './admitted-records.ts';
import { type CapacityPoolRecord, nextCapacityPools } from './capacity-pools.ts';
import { Documents, type Finding, keysOf, refsOf } from './documents/documents.ts';
import { type Listing, Listings, type PartialListing } from './documents/listings.ts';
import type { DocumentProblem, ProblemChange } from './documents/problem-log.ts';
import {
  type RefusedDocument,
  RefusedDocuments,
  type refusedDocuments,
} from './documents/refused-documents.ts';
import { Neighbours, type Ties, tiesOf } from './neighbours.ts';
import { type ChangedPool, PoolRecords } from './pool-records.ts';
import { nextPools } from './pools.ts';
import {
  appsOf,
  type PendingCollection,
  type PolicyRecord,
  type PoolRecord,
  poolKeyOf,
  shownVersion,
} from './records.ts';
import { isAnother } from './versions.ts';
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
  /** Set where everything else is as it was: of these pools there may be another record, or none any more. */
  readonly only?: readonly string[];
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
  #policies = new Map<ResourceKey, PolicyRecord>();
  #capacityPools = new Map<ResourceKey, CapacityPoolRecord>();
  readonly #pools = new PoolRecords();
  readonly #neighbours = new Neighbours();
  /** Policies that became something else: with that, the same documents may say something else the next time. */
  #unsettled: ReadonlySet<ResourceKey> = new Set();
  readonly #refused: RefusedDocuments;
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
    this.#refused = new RefusedDocuments(this.#documents);
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
    this.ownership.takeCollectedFrom();
    const before = this.#policies;
    const capacityPools = nextCapacityPools(this.#capacityPools, this.#documents.pools(), this.#poolDeps);
    this.#capacityPools = new Map(capacityPools);
    const records = this.#recordsOf(this.#documents.policies());
    this.#policies = new Map(records.sort(byKey).map((record) => [record.key, record]));
    const changed = this.#pools.replace(nextPools(this.#pools.all, this.#policies.values(), this.#groupDeps));
    const owned = this.ownership.follow(this.#documented, this.#pools.all.values());
    const others = records.filter((record) => before.get(record.key) !== record);
    this.#unsettled = new Set([...others.map(({ key }) => key), ...owned]);
    this.#neighbours.clear();
    for (const key of new Set([...this.#policies.keys(), ...this.ownership.policies()]))
      this.#neighbours.set(key, this.#tiesOf(key));
    this.#refused.lookAtAll(this.#shown);
    this.#labelled = undefined;
    const removed = [...before.values()].filter((was) => isAnother(was, this.#policies.get(was.key)));
    return { pools: this.#withPending(changed), removed: removed.sort(byKey) };
  }

  /**
   * Takes over what a source has of some objects, at the price of these and of whatever they bear on: those that name the same
   * apps, or share a pool. The same as if the source had been listed; it was once.
   */
  change(listing: PartialListing): StoreChange & { readonly problems: ProblemChange } {
    // While nobody asks for labels, nobody remembers them.
    if (this.#labelled !== undefined) this.#labelledBefore = this.#labelled;
    const problems = this.#listings.change(listing);
    const { policies: changed, pools: poolKeys } = keysOf(listing.refs);
    const ofPools = poolKeys.flatMap((key) => [...this.#neighbours.of(capacityPoolKey(key))]);
    for (const key of poolKeys) this.#changeCapacityPool(key);
    const first = [...changed, ...ofPools, ...this.#unsettled, ...this.ownership.takeCollectedFrom()];
    const policies = this.#neighbours.around(first, (key) => {
      this.#documents.findAnew({ kind: 'MicroscalingPolicy', key });
      return this.#tiesOf(key);
    });
    const { pools, removed, unsettled } = this.#changePolicies(policies);
    for (const key of policies) this.#neighbours.set(key, this.#tiesOf(key));
    this.#unsettled = unsettled;
    this.#refused.lookAt(this.#shown, refsOf({ policies, pools: poolKeys }));
    this.#labelled = undefined;
    const budgets = poolKeys.map(capacityPoolKey);
    return {
      pools: this.#withPending(pools.filter(({ isNews }) => isNews).map(({ pool }) => pool)),
      only: [...new Set([...pools.map(({ pool }) => pool), ...budgets])],
      removed,
      problems,
    };
  }

  #changeCapacityPool(key: ResourceKey): void {
    const finding = this.#documents.pools().get(key);
    const findings = new Map(finding === undefined ? [] : [[key, finding]]);
    const next = nextCapacityPools(this.#capacityPools, findings, this.#poolDeps).get(key);
    if (next === undefined) this.#capacityPools.delete(key);
    else this.#capacityPools.set(key, next);
  }

  /** @param policies with all that they bear on */
  #changePolicies(policies: ReadonlySet<ResourceKey>): {
    readonly pools: readonly ChangedPool[];
    readonly removed: readonly PolicyRecord[];
    readonly unsettled: ReadonlySet<ResourceKey>;
  } {
    const findings = new Map(
      [...policies].flatMap((key) => {
        const finding = this.#documents.policies().get(key);
        return finding === undefined ? [] : [[key, finding] as const];
      }),
    );
    const before = new Map([...policies].map((key) => [key, this.#policies.get(key)]));
    const records = this.#recordsOf(findings).sort(byKey);
    for (const key of policies) this.#policies.delete(key);
    for (const record of records) this.#policies.set(record.key, record);
    const poolsBefore = new Set(
      [...before.values()].flatMap((was) => (was === undefined ? [] : [poolKeyOf(shownVersion(was).policy)])),
    );
    const poolsNow = nextPools(this.#pools.all, records, this.#groupDeps);
    const pools = this.#pools.change(new Set([...poolsBefore, ...poolsNow.keys()]), poolsNow);
    const owned = this.ownership.follow(this.#documented, poolsNow.values(), policies);
    const others = [...policies].filter((key) => before.get(key) !== this.#policies.get(key));
    const removed = [...before.values()].flatMap((was) =>
      was !== undefined && isAnother(was, this.#policies.get(was.key)) ? [was] : [],
    );
    return { pools, removed: removed.sort(byKey), unsettled: new Set([...others, ...owned]) };
  }

  /** Pools in which something is to be collected are looked at whenever anything changes. Sorted: by key is who goes first. */
  #withPending(changed: readonly string[]): readonly string[] {
    return [...new Set([...changed, ...this.ownership.pendingCollections().map(({ pool }) => pool)])].sort();
  }

  /** By its documents, its record and what it owns. */
  #tiesOf(key: ResourceKey): Ties {
    return tiesOf(
      {
        record: this.#policies.get(key),
        documents: this.#documents.named('MicroscalingPolicy', key),
        ownedIn: this.ownership.poolOf(key),
        owned: this.ownership.appsOf(key),
      },
      {
        capacityPools: this.#capacityPools,
        workloadOf: this.#workloadOf,
        identityOf: this.#identityOf,
      },
    );
  }

  get #workloadOf(): WorkloadOf {
    return this.#deps.workloadOf ?? (() => undefined);
  }

  get #poolDeps(): Parameters<typeof nextCapacityPools>[2] {
    return {
      nowMs: this.#deps.clock.now(),
      deletionHeldBy: (source) => this.#listings.deletionHeld(source),
    };
  }

  get #groupDeps(): Parameters<typeof nextPools>[2] {
    return { capacityPools: this.#capacityPools, clusterId: this.#clusterId };
  }

  get #shown(): Parameters<typeof refusedDocuments>[1] {
    return { policies: this.#policies, capacityPools: this.#capacityPools };
  }

  get #documented(): Documented {
    return {
      deleting: () => this.#documents.deleting(),
      isDeleting: (policy) =>
        this.#documents.named('MicroscalingPolicy', policy).some(({ deleting }) => deleting),
      capacityPools: this.#capacityPools,
      isThere: (policy) => this.#isThere(policy),
      isDecided: (source, policy) => this.#listings.isDecided(source, policy),
    };
  }

  /** All pools, sorted by key. */
  pools(): readonly PoolRecord[] {
    return this.#pools.sorted();
  }

  /** In no order. */
  somePool(is: (pool: PoolRecord) => boolean): boolean {
    return this.#pools.some(is);
  }

  pool(key: string): PoolRecord | undefined {
    return this.#pools.all.get(key);
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
      pools: this.#pools.all,
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
      .sort(byKey)
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
    return this.#refused.list();
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

  /** @param findings of policies, with all that they bear on */
  #recordsOf(findings: ReadonlyMap<ResourceKey, Finding<MicroscalingPolicy>>): PolicyRecord[] {
    const { clock, sources, homeOf, labelsDiffer } = this.#deps;
    return admittedRecords(findings, {
      known: (key) => this.#policies.get(key),
      capacityPools: this.#capacityPools,
      ownership: this.ownership,
      listings: this.#listings,
      isFound: (key) => this.#documents.policies().has(key),
      workloadOf: this.#workloadOf,
      clusterId: this.#clusterId,
      identityOf: this.#identityOf,
      isTrusted: (source) => this.#isTrusted(source),
      homeOf: (source) => homeOf?.(source),
      ...{ nowMs: () => clock.now(), sources },
      ...defined({ labelsDiffer }),
    });
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
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}
