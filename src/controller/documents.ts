// controller: the documents of all sources as they were last seen, and what can be said about each name.

import type { CapacityPool, MicroscalingPolicy, Resource, ResourceKey } from '../api/policy.ts';
import { resourceKey } from '../api/policy.ts';
import type { PolicySnapshot } from '../policy-sources/source.ts';

/** One document of one source; without `resource` when it is there but not usable. */
interface Entry {
  readonly kind: string;
  readonly key: ResourceKey;
  readonly source: string;
  readonly place: string;
  readonly revision: string;
  readonly resource?: Resource;
  readonly invalid?: string;
}

export interface Found<R extends Resource> {
  readonly resource: R;
  /** The name of its source. */
  readonly source: string;
  readonly place: string;
  readonly revision: string;
}

/** What all sources together say about one name. */
export type Finding<R extends Resource> =
  | ({ readonly is: 'valid' } & Found<R>)
  | { readonly is: 'invalid'; readonly place: string; readonly message: string }
  | { readonly is: 'duplicate'; readonly places: readonly string[]; readonly first?: Found<R> };

export class Documents {
  readonly #bySource = new Map<string, readonly Entry[]>();

  /** Takes over what a source listed; what it did not list is gone only after a complete listing. */
  replace(source: string, snapshot: PolicySnapshot): void {
    const listed = entriesOf(source, snapshot);
    const names = new Set(listed.map(nameOf));
    const kept = snapshot.complete
      ? []
      : (this.#bySource.get(source) ?? []).filter((entry) => !names.has(nameOf(entry)));
    this.#bySource.set(source, [...listed, ...kept]);
  }

  policies(): ReadonlyMap<ResourceKey, Finding<MicroscalingPolicy>> {
    return this.#findings('MicroscalingPolicy');
  }

  pools(): ReadonlyMap<ResourceKey, Finding<CapacityPool>> {
    return this.#findings('CapacityPool');
  }

  #findings<R extends Resource>(kind: R['kind']): ReadonlyMap<ResourceKey, Finding<R>> {
    const byKey = new Map<ResourceKey, Entry[]>();
    for (const entry of [...this.#bySource.values()].flat()) {
      if (entry.kind === kind) byKey.set(entry.key, [...(byKey.get(entry.key) ?? []), entry]);
    }
    return new Map([...byKey].map(([key, entries]) => [key, findingOf<R>(entries)]));
  }
}

function entriesOf(source: string, snapshot: PolicySnapshot): readonly Entry[] {
  return [
    ...snapshot.resources.map(({ resource, place, revision }) => ({
      kind: resource.kind,
      key: resourceKey(resource.metadata),
      source,
      place,
      revision,
      resource,
    })),
    ...snapshot.invalid.map(({ kind, key, place, message }) => ({
      kind,
      key: key as ResourceKey,
      source,
      place,
      revision: '',
      invalid: message,
    })),
  ];
}

function nameOf({ kind, key }: Entry): string {
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
    return { is: 'invalid', place: first.place, message: first.invalid ?? 'not readable' };
  }
  return { is: 'valid', ...foundOf<R>(first) };
}

/** For entries that hold a resource of the kind the caller asked for. */
function foundOf<R extends Resource>({ resource, source, place, revision }: Entry): Found<R> {
  return { resource: resource as R, source, place, revision };
}
