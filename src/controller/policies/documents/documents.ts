// controller: the documents of all sources as they were last seen, and what can be said about each name.

import type { Labels } from '../../../api/labels/label-selector.ts';
import type { CapacityPool, MicroscalingPolicy, Resource, ResourceKey } from '../../../api/policy.ts';
import { resourceKey } from '../../../api/policy.ts';
import { defined } from '../../../lang/defined.ts';
import type {
  InvalidDocument,
  ObjectRef,
  PolicySnapshot,
  SourcedResource,
} from '../../../policy-sources/source.ts';

/** One document of one source; without `resource` when it is there but not usable. */
export interface Entry {
  readonly kind: Resource['kind'];
  readonly key: ResourceKey;
  /** The name of its source. */
  readonly source: string;
  readonly place: string;
  readonly revision: string;
  readonly resource?: Resource;
  readonly invalid?: Refusal;
  /** Its deletion was asked for: it says nothing about its name any more. */
  readonly deleting: boolean;
  readonly createdAt?: string;
  readonly uid?: string;
  readonly generation?: number;
  /** Of a document that is not usable, where its home knows them all the same. */
  readonly labels?: Labels;
}

interface Refusal {
  readonly reason: 'InvalidSpec' | 'NotAllowed';
  readonly message: string;
}

export interface Found<R extends Resource> {
  readonly resource: R;
  /** The name of its source. */
  readonly source: string;
  readonly place: string;
  readonly revision: string;
  /** RFC 3339, where its home keeps it. */
  readonly createdAt?: string;
  readonly uid?: string;
}

/** What all sources together say about one name. */
export type Finding<R extends Resource> =
  | ({ readonly is: 'valid' } & Found<R>)
  | ({ readonly is: 'invalid'; readonly place: string; readonly generation?: number } & Refusal)
  | { readonly is: 'duplicate'; readonly places: readonly string[]; readonly first?: Found<R> };

/** Of several sources that have an object of this name the one whose it is; undefined where nothing tells them apart. */
export type HomeOf = (
  kind: Resource['kind'],
  key: ResourceKey,
  sources: readonly string[],
) => string | undefined;

/** Entries of one source or of all, by kind and key. */
type ByName = Map<string, readonly Entry[]>;

export class Documents {
  readonly #homeOf: HomeOf;
  readonly #bySource = new Map<string, ByName>();
  // Worked out once between two listings; kept up with what changes alone.
  #entries: readonly Entry[] | undefined;
  #byName: ByName | undefined;
  #deleting: ByName | undefined;
  #policies: Map<ResourceKey, Finding<MicroscalingPolicy>> | undefined;
  #pools: Map<ResourceKey, Finding<CapacityPool>> | undefined;

  constructor(homeOf: HomeOf) {
    this.#homeOf = homeOf;
  }

  /** Takes over what a source listed; what it did not list is gone only after a complete listing. */
  replace(source: string, snapshot: PolicySnapshot): void {
    const listed = Map.groupBy(entriesOf(source, snapshot), nameOf);
    for (const [name, entries] of this.#bySource.get(source) ?? []) {
      const kept = listed.has(name) ? [] : entries.filter(({ key }) => !isDecided(snapshot, key));
      if (kept.length > 0) listed.set(name, kept);
    }
    this.#bySource.set(source, listed);
    this.#entries = undefined;
    this.#byName = undefined;
    this.#deleting = undefined;
    this.#policies = undefined;
    this.#pools = undefined;
  }

