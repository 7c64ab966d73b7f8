// controller: documents that are there and do not run at all, not even in an earlier version. Pure.

import type { Resource, ResourceKey } from '../../../api/policy.ts';
import type { ObjectRef } from '../../../policy-sources/source.ts';
import type { CapacityPools } from '../capacity-pools.ts';
import { type Admission, type PolicyRecord, refusal } from '../records.ts';
import type { Documents, Entry } from './documents.ts';

export interface RefusedDocument {
  readonly kind: Resource['kind'];
  readonly key: ResourceKey;
  readonly source: string;
  readonly place: string;
  readonly generation: number;
  readonly refused: Admission;
}

/** What is shown of documents by their names. */
interface Shown {
  readonly policies: ReadonlyMap<ResourceKey, PolicyRecord>;
  readonly capacityPools: CapacityPools;
}

/** All of them, kept up with what changes. */
export class RefusedDocuments {
  readonly #documents: Documents;
  readonly #refused = new Map<string, readonly RefusedDocument[]>();
  #list: readonly RefusedDocument[] | undefined;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  lookAtAll(shown: Shown): void {
    this.#refused.clear();
    const all = refusedDocuments(this.#documents.entries(), shown);
    for (const [name, refused] of Map.groupBy(all, objectOf)) this.#refused.set(name, refused);
    this.#list = all;
  }

  /** Of these objects the documents, or what is shown in their place, may be others. */
  lookAt(shown: Shown, refs: readonly ObjectRef[]): void {
    for (const ref of refs) {
      const name = objectOf(ref);
      const refused = refusedDocuments(this.#documents.named(ref.kind, ref.key), shown);
      if (refused.length === 0 && !this.#refused.has(name)) continue;
      if (refused.length === 0) this.#refused.delete(name);
      else this.#refused.set(name, refused);
      this.#list = undefined;
    }
  }

  /** Sorted by kind, key and source; the same list as long as nothing is new. */
  list(): readonly RefusedDocument[] {
    this.#list ??= [...this.#refused.values()].flat().sort(byName);
    return this.#list;
  }
}

function objectOf({ kind, key }: ObjectRef): string {
  return `${kind} ${key}`;
}

function byName(a: RefusedDocument, b: RefusedDocument): number {
  return nameOf(a) < nameOf(b) ? -1 : 1;
}

/** Sorted by kind, key and source. */
export function refusedDocuments(entries: readonly Entry[], shown: Shown): readonly RefusedDocument[] {
  return entries
    .filter((entry) => !entry.deleting && !isShown(entry, shown))
    .map((entry) => refusedDocument(entry, shown))
    .sort(byName);
}

/** It is what a record shows, in its newest or in an earlier version. */
function isShown({ kind, key, source, place }: Entry, { policies, capacityPools }: Shown): boolean {
  const record = kind === 'CapacityPool' ? capacityPools.get(key) : policies.get(key)?.latest;
  return record !== undefined && (record.source === source || record.place === place);
}

function refusedDocument(
  { kind, key, source, place, generation = 0, invalid }: Entry,
  { policies, capacityPools }: Shown,
): RefusedDocument {
  const record = kind === 'CapacityPool' ? capacityPools.get(key) : policies.get(key);
  const unusable = refusal(invalid?.reason ?? 'InvalidSpec', `${place}: ${invalid?.message ?? 'not usable'}`);
  if (record === undefined) return { kind, key, source, place, generation, refused: unusable };
  if (record.accepted.reason === 'DuplicatePolicy' || invalid !== undefined)
    return {
      kind,
      key,
      source,
      place,
      generation,
      refused: invalid === undefined ? record.accepted : unusable,
    };
  const home = 'latest' in record ? record.latest : record;
  const what = kind === 'CapacityPool' ? 'pool' : 'policy';
  const message = `${what} ${key} is in ${home.place} (${home.source}) and ${place} (${source}); it has one home, and that is ${home.source}: remove it here`;
  return { kind, key, source, place, generation, refused: refusal('DuplicatePolicy', message) };
}

function nameOf({ kind, key, source }: RefusedDocument): string {
  return `${kind} ${key} ${source}`;
}
