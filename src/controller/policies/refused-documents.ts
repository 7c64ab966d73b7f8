// controller: documents that are there and do not run at all, not even in an earlier version. Pure.

import type { Resource, ResourceKey } from '../../api/policy.ts';
import type { CapacityPools } from './capacity-pools.ts';
import type { Entry } from './documents.ts';
import { type Admission, type PolicyRecord, refusal } from './records.ts';

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

/** Sorted by kind, key and source. */
export function refusedDocuments(entries: readonly Entry[], shown: Shown): readonly RefusedDocument[] {
  return entries
    .filter((entry) => !entry.deleting && !isShown(entry, shown))
    .map((entry) => refusedDocument(entry, shown))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
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
