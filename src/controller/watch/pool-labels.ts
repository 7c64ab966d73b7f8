// controller: the labels of every pool of which anything is left: policies, a CapacityPool without members, objects that are
// being deleted, documents that cannot be used, and apps that are still to be collected. Pure.

import type { Labels } from '../../api/labels/label-selector.ts';
import { capacityPoolKey } from '../../api/policy.ts';
import type { CapacityPools } from '../policies/capacity-pools.ts';
import type { Entry } from '../policies/documents/documents.ts';
import type { Pools } from '../policies/pools.ts';
import { poolKeyOf } from '../policies/records.ts';

export interface LabelledInput {
  readonly entries: readonly Entry[];
  readonly capacityPools: CapacityPools;
  readonly pools: Pools;
  /** Pools in which apps are still to be collected. */
  readonly collecting: ReadonlySet<string>;
  /** What this said before: of what is gone nobody else knows it. */
  readonly before: ReadonlyMap<string, Labels>;
}

const NONE: Labels = {};

/** By pool; what is certain goes before what is only left over. */
export function poolLabels({
  entries,
  capacityPools,
  pools,
  collecting,
  before,
}: LabelledInput): ReadonlyMap<string, Labels> {
  const leftOver = [...collecting].flatMap((pool) => {
    const labels = before.get(pool);
    return labels === undefined ? [] : [[pool, labels] as const];
  });
  const isPool = ({ kind }: Entry): boolean => kind === 'CapacityPool';
  const documents = [...entries.filter((entry) => !isPool(entry)), ...entries.filter(isPool)].map(
    (entry) => [poolOfEntry(entry), labelsIn(entry)] as const,
  );
  const budgets = [...capacityPools].map(
    ([key, { pool }]) => [capacityPoolKey(key), pool.metadata.labels ?? NONE] as const,
  );
  const run = [...pools].map(([key, { labels = NONE }]) => [key, labels] as const);
  return new Map([...leftOver, ...documents, ...budgets, ...run]);
}

/** A policy that cannot be read is in a pool of its own, as far as anybody knows. */
export function poolOfEntry({ kind, key, resource }: Entry): string {
  if (kind === 'CapacityPool') return capacityPoolKey(key);
  return resource?.kind === 'MicroscalingPolicy' ? poolKeyOf(resource) : key;
}

function labelsIn({ resource, labels }: Entry): Labels {
  return resource?.metadata.labels ?? labels ?? NONE;
}
