// controller: the policies as they run, kept from what the sources list. The last good version survives bad edits.

import { isDeepStrictEqual } from 'node:util';
import type { ConditionReason } from '../../api/conditions.ts';
import type { Home } from '../../api/homes.ts';
import type { MicroscalingPolicy, Resource, ResourceKey } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import { defined } from '../../lang/defined.ts';
import type { PolicySnapshot } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { OwnershipTracker } from '../ownership/ownership-tracker.ts';
import { type Applicant, admit } from './admission.ts';
import {
  type CapacityPoolRecord,
  type CapacityPools,
  createdAtMsOf,
  nextCapacityPools,
  twoHomes,
} from './capacity-pools.ts';
import { Documents, type Finding, type Found, isDecided, type Listed } from './documents.ts';
import { earlierIdsIn, withEarlierIds } from './earlier-ids.ts';
import { changedPools, nextPools, type Pools } from './pools.ts';
import type { DocumentProblem } from './problem-log.ts';
import {
  type Admission,
  appsOf,
  type PendingCollection,
  type PolicyRecord,
  type PoolRecord,
  refusal,
  type Version,
} from './records.ts';
import { type RefusedDocument, refusedDocuments } from './refused-documents.ts';

export interface StoreDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  readonly documents: DocumentStore;
  /** The names of the sources there are. */
  readonly sources: readonly string[];
  /** Says whether two specs mean the same cluster; default: their urls are the same. */
  readonly clusterId?: (cluster: ClusterSpec | undefined) => string;
  /** Whether a source is the administrator's own; default: none is. */
  readonly isTrusted?: (source: string) => boolean;
  /** What kind of home a source is. */
  readonly homeOf?: (source: string) => Home | undefined;
  /** Whether a hand has paused a policy; default: none has. */
  readonly isPaused?: (policy: ResourceKey) => boolean;
}

export interface Listing {
  /** The source's name. */
  readonly source: string;
  readonly snapshot: PolicySnapshot;
}

/** What listings changed. */
export interface StoreChange {
  /** Pools that must be looked at. */
  readonly pools: readonly string[];
  /** Policies that are gone, or whose name another object bears now. */
  readonly removed: readonly PolicyRecord[];
}

/** Told with the text, at its place. */
const OF_THE_TEXT: ReadonlySet<ConditionReason> = new Set(['InvalidSpec', 'NotAllowed']);
const INCOMPLETE =
  'not everything in it could be read; until it can, no policy that was read before counts as deleted';

export class PolicyStore {
  /** What policies hold in their clusters. */
  readonly ownership: OwnershipTracker;
  readonly #deps: StoreDeps;
  readonly #clusterId: (cluster: ClusterSpec | undefined) => string;
  readonly #documents = new Documents((kind, key, sources) => this.#homeOf(kind, key, sources));
  readonly #problems = new Map<string, readonly Problem[]>();
  /** Sources that were listed, with what their absences mean. */
  readonly #listed = new Map<string, Listed>();
  #policies: ReadonlyMap<ResourceKey, PolicyRecord> = new Map();
  #capacityPools: CapacityPools = new Map();
  #pools: Pools = new Map();

  constructor(deps: StoreDeps) {
    this.#deps = deps;
    this.#clusterId = deps.clusterId ?? urlsOf;
    const { clusterId = urlsOf, isPaused = () => false } = deps;
    this.ownership = new OwnershipTracker({ ...deps, clusterId, isPaused });
  }

