// controller: what is to be published to the homes of objects: their status, and the events about them. Pure.

import { capacityPoolKey, type ResourceKey, resourceKey } from '../../api/policy.ts';
import type { ObjectRef } from '../../policy-sources/source.ts';
import { policyStatusOf, poolStatusOf } from '../status/policy-status.ts';
import type { CapacityPoolView, EventRecord, OperatorView, PoolView, RefusedView } from '../status/view.ts';
import type { Publication } from './publisher.ts';

/** The status of everything that is shown. */
export function publicationsOf({
  pools,
  capacityPools,
  refused,
}: Pick<OperatorView, 'pools' | 'capacityPools' | 'refused'>): readonly Publication[] {
  return [...pools.flatMap(ofPolicies), ...capacityPools.map(ofCapacityPool), ...refused.map(ofRefused)];
}

function ofPolicies(pool: PoolView): readonly Publication[] {
  return pool.policies.map((policy) => ({
    source: policy.source,
    pool: pool.name,
    ref: { kind: 'MicroscalingPolicy', key: resourceKey(policy) },
    status: policyStatusOf(policy, pool),
  }));
}

function ofCapacityPool(pool: CapacityPoolView): Publication {
  return {
    source: pool.source,
    pool: capacityPoolKey(resourceKey(pool)),
    ref: { kind: 'CapacityPool', key: resourceKey(pool) },
    status: poolStatusOf(pool),
  };
}

function ofRefused({ kind, key, source, generation, conditions }: RefusedView): Publication {
  const common = { observedGeneration: generation, conditions };
  const status =
    kind === 'CapacityPool' ? { ...common, policyCount: 0 } : { ...common, appCount: 0, apps: [] };
  const pool = kind === 'CapacityPool' ? capacityPoolKey(key) : key;
  return { source, pool, ref: { kind, key }, status };
}

/** The object that an event is about, with the event in its words; undefined for what has no object. */
export function eventFor(
  event: EventRecord,
  policyOf: (app: string) => ResourceKey | undefined,
): { readonly ref: ObjectRef; readonly message: string } | undefined {
  const [word = '', name = ''] = event.object.split(/ (.*)/s);
  const { message } = event;
  if (word === 'policy') return { ref: { kind: 'MicroscalingPolicy', key: name as ResourceKey }, message };
  if (word === 'pool') return { ref: { kind: 'CapacityPool', key: name as ResourceKey }, message };
  const policy = word === 'app' ? policyOf(name) : undefined;
  if (policy === undefined) return undefined;
  return { ref: { kind: 'MicroscalingPolicy', key: policy }, message: `${name}: ${message}` };
}
