// The Leases of pools as an API server keeps them, and what an operator must be allowed for them.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLeaseStore, KubeApi, openCluster } from '../../../../src/policy-sources/kubernetes/index.ts';
import { createPoolLeaseStore } from '../../../../src/policy-sources/kubernetes/leadership/pool-lease.ts';
import type {
  PoolLeaseRecord,
  PoolLeaseStore,
} from '../../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { type KubeServer, startKubeServer } from '../../../support/kubernetes/kube-server.ts';
import { type KubeconfigFile, kubeconfigFor } from '../../../support/kubernetes/source.ts';

const RBAC = resolve(import.meta.dirname, '../../../../deploy/kubernetes/components/shard/rbac.yaml');
const POOL = 'pool:default/shared';
const { signal } = new AbortController();
const record: PoolLeaseRecord = {
  holder: 'host_1',
  operator: 'microscaling-shard.a',
  durationSeconds: 15,
  acquireTime: '2026-01-01T00:00:00.000000Z',
  transitions: 0,
  settled: false,
};

let server: KubeServer;
let kubeconfig: KubeconfigFile;
let api: KubeApi;
let store: PoolLeaseStore;

beforeAll(async () => {
  server = await startKubeServer();
  kubeconfig = kubeconfigFor(server.url);
  api = new KubeApi(openCluster({ kubeconfig: kubeconfig.path, env: {} }), systemClock);
  store = createPoolLeaseStore(api, 'ops');
});
afterAll(async () => {
  kubeconfig.remove();
  await server.close();
});

it('are written and read as they were, one for a pool', async () => {
  const made = await store.create(POOL, record, signal);
  expect(made).toMatchObject({ pool: POOL, record });
  await expect(store.create(POOL, record, signal)).rejects.toThrow(/exists/);
  const other = await store.create('default/lone', { ...record, holder: 'host_2' }, signal);
  expect((await store.list(signal)).toSorted((a, b) => (a.pool < b.pool ? -1 : 1))).toEqual([other, made]);
});

it('are replaced in the version that was seen, and in no other', async () => {
  const [seen] = (await store.list(signal)).filter(({ pool }) => pool === POOL);
  const free = { ...record, holder: '', transitions: 1, settled: true };
  const after = await store.replace(POOL, free, seen?.version ?? '', signal);
  expect(after.record).toEqual(free);
  await expect(store.replace(POOL, record, seen?.version ?? '', signal)).rejects.toThrow(/Conflict|modified/);
});

it('are removed in the version that was seen, and in no other', async () => {
  const pool = 'default/gone';
  const seen = await store.create(pool, record, signal);
  const taken = await store.replace(pool, { ...record, holder: 'host_2' }, seen.version, signal);
  await expect(store.remove(seen, signal)).rejects.toThrow(/Conflict|modified/);
  const listed = async (): Promise<boolean> =>
    (await store.list(signal)).some((lease) => lease.pool === pool);
  expect(await listed()).toBe(true);
  await store.remove(taken, signal);
  await store.remove(taken, signal);
  expect(await listed()).toBe(false);
});

it('are told from other Leases of the namespace', async () => {
  const before = (await store.list(signal)).length;
  const own = createLeaseStore(api, { namespace: 'ops', name: 'microscaling-shard.a' });
  const times = { acquireTime: record.acquireTime, renewTime: record.acquireTime };
  await own.create({ holder: 'host_1', durationSeconds: 15, ...times, transitions: 0 }, signal);
  expect(await own.get(signal)).toMatchObject({ record: { holder: 'host_1' } });
  expect(await store.list(signal)).toHaveLength(before);
});

it('ask for no more than the component shard grants, and for all of it', () => {
  const verbs = server.requests.filter(({ resource }) => resource === 'leases').map(({ verb }) => verb);
  const roles = loadAll(readFileSync(join(RBAC), 'utf8')) as {
    readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
  }[];
  const granted = roles.flatMap(({ rules = [] }) => rules.flatMap((rule) => rule.verbs));
  expect([...new Set(verbs)].sort()).toEqual([...granted].sort());
});
