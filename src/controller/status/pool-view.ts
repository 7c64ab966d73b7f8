// controller: a pool and its policies as people see them, as far as the documents go. Pure.

import { initialConditions } from '../../api/conditions.ts';
import { type ResourceKey, resourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { InterventionEffect } from '../interventions/effect.ts';
import { intervalMsOf } from '../policies/members.ts';
import { type PolicyRecord, type PoolRecord, shownVersion } from '../policies/records.ts';
import type { AppView, PolicyView, PoolView } from './view.ts';

type PolicyHead = Omit<PolicyView, 'conditions' | 'apps' | 'observedGeneration'>;

const heads = new WeakMap<PolicyRecord, PolicyHead>();

/** What a policy shows before anything was looked at. */
export function policyHead(record: PolicyRecord, pool: string): PolicyHead {
  const known = heads.get(record);
  if (known?.pool === pool) return known;
  const head = newHead(record, pool);
  heads.set(record, head);
  return head;
}

function newHead(record: PolicyRecord, pool: string): PolicyHead {
  const { policy, place, revision } = shownVersion(record);
  const { namespace, name, labels = {}, annotations = {} } = policy.metadata;
  return {
    namespace,
    name,
    source: record.latest.source,
    ...defined({ uid: record.uid }),
    labels,
    annotations,
    pool,
    generation: record.generation,
    mode: policy.spec.mode,
    createdAt: new Date(record.createdAtMs).toISOString(),
    place,
    revision,
    spec: policy.spec,
  };
}

/** Whether an intervention shows in it now. */
export function isIntervenedIn(
  { policies }: PoolView,
  on: (policy: ResourceKey) => InterventionEffect,
): boolean {
  return policies.some((policy) => {
    const { paused, overrides } = on(resourceKey(policy));
    return paused !== undefined || overrides.size > 0;
  });
}

/** With the interventions of now, not those of the last round. */
export function withInterventions(pool: PoolView, on: (policy: ResourceKey) => InterventionEffect): PoolView {
  const policies = pool.policies.map((policy): PolicyView => {
    const { paused, overrides } = on(resourceKey(policy));
    if (paused === undefined && overrides.size === 0) return policy;
    const apps = policy.apps.map((app): AppView => {
      const override = app.role === 'fixed' ? undefined : overrides.get(app.name);
      return override === undefined ? app : { ...app, override };
    });
    return { ...policy, ...(paused && { paused }), apps };
  });
  return { ...pool, policies };
}

/** A pool before its first round. */
export function unseenPool(pool: PoolRecord): PoolView {
  const policies = pool.members.map((record) => ({
    ...policyHead(record, pool.key),
    observedGeneration: 0,
    conditions: initialConditions(shownVersion(record).generation, record.createdAtMs),
    apps: [],
  }));
  const capacity = { total: pool.capacity?.slots ?? 0, used: 0, unit: 'slots' };
  return { name: pool.key, capacity, intervalMs: intervalMsOf(pool), policies };
}