  /** Takes over what sources have listed; several at once are judged together. */
  update(listings: readonly Listing[]): StoreChange {
    for (const { source, snapshot } of listings) {
      const { complete, unsure, deletionHeld } = snapshot;
      this.#documents.replace(source, snapshot);
      this.#problems.set(source, snapshot.problems);
      this.#listed.set(source, {
        complete,
        ...(unsure && { unsure }),
        ...(deletionHeld && { deletionHeld }),
      });
    }
    const before = { policies: this.#policies, pools: this.#pools };
    this.#policies = this.#nextPolicies();
    this.#pools = nextPools(before.pools, this.#policies.values(), this.#capacityPools);
    this.ownership.follow({
      entries: this.#documents.entries(),
      pools: this.#pools,
      capacityPools: this.#capacityPools,
      isThere: (policy) => this.#isThere(policy),
      isDecided: (source, policy) => this.#isDecided(source, policy),
    });
    const removed = [...before.policies.values()].filter((was) =>
      isAnother(was, this.#policies.get(was.key)),
    );
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

  /** Everything that the sources hold could be read: what is not there does not exist. */
  get isComplete(): boolean {
    return [...this.#listed.values()].every(({ complete }) => complete);
  }

  /** Sorted by key. */
  capacityPools(): readonly CapacityPoolRecord[] {
    return [...this.#capacityPools.values()].sort(byKey);
  }

  /** What is the matter with documents that do not run as written. */
  problems(): readonly DocumentProblem[] {
    const refused = [...this.#policies.values()]
      .filter(({ accepted }) => accepted.status === 'False' && !OF_THE_TEXT.has(accepted.reason))
      .map(({ latest, accepted }) => ({ source: latest.place, message: accepted.message }));
    return [...this.textProblems(), ...refused];
  }

  /** Those of them that no policy's own events tell. */
  textProblems(): readonly DocumentProblem[] {
    const found = [...this.#problems.values()].flat().map(({ source, line, message }) => ({
      source: line === undefined ? source : `${source}:${line}`,
      message,
    }));
    const pools = [...this.#documents.pools()].flatMap(([key, finding]) =>
      finding.is === 'duplicate'
        ? [{ source: finding.places[0] ?? '', message: twoHomes('pool', key, finding.places) }]
        : [],
    );
    const incomplete = [...this.#listed].flatMap(([source, { complete, deletionHeld }]) =>
      complete ? [] : [{ source, message: deletionHeld ?? INCOMPLETE }],
    );
    return [...found, ...incomplete, ...pools];
  }

  /** The names of the sources in which a document of this name is, or was last where it is gone. */
  sourcesOf(kind: Resource['kind'], key: ResourceKey): readonly string[] {
    const entries = this.#documents.named(kind, key);
    if (entries.length > 0) return entries.map(({ source }) => source);
    const held = kind === 'MicroscalingPolicy' ? this.ownership.sourceOf(key) : undefined;
    return held === undefined ? [] : [held];
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
    return this.#deps.sources.every((source) => this.#isDecided(source, policy));
  }

  #isDecided(source: string, policy: ResourceKey): boolean {
    const listed = this.#listed.get(source);
    return listed !== undefined && isDecided(listed, policy);
  }

  #isThere(policy: ResourceKey): boolean {
    return this.#policies.has(policy) || this.#documents.policies().has(policy);
  }

  #nextPolicies(): ReadonlyMap<ResourceKey, PolicyRecord> {
    const nowMs = this.#deps.clock.now();
    const heldBy = (source: string): Admission | undefined => this.#deletionHeld(source);
    this.#capacityPools = nextCapacityPools(this.#capacityPools, this.#documents.pools(), { nowMs, heldBy });
    const pools = this.#capacityPools;
    const findings = this.#documents.policies();
    const applicants = [...findings].map(([key, finding]) => this.#applicant(key, finding));
    const usable = new Set(applicants.flatMap(({ key, latest }) => (latest === undefined ? [] : [key])));
    const { admissions, stopped } = admit({
      applicants,
      pools,
      clusterId: this.#clusterId,
      isTrusted: (source) => this.#isTrusted(source),
      homeOf: (source) => this.#deps.homeOf?.(source),
      ownedBefore: (policy, source, app) =>
        !this.#policies.has(policy) && this.ownership.ownedBefore(policy, source, app),
      absentOwner: (app) => this.#absentHolder(app, usable),
    });
    const records = applicants.flatMap((applicant): PolicyRecord[] => {
      const { key, running, ...rest } = applicant;
      const verdict = admissions.get(key);
      if (verdict === undefined) return [];
      const left = stopped.has(key) || running === undefined ? {} : { running };
      return this.#record({ key, ...rest, ...left }, verdict, findings.get(key));
    });
    return new Map(records.sort(byKey).map((record) => [record.key, record]));
  }

  #record(
    { key, latest, running }: Applicant,
    verdict: Admission,
    finding: Finding<MicroscalingPolicy> | undefined,
  ): PolicyRecord[] {
    if (latest === undefined) return [];
    const known = this.#knownAs(key, finding);
    const found = finding?.is === 'valid' ? finding : undefined;
    const uid = found === undefined ? known?.uid : found.uid;
    const seenAtMs = known?.createdAtMs ?? this.ownership.seenAtMs(key, latest.source);
    const createdAtMs = createdAtMsOf(found?.createdAt) ?? seenAtMs ?? this.#deps.clock.now();
    const kept = found === undefined ? undefined : earlierIdsIn(latest.policy, found.resource);
    const valid = kept === undefined ? verdict : { ...verdict, message: `${verdict.message}; ${kept}` };
    const accepted = verdict.status === 'True' ? (this.#deletionHeld(latest.source) ?? valid) : verdict;
    const runs = verdict.status === 'True' ? latest : running;
    const identity = uid === undefined ? {} : { uid };
    const generation = (finding?.is === 'invalid' ? finding.generation : undefined) ?? latest.generation;
    const record = {
      key,
      latest,
      accepted,
      generation,
      createdAtMs,
      ...identity,
      ...(runs && { running: runs }),
    };
    const before = this.#policies.get(key);
    return [before !== undefined && isDeepStrictEqual(before, record) ? before : record];
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

  #absentHolder(
    app: string,
    usable: ReadonlySet<ResourceKey>,
  ): { readonly policy: ResourceKey; readonly source: string } | undefined {
    return this.ownership.ownersOf(app).find(({ policy, source }) => {
      if (usable.has(policy) || !this.#deps.sources.includes(source)) return false;
      return this.#documents.policies().has(policy) || this.#listed.get(source)?.complete !== true;
    });
  }

  /** The record of the same object: one that was deleted and made anew has nothing but its name in common. */
  #knownAs(key: ResourceKey, finding: Finding<MicroscalingPolicy> | undefined): PolicyRecord | undefined {
    const known = this.#policies.get(key);
    const another = finding?.is === 'valid' && known?.uid !== undefined && known.uid !== finding.uid;
    return another ? undefined : known;
  }

  #deletionHeld(source: string): Admission | undefined {
    const message = this.#listed.get(source)?.deletionHeld;
    return message === undefined ? undefined : { status: 'True', reason: 'DeletionHeld', message };
  }

  #applicant(key: ResourceKey, finding: Finding<MicroscalingPolicy>): Applicant {
    const known = this.#policies.get(key);
    const running = known?.running === undefined ? {} : { running: known.running };
    if (finding.is === 'valid') {
      const createdAtMs = createdAtMsOf(finding.createdAt);
      const resource = withEarlierIds(finding.resource, this.ownership.idsOf(key, finding.source));
      const latest = nextVersion(known?.latest, { ...finding, resource });
      return { key, latest, ...running, ...defined({ createdAtMs }) };
    }
    const shown =
      known?.latest ??
      (finding.is === 'duplicate' && finding.first ? nextVersion(undefined, finding.first) : undefined);
    const latest = shown === undefined ? {} : { latest: shown };
    return { key, ...latest, ...running, refused: refusalOf(key, finding) };
  }
}

