// Kubernetes as a scheduler against a real control plane: other kinds, foreign counts, free capacity, idle victims, rights, and trouble on the way.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig, type KubernetesObject, KubernetesObjectApi, loadAllYaml } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import type { AppObservation } from '../../src/core/observation.ts';
import { TerminalError, TransientError } from '../../src/runtime/errors.ts';
import { TargetRefused } from '../../src/schedulers/scheduler.ts';
import { startCluster } from '../support/kubernetes/real-cluster.ts';
import { installCrates } from '../support/kubernetes/scheduler/crates.ts';
import { Shop } from '../support/kubernetes/scheduler/shop.ts';
import { CRASHES } from '../support/kubernetes/stages.ts';
import { ROOT } from '../support/programs/command.ts';
import { until } from '../support/until.ts';

const kubeconfig = process.env['TEST_KUBECONFIG'] ?? '';
const never = new AbortController().signal;

describe('kubernetes, a real control plane', { concurrent: false }, () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open(kubeconfig);
  });
  afterEach(() => shop.close());

  const look = async (id = shop.id('workers')): Promise<AppObservation | undefined> =>
    (await shop.scheduler.observe([id], never)).apps.get(id);
  const scale = (to: number, more: Partial<Change & { kind: 'scale' }> = {}, app = shop.id('workers')) =>
    shop.scheduler.apply({ kind: 'scale', app, from: 0, to, reason: 'test', ...more }, never);
  const running = (n: number, id?: string) => async () => {
    const app = await look(id).catch(() => undefined);
    return app?.running === n && app.killing === 0 && app.waiting === 0;
  };
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );
  const patches = () => shop.front.passed.filter(({ method }) => method === 'PATCH');
  const lists = () =>
    shop.front.passed.filter(({ method, url }) => method === 'GET' && url.includes('limit='));

  it('scales to nothing and back, each by one write', async () => {
    await shop.deploy('workers', 2);
    await until('two to run', running(2));
    await scale(0);
    expect(await look()).toMatchObject({ requested: 0, writtenBy: 'us' });
    await until('none to run', running(0));
    await scale(1);
    await until('one to run', running(1));
    expect(patches()).toHaveLength(2);
  });

  it('lists nothing while it only watches', async () => {
    await shop.deploy('workers', 1);
    await until('one to run', running(1));
    const before = lists().length;
    for (const count of [2, 1]) {
      await scale(count);
      await until(`${count} to run`, running(count));
    }
    await shop.deploy('others', 1);
    await until('the other to run', running(1, shop.id('others')));
    expect(lists()).toHaveLength(before);
  });

  it('scales a StatefulSet, and a kind that only the cluster knows, by its scale', async () => {
    const { namespace } = shop;
    const pod = { containers: [{ name: 'main', image: 'none' }] };
    const labels = { app: 'db' };
    await shop.apps.createNamespacedStatefulSet({
      namespace,
      body: {
        metadata: { name: 'db' },
        spec: {
          replicas: 1,
          serviceName: 'db',
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: pod },
        },
      },
    });
    const db = `StatefulSet.apps/${namespace}/db`;
    await until('one to run', running(1, db));
    await scale(2, {}, db);
    await until('two to run', running(2, db));

    const crates = await installCrates(kubeconfig, 'Crate');
    await crates.make(namespace, 'stack', 3);
    const stack = `Crate.microscaling.test/${namespace}/stack`;
    await until('the crate to be seen', async () => (await look(stack))?.requested === 3);
    await scale(5, {}, stack);
    expect(await look(stack)).toMatchObject({ requested: 5, writtenBy: 'us' });
    expect(await crates.sizeOf(namespace, 'stack')).toBe(5);
    await shop.apps.deleteNamespacedStatefulSet({ namespace, name: 'db' });
  });

  it.each([
    ['Parcel.microscaling.test', /does not know the kind Parcel.microscaling.test/],
    ['ConfigMap', /ConfigMap has no scale subresource/],
  ])('says why %s cannot be scaled', async (kind, expected) => {
    const { namespace } = shop;
    await shop.core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'x' } } });
    const id = `${kind}/${namespace}/x`;
    const told = await shop.scheduler.observe([id], never).then(
      ({ apps, unseen }) => apps.get(id)?.refused ?? unseen?.get(id),
      (error: unknown) => String(error),
    );
    expect(told).toMatch(expected);
  });

  it('takes what was deleted and made anew for another one', async () => {
    await shop.deploy('workers', 3);
    await until('three to run', running(3));
    const before = await look();
    const { namespace } = shop;
    await shop.apps.deleteNamespacedDeployment({ namespace, name: 'workers' });
    await until('it to be gone', async () => (await look()) === undefined);
    await shop.deploy('workers', 3);
    await until('the new one to be seen', async () => (await look())?.requested === 3);
    expect((await look())?.countVersion).not.toBe(before?.countVersion);
    expect((await look())?.writtenBy).toEqual({ name: 'kubectl-create' });
  });

  it('leaves a ReplicaSet to its Deployment', async () => {
    await shop.deploy('workers', 1);
    await until('one to run', running(1));
    const { items } = await shop.apps.listNamespacedReplicaSet({ namespace: shop.namespace });
    const id = `ReplicaSet.apps/${shop.namespace}/${items[0]?.metadata?.name}`;
    expect((await look(id))?.refused).toMatch(/belongs to Deployment workers/);
    expect(await failure(scale(2, {}, id))).toBeInstanceOf(TargetRefused);
  });

  it('tells a pod that its node holds back, and one that a quota forbids', async () => {
    await shop.deploy('workers', 1, { labels: { [CRASHES]: 'yes' } });
    await until('it to be held back', async () => (await look())?.backoffMs === 40_000);
    expect(await look()).toMatchObject({ waiting: 1, waitingFor: [{ reason: 'BackingOff' }] });
    const { namespace } = shop;
    await shop.core.createNamespacedResourceQuota({
      namespace,
      body: { metadata: { name: 'small' }, spec: { hard: { pods: '1' } } },
    });
    await until('the quota to count', async () => {
      const quota = await shop.core.readNamespacedResourceQuota({ namespace, name: 'small' });
      return quota.status?.used?.['pods'] === '1';
    });
    await scale(2);
    await until('the quota to be named', async () => {
      return (await look())?.waitingFor.some(({ reason, text }) => reason === 'Quota' && /small/.test(text));
    });
  });

  it('shows a rollout that has more pods than are asked for', async () => {
    await shop.deploy('workers', 2, { requests: { cpu: '1m' } });
    await until('two to run', running(2));
    const { namespace } = shop;
    const current = await shop.apps.readNamespacedDeployment({ namespace, name: 'workers' });
    const template = { ...current.spec?.template, metadata: { labels: { app: 'workers', version: '2' } } };
    const body = [{ op: 'replace', path: '/spec/template', value: template }];
    await shop.apps.patchNamespacedDeployment({ namespace, name: 'workers', body });
    await until('the rollout to be seen', async () => (await look())?.operations[0]?.kinds[0] === 'Restart');
    await until('it to end', async () => (await look())?.operations.length === 0);
    await until('two to run', running(2));
  });

  it('counts the room that the nodes have', async () => {
    await shop.deploy('workers', 2);
    await until('two to run', running(2));
    const app = (await look()) as AppObservation;
    const question = {
      role: '*',
      headroom: 0,
      apps: [{ id: app.id, definition: app.definition, observed: app }],
    };
    const room = async () => (await shop.scheduler.room(question, never)).get(app.id);
    await until('four to be left', async () => (await room()) === 4);
    await scale(6);
    await until('six to run', running(6));
    expect(await room()).toBe(0);
    expect(app.definition).toMatchObject({ cpus: 0, mem: 0 });
  });

  it('has idle pods go first', async () => {
    await shop.deploy('workers', 4, { requests: { cpu: '1m' } });
    await until('four to run', running(4));
    const { namespace } = shop;
    const names = async () =>
      (await shop.core.listNamespacedPod({ namespace })).items
        .flatMap(({ metadata }) => metadata?.name ?? [])
        .toSorted();
    const before = await names();
    // Whoever answers at the pods' address: they all have one here, so the question has to say who is asked.
    const idle = new Set(before.slice(1, 3));
    for (const [i, name] of before.entries()) {
      const body = [
        { op: 'replace', path: '/status/podIP', value: `10.0.0.${i}` },
        { op: 'replace', path: '/status/podIPs', value: [{ ip: `10.0.0.${i}` }] },
      ];
      await shop.core.patchNamespacedPodStatus({ namespace, name, body });
    }
    const ours = await Shop.open(kubeconfig, {
      ask: async (url) =>
        idle.has(before[Number(/10\.0\.0\.(\d):8080/.exec(url)?.[1])] ?? '') ? 'idle' : 'busy',
    });
    const id = shop.id('workers');
    const idleVictims = { path: '/busy', portIndex: 0, within: '2s' };
    await ours.scheduler.apply(
      { kind: 'scale', app: id, from: 4, to: 2, idleVictims, reason: 'test' },
      never,
    );
    await until('two to be left', async () => (await names()).length === 2);
    expect(await names()).toEqual(before.filter((name) => !idle.has(name)));
    await ours.close();
  });

  describe('in trouble', () => {
    beforeEach(async () => {
      await shop.deploy('workers', 1);
      await until('one to run', running(1));
    });
    const isPatch = ({ method }: { method: string }) => method === 'PATCH';

    it.each([
      [429, /too much to do.*a fault of the test/],
      [500, /a fault of the test/],
      [403, /may not patch deployments\/scale.apps workers/],
      [401, /does not accept our credentials/],
    ])('says so when a write is answered %i, and writes later', async (answer, expected) => {
      shop.front.plan({ answer }, isPatch);
      const error = await failure(scale(2));
      expect(error).toBeInstanceOf(TransientError);
      expect(String(error)).toMatch(expected);
      expect(await look()).toMatchObject({ requested: 1 });
      await scale(2);
      expect(await look()).toMatchObject({ requested: 2 });
    });

    it('says when a server that has too much to do wants to be asked again', async () => {
      shop.front.plan({ answer: 429, headers: { 'retry-after': '7' } }, isPatch);
      expect(await failure(scale(2))).toMatchObject({ name: 'TransientError', retryAfterMs: 7_000 });
    });

    it('tells a count that the cluster does not allow from one that somebody else has set', async () => {
      expect(await failure(scale(-1))).toBeInstanceOf(TerminalError);
      await shop.front.plan('lose answer', isPatch);
      expect(await failure(scale(2))).toBeInstanceOf(TransientError);
      await until('the write to be seen', async () => (await look())?.requested === 2);
      expect(await look()).toMatchObject({ writtenBy: 'us' });
    });

    const gone = { kind: 'Status', code: 410, message: 'too old resource version' };
    it.each([
      ['an event', { answer: 200, body: { type: 'ERROR', object: gone } }],
      ['its answer', { answer: 410, body: gone }],
    ])(
      'lists again, and lacks nothing meanwhile, when %s says that its history is over',
      async (_, fault) => {
        const ours = await Shop.open(kubeconfig, { timing: { watchSeconds: 2, minBackoffMs: 20 } });
        const id = shop.id('workers');
        const seen = async () => (await ours.scheduler.observe([id], never)).apps.get(id);
        const listsOfPods = () =>
          ours.front.passed.filter(({ url }) => /\/pods\?/.test(url) && url.includes('limit=')).length;
        expect(await seen()).toMatchObject({ running: 1 });
        expect(listsOfPods()).toBe(1);
        const used = ours.front.plan(fault, ({ url }) => /\/pods\?.*watch=true/.test(url));
        await until('the pods to be listed again', async () => {
          expect(await seen()).toMatchObject({ running: 1 });
          return listsOfPods() === 2;
        });
        expect(used()).toBe(1);
        await shop.scaleByHand('workers', 3);
        await until('three to run', async () => (await seen())?.running === 3);
        expect(listsOfPods()).toBe(2);
        await ours.close();
      },
    );

    it('keeps what it knows while it cannot see, and says why', async () => {
      shop.front.plan({ answer: 403 }, ({ url }) => url.includes('/pods'), 1_000);
      shop.front.cut();
      shop.front.mend();
      await until('the reason', async () => /may not (list|watch) pods/.test(String(await failure(look()))));
      expect(await failure(look())).toBeInstanceOf(TransientError);
    });

    it('sees the rest while one namespace is forbidden', async () => {
      const other = await Shop.open(kubeconfig);
      const forbidden = `Deployment.apps/${other.namespace}/workers`;
      shop.front.plan({ answer: 403 }, ({ url }) => url.includes(other.namespace), 1_000);
      const view = await shop.scheduler.observe([shop.id('workers'), forbidden], never);
      expect([...view.apps.keys()]).toEqual([shop.id('workers')]);
      expect(view.unseen?.get(forbidden)).toMatch(/may not list deployments.apps in namespace/);
      await other.close();
    });
  });

  it('needs no more rights than its roles give', async () => {
    const cluster = await startCluster();
    const { namespace } = shop;
    await grant(namespace);
    const as = await cluster.asServiceAccount(namespace, 'operator');
    const ours = await Shop.open(kubeconfig, { as, ask: async () => 'idle' });
    await shop.deploy('workers', 3);
    const id = shop.id('workers');
    const seen = async () => (await ours.scheduler.observe([id], never)).apps.get(id);
    await until('three to run', async () => (await seen())?.running === 3);
    const idleVictims = { path: '/busy', portIndex: 0, within: '2s' };
    await ours.scheduler.apply(
      { kind: 'scale', app: id, from: 3, to: 2, idleVictims, reason: 'test' },
      never,
    );
    await until('the third to be gone', async () => (await seen())?.tasks.length === 2);
    const app = (await seen()) as AppObservation;
    const asked = { role: '*', headroom: 0, apps: [{ id, definition: {}, observed: app }] };
    // Nodes and the pods on them are followed apart from the workload's own pods.
    await until('the room of the third to be free', async () => {
      return (await ours.scheduler.room(asked, never)).get(id) === 4;
    });
    await shop.core.createNamespacedReplicationController({
      namespace,
      body: {
        metadata: { name: 'old' },
        spec: {
          replicas: 0,
          selector: { app: 'old' },
          template: {
            metadata: { labels: { app: 'old' } },
            spec: { containers: [{ name: 'main', image: 'none' }] },
          },
        },
      },
    });
    const old = `ReplicationController/${namespace}/old`;
    const count = async () => (await ours.scheduler.observe([old], never)).apps.get(old)?.requested;
    await until('the old one to be seen', async () => (await count()) === 0);
    await ours.scheduler.apply({ kind: 'scale', app: old, from: 0, to: 1, reason: 'test' }, never);
    expect(await count()).toBe(1);
    await ours.scheduler.apply({ kind: 'scale', app: old, from: 1, to: 0, reason: 'test' }, never);
    expect(await count()).toBe(0);
    await ours.close();
    await cluster.stop();
  });

  /** deploy/kubernetes/components/scale, granted to a service account in a namespace. */
  async function grant(namespace: string): Promise<void> {
    const objects = KubernetesObjectApi.makeApiClient(admin());
    const text = readFileSync(join(ROOT, 'deploy/kubernetes/components/scale/rbac.yaml'), 'utf8');
    const subjects = [{ kind: 'ServiceAccount', name: 'operator', namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole' };
    const rbac = 'rbac.authorization.k8s.io/v1';
    const made: KubernetesObject[] = [
      ...(loadAllYaml(text) as KubernetesObject[]).filter(({ kind }) => kind === 'ClusterRole'),
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'operator', namespace } },
      ...['microscaling-scale', 'microscaling-idle-victims'].map((name) => ({
        apiVersion: rbac,
        kind: 'RoleBinding',
        metadata: { name, namespace },
        roleRef: { ...roleRef, name },
        subjects,
      })),
      {
        apiVersion: rbac,
        kind: 'ClusterRoleBinding',
        metadata: { name: `room-${namespace}` },
        roleRef: { ...roleRef, name: 'microscaling-room' },
        subjects,
      } as KubernetesObject,
    ];
    for (const object of made) await objects.create(object).catch(unlessThere);
  }
});

function admin(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

function unlessThere(error: unknown): void {
  if ((error as { code?: unknown }).code !== 409) throw error;
}