  /** Takes over what a source has now of some objects: of them, what is not in the snapshot is not there any more. */
  change(source: string, refs: readonly ObjectRef[], snapshot: PolicySnapshot): void {
    const found = Map.groupBy(entriesOf(source, snapshot), nameOf);
    const own = this.#bySource.get(source) ?? new Map();
    this.#bySource.set(source, own);
    for (const ref of refs) put(own, nameOf(ref), found.get(nameOf(ref)) ?? []);
    this.#entries = undefined;
    for (const ref of refs) {
      const name = nameOf(ref);
      const all = [...this.#bySource.values()].flatMap((entries) => entries.get(name) ?? []);
      if (this.#byName !== undefined) put(this.#byName, name, all);
      if (this.#deleting !== undefined) put(this.#deleting, name, all.filter(isDeleting));
      this.findAnew(ref);
    }
  }

  /** What is said about a name where several sources have it depends on what runs. */
  findAnew({ kind, key }: ObjectRef): void {
    const speaking = this.named(kind, key).filter((entry) => !entry.deleting);
    if (kind === 'CapacityPool') find(this.#pools, key, this.#inItsHome(speaking));
    else find(this.#policies, key, this.#inItsHome(speaking));
  }

  policies(): ReadonlyMap<ResourceKey, Finding<MicroscalingPolicy>> {
    this.#policies ??= this.#findings('MicroscalingPolicy');
    return this.#policies;
  }

  pools(): ReadonlyMap<ResourceKey, Finding<CapacityPool>> {
    this.#pools ??= this.#findings('CapacityPool');
    return this.#pools;
  }

  /** Every document that is there, whatever is said about it. */
  entries(): readonly Entry[] {
    this.#entries ??= [...this.#bySource.values()].flatMap((entries) => [...entries.values()].flat());
    return this.#entries;
  }

  /** Those whose deletion was asked for. */
  deleting(): readonly Entry[] {
    this.#deleting ??= Map.groupBy(this.entries().filter(isDeleting), nameOf);
    return [...this.#deleting.values()].flat();
  }

  /** Those of one name, whichever source they are in. */
  named(kind: Resource['kind'], key: ResourceKey): readonly Entry[] {
    this.#byName ??= Map.groupBy(this.entries(), nameOf);
    return this.#byName.get(nameOf({ kind, key })) ?? [];
  }

  #findings<R extends Resource>(kind: R['kind']): Map<ResourceKey, Finding<R>> {
    const speaking = this.entries().filter((entry) => entry.kind === kind && !entry.deleting);
    const byKey = Map.groupBy(speaking, ({ key }) => key);
    return new Map([...byKey].map(([key, entries]) => [key, findingOf<R>(this.#inItsHome(entries))]));
  }

  /** Nobody with a lesser right freezes an object by another one of its name. */
  #inItsHome(entries: readonly Entry[]): readonly Entry[] {
    const [first] = entries;
    const sources = [...new Set(entries.map(({ source }) => source))];
    if (first === undefined || sources.length < 2) return entries;
    const home = this.#homeOf(first.kind, first.key, sources.sort());
    return home === undefined ? entries : entries.filter(({ source }) => source === home);
  }
}

function isDeleting({ deleting }: Entry): boolean {
  return deleting;
}

function put(map: ByName, name: string, entries: readonly Entry[]): void {
  if (entries.length === 0) map.delete(name);
  else map.set(name, entries);
}

/** Nothing where the findings are not worked out: then all of them will be. */
function find<R extends Resource>(
  findings: Map<ResourceKey, Finding<R>> | undefined,
  key: ResourceKey,
  entries: readonly Entry[],
): void {
  if (entries.length === 0) findings?.delete(key);
  else findings?.set(key, findingOf<R>(entries));
}

/** Whether absence of a document of this name means that it is not there. */
export function isDecided({ complete, unsure = [] }: Listed, key: ResourceKey): boolean {
  return complete && !unsure.includes(key.slice(key.indexOf('/') + 1));
}

/** What a listing says about what is not in it. */
export type Listed = Pick<PolicySnapshot, 'complete' | 'unsure' | 'deletionHeld'>;

/** Names one object of one source: another one of its name is another object. */
export function identityOf({ kind, key, source, uid = '' }: Entry): string {
  return `${kind} ${key} ${uid} ${source}`;
}

function entriesOf(source: string, snapshot: PolicySnapshot): readonly Entry[] {
  return [
    ...snapshot.resources.map((sourced) => ofResource(source, sourced)),
    ...snapshot.invalid.flatMap((document) => ofInvalid(source, document)),
  ];
}

function ofResource(source: string, sourced: SourcedResource): Entry {
  const { resource, place, revision, createdAt, uid, deleting = false } = sourced;
  const { generation } = resource.metadata;
  return {
    kind: resource.kind,
    key: resourceKey(resource.metadata),
    source,
    place,
    revision,
    resource,
    deleting,
    ...defined({ createdAt, uid, generation }),
  };
}

/** A document of another kind is nobody's business. */
function ofInvalid(source: string, document: InvalidDocument): readonly Entry[] {
  const { kind, key, place, message, reason = 'InvalidSpec', deleting = false } = document;
  const { uid, generation, labels } = document;
  if (kind !== 'MicroscalingPolicy' && kind !== 'CapacityPool') return [];
  return [
    {
      kind,
      key: key as ResourceKey,
      source,
      place,
      revision: '',
      invalid: { reason, message },
      deleting,
      ...defined({ uid, generation, labels }),
    },
  ];
}

interface Keys {
  readonly policies: Iterable<ResourceKey>;
  readonly pools: readonly ResourceKey[];
}

export function keysOf(refs: readonly ObjectRef[]): Keys {
  const keys = (kind: Resource['kind']): readonly ResourceKey[] =>
    refs.flatMap((ref) => (ref.kind === kind ? [ref.key] : []));
  return { policies: keys('MicroscalingPolicy'), pools: keys('CapacityPool') };
}

export function refsOf({ policies, pools }: Keys): readonly ObjectRef[] {
  return [
    ...Array.from(policies, (key) => ({ kind: 'MicroscalingPolicy' as const, key })),
    ...pools.map((key) => ({ kind: 'CapacityPool' as const, key })),
  ];
}

function nameOf({ kind, key }: Pick<Entry, 'kind' | 'key'>): string {
  return `${kind} ${key}`;
}

/** A document has one home: two places say nothing certain about it, even when they agree. */
function findingOf<R extends Resource>(entries: readonly Entry[]): Finding<R> {
  const homes = new Map(entries.map((entry) => [`${entry.place} (${entry.source})`, entry]));
  const [first] = homes.values();
  if (first === undefined || homes.size > 1) {
    const named = [...homes.keys()].sort();
    const manySources = new Set(entries.map(({ source }) => source)).size > 1;
    const places = manySources ? named : named.map((name) => homes.get(name)?.place ?? name);
    // To have something to show; by name, so that the order of listing decides nothing.
    const shown = named.map((name) => homes.get(name)).find((entry) => entry?.resource !== undefined);
    return { is: 'duplicate', places, ...(shown && { first: foundOf<R>(shown) }) };
  }
  if (first.resource === undefined) {
    const refusal = first.invalid ?? { reason: 'InvalidSpec', message: 'not readable' };
    const { place, generation } = first;
    return { is: 'invalid', place, ...refusal, ...defined({ generation }) };
  }
  return { is: 'valid', ...foundOf<R>(first) };
}

/** For entries with a resource of the kind the caller asked for. */
function foundOf<R extends Resource>(entry: Entry): Found<R> {
  const { resource, source, place, revision, createdAt, uid } = entry;
  return {
    resource: resource as R,
    source,
    place,
    revision,
    ...defined({ createdAt, uid }),
  };
}
