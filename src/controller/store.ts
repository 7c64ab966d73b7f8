// controller: the policies as they run, kept from what the sources list. The last good version survives bad edits.

import type {
  CapacityPool,
  CapacitySpec,
  MarathonSpec,
  MicroscalingPolicy,
  ResourceKey,
} from '../api/policy.ts';
import { resourceKey } from '../api/policy.ts';
import type { Problem } from '../api/problem.ts';
import type { PolicySnapshot } from '../policy-sources/source.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Applicant, admit } from './admission.ts';
import { Documents, type Finding, type Found } from './documents.ts';
import type { DocumentProblem } from './problem-log.ts';
import {
  appsOf,
  type Leaving,
  type PolicyRecord,
  type PoolRecord,
  poolKeyOf,
  refusal,
  shownVersion,
  type Verdict,
  type Version,
} from './records.ts';

export interface StoreDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** Says whether two specs mean the same Marathon; default: their urls are the same. */
  readonly marathonId?: (marathon: MarathonSpec | undefined) => string;
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
  /** Policies that are gone. */
  readonly removed: readonly PolicyRecord[];
}

const INCOMPLETE =
  'not everything in it could be read; until it can, no policy that was read before counts as deleted';

export class Store {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #marathonId: (marathon: MarathonSpec | undefined) => string;
  readonly #documents = new Documents();
  readonly #problems = new Map<string, readonly Problem[]>();
  /** Sources of which not everything could be read. */
  readonly #incomplete = new Set<string>();
  #policies: ReadonlyMap<ResourceKey, PolicyRecord> = new Map();
  #capacityPools: ReadonlyMap<ResourceKey, CapacityPool> = new Map();
  #pools: ReadonlyMap<string, PoolRecord> = new Map();
  #leaving: readonly Leaving[] = [];

  constructor({ clock, marathonId }: StoreDeps) {
    this.#clock = clock;
    this.#marathonId = marathonId ?? urlsOf;
  }

