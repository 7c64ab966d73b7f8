// policy-sources/kubernetes: the Leases that say which of several operators has a pool, as the API server keeps them.

import { createHash } from 'node:crypto';
import { defined } from '../../../lang/defined.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { ResourcePath } from '../../../runtime/kubernetes/resource-path.ts';
import { carriedFrom } from '../../shared-pools/lease-record.ts';
import type { PoolLeaseRecord, PoolLeaseStore, SeenPoolLease } from '../../shared-pools/pool-lease-store.ts';

const PREFIX = 'microscaling-pool-';
const POOL = 'microscaling.io/pool';
const OPERATOR = 'microscaling.io/operator';
const SETTLED = 'microscaling.io/settled';
const INTERVENTIONS = 'microscaling.io/hands';
const GENERATION = 'microscaling.io/hands-generation';
const LEARNED = 'microscaling.io/learned';
/** A pool's key may be longer than a name, and has characters that no name has. */
const HASH_LENGTH = 20;

/** @param namespace of the Leases of all operators that share the policies */
export function createPoolLeaseStore(api: KubeApi, namespace: string): PoolLeaseStore {
  const all: ResourcePath = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', namespace };
  return {
    list: async (signal) => {
      const { items = [] } = await api.list(all, signal);
      return items.flatMap((item) => seen(item) ?? []);
    },
    get: async (pool, signal) => {
      try {
        return seen(await api.get({ ...all, name: nameOf(pool) }, signal));
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },
    create: async (pool, record, signal) =>
      written(pool, record, await api.create(all, leaseOf({ namespace, pool }, record), signal)),
    replace: async (pool, record, resourceVersion, signal) => {
      const lease = leaseOf({ namespace, pool, resourceVersion }, record);
      return written(pool, record, await api.update({ ...all, name: nameOf(pool) }, lease, signal));
    },
    remove: async ({ pool, version: resourceVersion }, signal) => {
      await api
        .delete({ ...all, name: nameOf(pool) }, signal, { resourceVersion })
        .catch((error: unknown) => {
          if (!isStatus(error, 404)) throw error;
        });
    },
  };
}

function nameOf(pool: string): string {
  return `${PREFIX}${createHash('sha256').update(pool).digest('hex').slice(0, HASH_LENGTH)}`;
}

function leaseOf(
  {
    namespace,
    pool,
    resourceVersion,
  }: { readonly namespace: string; readonly pool: string; readonly resourceVersion?: string },
  {
    holder,
    operator,
    durationSeconds,
    acquireTime,
    transitions,
    settled,
    interventions,
    learned,
  }: PoolLeaseRecord,
): object {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: nameOf(pool),
      namespace,
      ...(resourceVersion !== undefined && { resourceVersion }),
      labels: { 'app.kubernetes.io/managed-by': 'microscaling' },
      annotations: {
        ...{ [POOL]: pool, [OPERATOR]: operator },
        ...(settled && { [SETTLED]: 'true' }),
        ...(interventions?.text !== undefined && { [INTERVENTIONS]: interventions.text }),
        ...(interventions !== undefined &&
          interventions.generation > 0 && { [GENERATION]: `${interventions.generation}` }),
        ...(learned !== undefined && { [LEARNED]: learned }),
      },
    },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: durationSeconds,
      acquireTime,
      leaseTransitions: transitions,
    },
  };
}

function written(pool: string, record: PoolLeaseRecord, { metadata }: KubeObject): SeenPoolLease {
  return { pool, record, version: metadata.resourceVersion ?? '' };
}

/** Undefined for a Lease of something else. */
function seen({ metadata, spec }: KubeObject): SeenPoolLease | undefined {
  const {
    [POOL]: pool,
    [OPERATOR]: operator = '',
    [SETTLED]: settled,
    [INTERVENTIONS]: text,
    [GENERATION]: generation,
    [LEARNED]: learned,
  } = metadata.annotations ?? {};
  if (pool === undefined || metadata.name !== nameOf(pool)) return undefined;
  const { holderIdentity, leaseDurationSeconds, acquireTime, leaseTransitions } = (spec ?? {}) as Readonly<
    Record<string, unknown>
  >;
  const record = {
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    operator,
    durationSeconds: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : 0,
    acquireTime: typeof acquireTime === 'string' ? acquireTime : '',
    transitions: typeof leaseTransitions === 'number' ? leaseTransitions : 0,
    settled: settled === 'true',
    ...defined({ interventions: carriedFrom(text, generation), learned }),
  };
  return { pool, record, version: metadata.resourceVersion ?? '' };
}