/** Gone, or another object of the same name. */
function isAnother(was: PolicyRecord, is: PolicyRecord | undefined): boolean {
  return is === undefined || (was.uid !== undefined && is.uid !== was.uid);
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

function urlsOf(cluster: ClusterSpec | undefined): string {
  return [...(cluster?.urls ?? [])].sort().join(' ');
}

function isFrom(known: Version, { source, place, revision }: Found<MicroscalingPolicy>): boolean {
  return known.source === source && known.place === place && known.revision === revision;
}

/** The same version while the spec says the same; one generation on when it does not. */
function nextVersion(known: Version | undefined, found: Found<MicroscalingPolicy>): Version {
  const { resource: policy, source, place, revision } = found;
  if (known !== undefined && known.policy === policy && isFrom(known, found)) return known;
  const same = known !== undefined && isDeepStrictEqual(known.policy.spec, policy.spec);
  const counted = same ? known.generation : (known?.generation ?? 0) + 1;
  return { policy, source, place, revision, generation: policy.metadata.generation ?? counted };
}

function refusalOf(
  key: ResourceKey,
  finding: Exclude<Finding<MicroscalingPolicy>, { is: 'valid' }>,
): Admission {
  if (finding.is === 'invalid') return refusal(finding.reason, `${finding.place}: ${finding.message}`);
  return refusal('DuplicatePolicy', twoHomes('policy', key, finding.places));
}
