// What goes wrong with Kubernetes, one by one, under a whole operator: counts stay, the reason is said, the rest of the pool goes on.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiextensionsV1Api, CustomObjectsApi } from '@kubernetes/client-node';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningOperator, startOperator } from '../../src/app/operator/operator.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import type { Fault } from '../support/kubernetes/api-front.ts';
import { configOf, writeKubeconfig } from '../support/kubernetes/control-plane.ts';
import { cratesOf, installCrates, uninstallCrates } from '../support/kubernetes/scheduler/crates.ts';
import { Shop } from '../support/kubernetes/scheduler/shop.ts';
import { until } from '../support/until.ts';

const kubeconfig = process.env['TEST_KUBECONFIG'] ?? '';
const PATIENCE_MS = 90_000;
/** Small, so that other tests' slots are no matter. */
const LITTLE = { requests: { cpu: '1m' } };
const KEDA = { group: 'keda.sh', version: 'v1alpha1', plural: 'scaledobjects' };

interface Trouble {
  readonly name: string;
  /** Of the workload in trouble; default: a Deployment of two pods. */
  readonly kind?: 'ConfigMap' | 'Basket';
  begin(shop: Shop): Promise<void>;
  /** What a person reads. */
  readonly says: RegExp;
  /** How many the workload has meanwhile, undefined while there is none. */
  readonly stays: number | undefined;
  /** Of one that is not of Kubernetes itself: it is installed at first. */
  readonly hasKind?: true;
  /** Nothing is wrong until a write is wanted. */
  readonly whenWritten?: true;
  /** What ends it; absent: it cannot be mended. */
  mend?(shop: Shop): Promise<void>;
}

const everything = (): boolean => true;
/** Also for what is being watched. */
const fault =
  (what: Fault, when: (request: { readonly method: string; readonly url: string }) => boolean = everything) =>
  async ({ front }: Shop): Promise<void> => {
    front.cut();
    front.mend();
    front.plan(what, when, Number.POSITIVE_INFINITY);
  };
const mendFront = async ({ front }: Shop): Promise<void> => front.forgive();
const remove = async ({ apps, namespace }: Shop): Promise<void> => {
  await apps.deleteNamespacedDeployment({ namespace, name: 'workers' });
};
const isPatch = ({ method }: { readonly method: string }): boolean => method === 'PATCH';

const TROUBLES: readonly Trouble[] = [
  {
    name: 'its target is missing',
    begin: remove,
    says: /Deployment \S+\/workers .*(does not exist|is not there)/,
    stays: undefined,
    mend: async (shop) => void (await shop.deploy('workers', 2, LITTLE)),
  },
  {
    name: 'its target is of a kind without scale',
    kind: 'ConfigMap',
    begin: async () => undefined,
    says: /ConfigMap has no scale subresource/,
    stays: 2,
  },
  {
    name: 'the kind of its target is not installed',
    kind: 'Basket',
    begin: async () => undefined,
    says: /does not know the kind Basket\.microscaling\.test; install its definition/,
    stays: undefined,
    mend: (shop) => makeBaskets(shop),
  },
  {
    name: 'the kind of its target is uninstalled',
    kind: 'Basket',
    hasKind: true,
    begin: () => uninstallCrates(kubeconfig, 'Basket'),
    says: /does not know the kind Basket\.microscaling\.test; install its definition/,
    stays: undefined,
    mend: (shop) => makeBaskets(shop),
  },
  {
    name: 'a HorizontalPodAutoscaler holds its target',
    begin: (shop) => shop.autoscale('workers', 2),
    says: /HorizontalPodAutoscaler \S+\/workers scales it too/,
    stays: 2,
    mend: async ({ autoscaling, namespace }) => {
      await autoscaling.deleteNamespacedHorizontalPodAutoscaler({ namespace, name: 'workers' });
    },
  },
  {
    name: 'a ScaledObject holds its target',
    begin: async ({ namespace }) => {
      const body = {
        apiVersion: `${KEDA.group}/${KEDA.version}`,
        kind: 'ScaledObject',
        metadata: { name: 'workers' },
        spec: { scaleTargetRef: { name: 'workers' } },
      };
      await objects().createNamespacedCustomObject({ ...KEDA, namespace, body });
    },
    says: /ScaledObject \S+\/workers scales it too/,
    stays: 2,
    mend: async ({ namespace }) =>
      void (await objects().deleteNamespacedCustomObject({ ...KEDA, namespace, name: 'workers' })),
  },
  {
    name: 'its namespace is forbidden',
    begin: fault({ answer: 403 }),
    says: /may not (list|watch|get) \S+/,
    stays: 2,
    mend: mendFront,
  },
  {
    name: 'the API server is gone',
    begin: async ({ front }) => front.cut(),
    says: /cannot be reached/,
    stays: 2,
    mend: mendFront,
  },
  {
    name: 'the API server is too slow to answer a write',
    begin: fault('hang', isPatch),
    says: /no answer within/,
    stays: 2,
    whenWritten: true,
    mend: mendFront,
  },
  {
    name: 'the API server has too much to do',
    begin: fault({ answer: 429, headers: { 'retry-after': '1' } }),
    says: /has too much to do/,
    stays: 2,
    mend: mendFront,
  },
  {
    name: 'its token has expired',
    begin: fault({ answer: 401 }),
    says: /does not accept our credentials/,
    stays: 2,
    mend: mendFront,
  },
];