  /** Takes over what sources have listed; several at once are judged together. */
  update(listings: readonly Listing[]): StoreChange {
    for (const { source, snapshot } of listings) {
      this.#documents.replace(source, snapshot);
      this.#problems.set(source, snapshot.problems);
      if (snapshot.complete) this.#incomplete.delete(source);
      else this.#incomplete.add(source);
    }
    const before = { policies: this.#policies, pools: this.#pools };
    this.#policies = this.#nextPolicies();
    this.#pools = this.#groupPools();
    this.#noteLeaving(before.pools);
    const removed = [...before.policies.values()].filter(({ key }) => !this.#policies.has(key));
    return { pools: changedPools(before.pools, this.#pools), removed };
  }

  /** All pools, sorted by key. */
  pools(): readonly PoolRecord[] {
    return [...this.#pools.values()];
  }

  pool(key: string): PoolRecord | undefined {
    return this.#pools.get(key);
  }

  policy(key: ResourceKey): PolicyRecord | undefined {
    return this.#policies.get(key);
  }

  /** What is the matter with documents that do not run as written. */
  problems(): readonly DocumentProblem[] {
    const refused = [...this.#policies.values()]
      .filter(({ accepted }) => accepted.status === 'False' && accepted.reason !== 'InvalidSpec')
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
    const incomplete = [...this.#incomplete].map((source) => ({ source, message: INCOMPLETE }));
    return [...found, ...incomplete, ...pools];
  }

  /** Apps that a pool's policies no longer name and that are not dealt with yet. */
  leaving(pool: string): readonly Leaving[] {
    return this.#leaving.filter((leaving) => leaving.pool === pool);
  }

  /** The app is released or deleted: nothing is left to do. */
  left(done: Leaving): void {
    this.#leaving = this.#leaving.filter((leaving) => leaving !== done);
  }

  #nextPolicies(): ReadonlyMap<ResourceKey, PolicyRecord> {
    this.#capacityPools = this.#nextCapacityPools();
    const findings = this.#documents.policies();
    const applicants = [...findings].map(([key, finding]) => this.#applicant(key, finding));
    const verdicts = admit({ applicants, pools: this.#capacityPools, marathonId: this.#marathonId });
    const records = applicants.flatMap(({ key, latest, running }): PolicyRecord[] => {
      const accepted = verdicts.get(key);
      if (latest === undefined || accepted === undefined) return [];
      const runs = accepted.status === 'True' ? latest : running;
      const createdAtMs = this.#policies.get(key)?.createdAtMs ?? this.#clock.now();
      return [{ key, latest, accepted, createdAtMs, ...(runs === undefined ? {} : { running: runs }) }];
    });
    return new Map(records.sort(byKey).map((record) => [record.key, record]));
  }

  #applicant(key: ResourceKey, finding: Finding<MicroscalingPolicy>): Applicant {
    const known = this.#policies.get(key);
    const running = known?.running === undefined ? {} : { running: known.running };
    if (finding.is === 'valid') {
      return { key, latest: nextVersion(known?.latest, finding), ...running };
    }
    const shown =
      known?.latest ??
      (finding.is === 'duplicate' && finding.first ? nextVersion(undefined, finding.first) : undefined);
    const latest = shown === undefined ? {} : { latest: shown };
    return { key, ...latest, ...running, refused: refusalOf(key, finding) };
  }

  /** The last good CapacityPool stays in use while its document is unusable. */
  #nextCapacityPools(): ReadonlyMap<ResourceKey, CapacityPool> {
    const findings = this.#documents.pools();
    const next = new Map<ResourceKey, CapacityPool>();
    for (const [key, finding] of findings) {
      const pool = finding.is === 'valid' ? finding.resource : this.#capacityPools.get(key);
      if (pool !== undefined) next.set(key, pool);
    }
    return next;
  }

  #groupPools(): ReadonlyMap<string, PoolRecord> {
    const members = new Map<string, PolicyRecord[]>();
    for (const record of this.#policies.values()) {
      const key = poolKeyOf(shownVersion(record).policy);
      members.set(key, [...(members.get(key) ?? []), record]);
    }
    const keys = [...members.keys()].sort();
    return new Map(keys.map((key) => [key, this.#poolRecord(key, members.get(key) ?? [])]));
  }

  /** A CapacityPool that is gone under a running member goes on as it was last seen. */
  #poolRecord(key: string, members: readonly PolicyRecord[]): PoolRecord {
    const lead = members.find(({ running }) => running !== undefined) ?? members[0];
    const spec = lead === undefined ? undefined : shownVersion(lead).policy.spec;
    if (lead === undefined || spec?.pool === undefined) {
      return { key, members, ...pick(spec?.capacity, spec?.marathon) };
    }
    const shared = this.#capacityPools.get(resourceKey({ ...metadataOf(lead), name: spec.pool }));
    if (shared === undefined) {
      const last = this.#pools.get(key);
      return { key, members, ...pick(last?.capacity, last?.marathon ?? spec.marathon) };
    }
    return { key, members, ...pick(shared.spec.capacity, shared.spec.marathon ?? spec.marathon) };
  }

  /** Notes apps that lost their policy; one that moved to another policy is that policy's business. */
  #noteLeaving(before: ReadonlyMap<string, PoolRecord>): void {
    const now = new Set([...this.#pools.values()].flatMap((pool) => this.#appIdsOf(pool)));
    const gone = [...before.values()].flatMap((pool) =>
      pool.members.flatMap(({ key, running }) =>
        appsOf(running)
          .filter(({ id }) => !now.has(this.#appId(pool, id)))
          .map(
            ({ id }): Leaving => ({
              app: id,
              policy: key,
              pool: pool.key,
              onDelete: running?.policy.spec.onDelete ?? 'Retain',
              ...(pool.marathon && { marathon: pool.marathon }),
            }),
          ),
      ),
    );
    const stillGone = this.#leaving.filter((l) => !now.has(`${this.#marathonId(l.marathon)} ${l.app}`));
    this.#leaving = [...stillGone, ...gone];
  }

  #appIdsOf(pool: PoolRecord): readonly string[] {
    return pool.members.flatMap(({ running }) => appsOf(running).map(({ id }) => this.#appId(pool, id)));
  }

  #appId(pool: PoolRecord, id: string): string {
    return `${this.#marathonId(pool.marathon)} ${id}`;
  }
}

function metadataOf(record: PolicyRecord): { readonly namespace: string } {
  return { namespace: shownVersion(record).policy.metadata.namespace };
}

function pick(
  capacity: CapacitySpec | undefined,
  marathon: MarathonSpec | undefined,
): Pick<PoolRecord, 'capacity' | 'marathon'> {
  return {
    ...(capacity === undefined ? {} : { capacity }),
    ...(marathon === undefined ? {} : { marathon }),
  };
}

function byKey(a: PolicyRecord, b: PolicyRecord): number {
  return a.key < b.key ? -1 : 1;
}

function urlsOf(marathon: MarathonSpec | undefined): string {
  return [...(marathon?.urls ?? [])].sort().join(' ');
}

/** The same version while the spec says the same; one generation on when it does not. */
function nextVersion(known: Version | undefined, found: Found<MicroscalingPolicy>): Version {
  const { resource: policy, source, place, revision } = found;
  const same = known !== undefined && JSON.stringify(known.policy.spec) === JSON.stringify(policy.spec);
  const counted = same ? known.generation : (known?.generation ?? 0) + 1;
  return { policy, source, place, revision, generation: policy.metadata.generation ?? counted };
}

function refusalOf(
  key: ResourceKey,
  finding: Exclude<Finding<MicroscalingPolicy>, { is: 'valid' }>,
): Verdict {
  if (finding.is === 'invalid') return refusal('InvalidSpec', `${finding.place}: ${finding.message}`);
  return refusal('DuplicatePolicy', twoHomes('policy', key, finding.places));
}

function twoHomes(what: string, key: ResourceKey, places: readonly string[]): string {
  return `${what} ${key} is in ${places.join(' and ')}; it has one home: remove it from all but one`;
}

function changedPools(
  before: ReadonlyMap<string, PoolRecord>,
  after: ReadonlyMap<string, PoolRecord>,
): readonly string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)));
}
