// `@kubernetes/client-node`, as other people's programs use it, against the operator's own API.

import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printed } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

interface Policy extends KubernetesObject {
  readonly spec: { readonly mode: string; readonly capacity: { readonly slots: number } };
  readonly status?: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

const PLACE = {
  group: 'microscaling.io',
  version: 'v1alpha1',
  namespace: 'default',
  plural: 'microscalingpolicies',
};
const PATH = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';
const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

const policy = (name: string): object => ({
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'MicroscalingPolicy',
  metadata: { name, labels: { from: 'client-node' } },
  spec: {
    interval: '200ms',
    capacity: { slots: 4 },
    onDelete: 'Delete',
    apps: [
      {
        name: 'rest',
        priority: 1,
        instances: { min: 1 },
        remainder: { weight: 1 },
        app: { cmd: 'exec sleep 1000', user: 'nobody', cpus: 0.01, mem: 8 },
      },
    ],
  },
});

const laptop = new Laptop();
let marathon: MarathonServer;
let config: KubeConfig;
let custom: CustomObjectsApi;

beforeAll(async () => {
  marathon = await laptop.marathon();
  const args = ['run', '--api', '127.0.0.1:0', '--data', laptop.path('data'), '--marathon', marathon.url];
  const server = (await printed(laptop.start(args), /operator started .*"page":"([^"]+)"/))[1] ?? '';
  config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'operator', server, skipTLSVerify: true }],
    users: [{ name: 'nobody' }],
    contexts: [{ name: 'operator', cluster: 'operator', user: 'nobody' }],
    currentContext: 'operator',
  });
  custom = config.makeApiClient(CustomObjectsApi);
}, 60_000);
afterAll(() => laptop.end());

const list = async (options: object = {}): Promise<{ readonly items: readonly Policy[] }> =>
  (await custom.listNamespacedCustomObject({ ...PLACE, ...options })) as { items: Policy[] };
const slotsOf = (object: unknown): number => (object as Policy).spec.capacity.slots;
const codeOf = async (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'done',
    (error: unknown) => (error instanceof ApiException ? error.code : error),
  );

describe('client-node', { concurrent: false }, () => {
  it('creates, lists by label and page, and reads', async () => {
    for (const name of ['a', 'b', 'c'])
      await custom.createNamespacedCustomObject({ ...PLACE, body: policy(name) });
    expect(await codeOf(custom.createNamespacedCustomObject({ ...PLACE, body: policy('a') }))).toBe(409);
    expect((await list({ labelSelector: 'from=client-node' })).items).toHaveLength(3);
    const first = (await list({ limit: 2 })) as { items: Policy[]; metadata: { _continue?: string } };
    const { continue: rest } = first.metadata as { continue?: string };
    expect(first.items.map(({ metadata }) => metadata?.name)).toEqual(['a', 'b']);
    const second = await list({ limit: 2, _continue: rest });
    expect(second.items.map(({ metadata }) => metadata?.name)).toEqual(['c']);
    expect(await codeOf(custom.getNamespacedCustomObject({ ...PLACE, name: 'none' }))).toBe(404);
  });

  it('patches, replaces, and gets a conflict for an old version', async () => {
    const body = { spec: { capacity: { slots: 5 } } };
    expect(slotsOf(await custom.patchNamespacedCustomObject({ ...PLACE, name: 'a', body }, MERGE))).toBe(5);
    const read = (await custom.getNamespacedCustomObject({ ...PLACE, name: 'a' })) as Policy;
    const next = { ...read, spec: { ...read.spec, capacity: { slots: 3 } } };
    expect(slotsOf(await custom.replaceNamespacedCustomObject({ ...PLACE, name: 'a', body: next }))).toBe(3);
    expect(await codeOf(custom.replaceNamespacedCustomObject({ ...PLACE, name: 'a', body: next }))).toBe(409);
    await until('Marathon to follow', async () => (await marathon.counts())['/a/rest'] === 3);
  });

  it('finds a kind through discovery, as generic programs do', async () => {
    const generic = KubernetesObjectApi.makeApiClient(config);
    const found = await generic.list<Policy>('microscaling.io/v1alpha1', 'MicroscalingPolicy');
    expect(found.items.map(({ metadata }) => metadata?.name)).toEqual(['a', 'b', 'c']);
    const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
    expect(gitVersion).toMatch(/microscaling/);
  });

  it('reads events and namespaces with the typed client', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const seen = await until('an event of a', async () => {
      const fieldSelector = 'involvedObject.kind=MicroscalingPolicy,involvedObject.name=a';
      const { items } = await core.listNamespacedEvent({ namespace: 'default', fieldSelector });
      return items[0];
    });
    expect(seen).toMatchObject({ reason: expect.stringMatching(/^[A-Z]\w+$/), message: expect.any(String) });
    expect(seen.lastTimestamp).toBeInstanceOf(Date);
    const names = (await core.listNamespace()).items.map(({ metadata }) => metadata?.name);
    expect(names).toContain('default');
  });

  it('keeps an informer true to the list', async () => {
    const seen: string[] = [];
    const informer = makeInformer<Policy>(config, PATH, async () => (await list()) as never);
    informer.on('add', ({ metadata }) => seen.push(`add ${metadata?.name}`));
    informer.on('delete', ({ metadata }) => seen.push(`delete ${metadata?.name}`));
    await informer.start();
    try {
      await until('the objects that are there', () => seen.length === 3);
      await custom.createNamespacedCustomObject({ ...PLACE, body: policy('d') });
      await until('the new one', () => seen.includes('add d'));
      await until('its status', () =>
        informer
          .get('d', 'default')
          ?.status?.conditions.some((c) => c.type === 'Ready' && c.status === 'True'),
      );
      await custom.deleteNamespacedCustomObject({ ...PLACE, name: 'd' });
      await until('its end', () => seen.includes('delete d'));
      expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['a', 'b', 'c']);
      expect((await marathon.counts())['/d/rest']).toBeUndefined();
    } finally {
      await informer.stop();
    }
  });

  it('watches from a version on, and gets 410 for one of an earlier store', async () => {
    const { resourceVersion } = ((await list()) as { metadata?: { resourceVersion: string } }).metadata ?? {};
    const told: string[] = [];
    const note = (type: string, object: Policy): void => void told.push(`${type} ${object.metadata?.name}`);
    const watch = await new Watch(config).watch(PATH, { resourceVersion }, note, () => undefined);
    await custom.deleteNamespacedCustomObject({ ...PLACE, name: 'b' });
    await until('the deletion', () => told.includes('DELETED b'));
    expect(told).not.toContain('ADDED a');
    watch.abort();
    const errors: unknown[] = [];
    const otherLife = { resourceVersion: '900000000000000' };
    const fail = (type: string, { code, reason }: Record<string, unknown>): void =>
      void errors.push([type, code, reason]);
    await new Watch(config).watch(PATH, otherLife, fail, () => undefined);
    await until('the error', () => errors.length > 0);
    expect(errors).toEqual([['ERROR', 410, 'Expired']]);
  });
});
