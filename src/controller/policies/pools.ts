// controller: policies grouped into the pools that are run, with what their CapacityPools say. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { CapacitySpec, MarathonSpec } from '../../api/policy.ts';
import { resourceKey } from '../../api/policy.ts';
import type { CapacityPools } from './capacity-pools.ts';
import { type PolicyRecord, type PoolRecord, poolKeyOf, shownVersion } from './records.ts';

export type Pools = ReadonlyMap<string, PoolRecord>;

/** Sorted by key. What did not change is the same object as before: what did is cheap to tell. */
export function nextPools(
  before: Pools,
  policies: Iterable<PolicyRecord>,
  capacityPools: CapacityPools,
): Pools {
  const members = Map.groupBy(policies, (record) => poolKeyOf(shownVersion(record).policy));
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(
    sorted.map(([key, each]) => {
      const known = before.get(key);
      return [key, sameOr(known, { key, members: each, ...sharedBy(each, { known, capacityPools }) })];
    }),
  );
}

export function changedPools(before: Pools, after: Pools): readonly string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => !isDeepStrictEqual(before.get(key), after.get(key)));
}

/** What the members share. A CapacityPool that is gone under a running member goes on as it was last seen. */
function sharedBy(
  members: readonly PolicyRecord[],
  { known, capacityPools }: { readonly known: PoolRecord | undefined; readonly capacityPools: CapacityPools },
): Pick<PoolRecord, 'capacity' | 'marathon'> {
  const lead = members.find(({ running }) => running !== undefined) ?? members[0];
  if (lead === undefined) return {};
  const { spec, metadata } = shownVersion(lead).policy;
  if (spec.pool === undefined) return pick(spec.capacity, spec.marathon);
  const shared = capacityPools.get(resourceKey({ namespace: metadata.namespace, name: spec.pool }));
  if (shared === undefined) return pick(known?.capacity, known?.marathon ?? spec.marathon);
  const { capacity, marathon = spec.marathon } = shared.pool.spec;
  return pick(capacity, marathon);
}

function sameOr(known: PoolRecord | undefined, next: PoolRecord): PoolRecord {
  const same =
    known?.capacity === next.capacity &&
    known?.marathon === next.marathon &&
    known?.members.length === next.members.length &&
    known.members.every((member, i) => member === next.members[i]);
  return same && known !== undefined ? known : next;
}

function pick(
  capacity: CapacitySpec | undefined,
  marathon: MarathonSpec | undefined,
): Pick<PoolRecord, 'capacity' | 'marathon'> {
  return { ...(capacity && { capacity }), ...(marathon && { marathon }) };
}