const API_VERSIONS = { Deployment: 'apps/v1', ConfigMap: 'v1', Basket: 'microscaling.test/v1' } as const;

async function makeBaskets({ namespace }: Shop): Promise<void> {
  const baskets = await installCrates(kubeconfig, 'Basket');
  await baskets.make(namespace, 'workers', 2);
}

function objects(): CustomObjectsApi {
  return configOf(kubeconfig).makeApiClient(CustomObjectsApi);
}

describe('a workload in trouble', { timeout: 240_000 }, () => {
  const waiting = { workers: 2, rest: 2 };
  const queue = createServer((_, response) => response.end(JSON.stringify(waiting)));
  let shop: Shop;
  let dir = '';
  let operator: RunningOperator;
  const stop = { signal: new AbortController() };

  beforeAll(async () => {
    queue.listen(0, '127.0.0.1');
    await once(queue, 'listening');
    await installScaledObjects();
    return () => void queue.close();
  });
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'trouble-'));
    stop.signal = new AbortController();
    Object.assign(waiting, { workers: 2, rest: 2 });
    shop = await Shop.open(kubeconfig);
  });
  afterEach(async () => {
    stop.signal.abort();
    await operator?.stopped;
    await shop.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** `workers` behind the front to which things happen, `rest` straight at the cluster. */
  async function start(kind: keyof typeof API_VERSIONS): Promise<void> {
    const token = configOf(kubeconfig).getCurrentUser()?.token ?? '';
    const troubled = writeKubeconfig(dir, { user: 'troubled', server: shop.front.url, token });
    const { port } = queue.address() as AddressInfo;
    const app = (name: keyof typeof waiting, config: string, ref: object) => ({
      name,
      priority: 1,
      instances: { min: 1, max: 5 },
      targets: [
        {
          perInstance: 1,
          metric: { http: { url: `http://127.0.0.1:${port}/`, pointers: { waiting: `/${name}` } } },
        },
      ],
      kubernetes: { scaleTargetRef: { name, ...ref }, cluster: { kubeconfig: config } },
    });
    const ref = { apiVersion: API_VERSIONS[kind], kind };
    const apps = [app('workers', troubled, ref), app('rest', kubeconfig, {})];
    const policy = {
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'shop', namespace: shop.namespace },
      spec: { interval: '200ms', capacity: { slots: 20 }, apps },
    };
    const path = join(dir, 'policy.yaml');
    writeFileSync(path, JSON.stringify(policy));
    operator = await startOperator(
      { policies: [path], marathon: [], api: { host: '127.0.0.1', port: 0 }, env: process.env },
      { clock: systemClock, log: silentLogger, redactor: createRedactor() },
      stop.signal.signal,
    );
  }

  const policies = () => operator.state.view().pools.flatMap((pool) => pool.policies);
  const said = (): string =>
    policies()
      .flatMap(({ conditions, apps }) => [
        ...conditions.map(({ type, status, message }) => `${type} ${status}: ${message}`),
        ...apps.map(({ name, summary }) => `${name}: ${summary}`),
      ])
      .join('\n');
  const countOf = async (name: string, kind = 'Deployment'): Promise<number | undefined> => {
    const { namespace } = shop;
    if (kind === 'Basket') return await cratesOf(kubeconfig, kind).sizeOf(namespace, name);
    return await shop.apps.readNamespacedDeployment({ namespace, name }).then(
      ({ spec }) => spec?.replicas,
      () => undefined,
    );
  };
  const toBe = (what: string, look: () => boolean | Promise<boolean>): Promise<unknown> =>
    until(what, look, PATIENCE_MS).catch((error: unknown) => {
      throw new Error(`${String(error)}; it is said: ${said()}`);
    });
  const has = (name: string, count: number, kind?: string): Promise<unknown> =>
    toBe(`${name} to be scaled to ${count}`, async () => (await countOf(name, kind)) === count);
  const seen = (name: string) =>
    policies()
      .flatMap(({ apps }) => apps)
      .find((app) => app.name === name);

  it.each(TROUBLES)('keeps its count where $name, which is said, and the rest goes on', async (trouble) => {
    const { kind = 'Deployment', hasKind = false, begin, says, stays, whenWritten = false, mend } = trouble;
    if (kind !== 'Basket') await shop.deploy('workers', 2, LITTLE);
    await shop.deploy('rest', 2, LITTLE);
    if (kind === 'ConfigMap')
      await shop.core.createNamespacedConfigMap({
        namespace: shop.namespace,
        body: { metadata: { name: 'workers' } },
      });
    if (kind === 'Basket') await (hasKind ? makeBaskets(shop) : uninstallCrates(kubeconfig, kind));
    await start(kind);
    await toBe('the rest to be seen', () => seen('rest')?.running === 2 || kind === 'Basket');
    if (kind === 'Deployment') await toBe('the workers to be seen', () => seen('workers')?.running === 2);
    if (hasKind) await toBe('the workers to be seen', () => seen('workers')?.requested === 2);

    await begin(shop);
    if (whenWritten) waiting.workers = 3;
    await toBe(`${says} to be said`, () => says.test(said()));
    // What is seen already is what the next rounds go by.
    Object.assign(waiting, { workers: 3, rest: 3 });
    await has('rest', 3);
    // Once more, so that a whole round has left this one alone.
    waiting.rest = 4;
    await has('rest', 4);
    expect(await countOf('workers', kind)).toBe(stays);

    if (mend === undefined) return;
    await mend(shop);
    await has('workers', 3, kind);
  });

  it('keeps its count where its watch is too old (410) again and again, and is followed anew, and the rest goes on', async () => {
    await shop.deploy('workers', 2, LITTLE);
    await shop.deploy('rest', 2, LITTLE);
    await start('Deployment');
    await toBe('both to be seen', () => seen('workers')?.running === 2 && seen('rest')?.running === 2);
    const { front } = shop;
    front.cut();
    front.mend();
    const answered = front.plan({ answer: 410 }, ({ url }) => url.includes('watch='), 6);
    // Nothing is decided about what may be out of date, and all else goes on.
    waiting.rest = 3;
    await has('rest', 3);
    await toBe('each watch to be over', () => answered() === 6);
    expect(await countOf('workers')).toBe(2);
    Object.assign(waiting, { workers: 3, rest: 4 });
    await has('workers', 3);
    await has('rest', 4);
    await toBe('nothing to be said any more', () => /^Applied True/m.test(said()));
  });

  it('is taken for another one where it is deleted and made anew, and the rest goes on', async () => {
    await shop.deploy('workers', 2, LITTLE);
    await shop.deploy('rest', 2, LITTLE);
    await start('Deployment');
    await toBe('both to be seen', () => seen('workers')?.running === 2 && seen('rest')?.running === 2);
    await remove(shop);
    await toBe('it to be said', () =>
      /workers in \S+ does not exist: create it, or name another one/.test(said()),
    );
    waiting.rest = 4;
    await has('rest', 4);
    await shop.deploy('workers', 4, LITTLE);
    await toBe('it to be seen', () => seen('workers')?.requested === 4);
    waiting.rest = 5;
    await has('rest', 5);
    // Nobody has scaled it by hand: the policy goes on with it.
    expect(said()).toMatch(/^Conflict False/m);
    await has('workers', 2);
  });
});

async function installScaledObjects(): Promise<void> {
  const schema = { type: 'object', x_kubernetes_preserve_unknown_fields: true };
  const versions = [{ name: KEDA.version, served: true, storage: true, schema: { openAPIV3Schema: schema } }];
  await configOf(kubeconfig)
    .makeApiClient(ApiextensionsV1Api)
    .createCustomResourceDefinition({
      body: {
        metadata: { name: `${KEDA.plural}.${KEDA.group}` },
        spec: {
          group: KEDA.group,
          scope: 'Namespaced',
          names: { plural: KEDA.plural, singular: 'scaledobject', kind: 'ScaledObject' },
          versions,
        },
      },
    })
    .catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 409) throw error;
    });
  await until('ScaledObjects to be known', () =>
    objects()
      .listNamespacedCustomObject({ ...KEDA, namespace: 'default' })
      .then(
        () => true,
        () => false,
      ),
  );
}
