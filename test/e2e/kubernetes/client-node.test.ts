// `@kubernetes/client-node`, as other people's programs use it, against the operator's own API.

import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ListMeta,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Laptop, type MarathonServer } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

interface Policy extends KubernetesObject {
  readonly spec: { readonly mode: string; readonly capacity: { readonly slots: number } };
  readonly status?: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

const KIND = { group: 'microscaling.io', version: 'v1alpha1', plural: 'microscalingpolicies' };
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
  const { page: server } = await laptop.operator({
    marathon: marathon.url,
    more: ['--data', laptop.path('data')],
  });
  config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'operator', server, skipTLSVerify: true }],
    users: [{ name: 'nobody' }],
    contexts: [{ name: 'operator', cluster: 'operator', user: 'nobody' }],
    currentContext: 'operator',
  });
  custom = config.makeApiClient(CustomObjectsApi);
});
afterAll(() => laptop.end());

interface PolicyList extends KubernetesListObject<Policy> {
  readonly metadata?: V1ListMeta & { readonly continue?: string };
}

/** A namespace of a test's own, in which its policies are. */
class Place {
  readonly all: typeof KIND & { readonly namespace: string };
  readonly path: string;

  constructor(namespace: string) {
    this.all = { ...KIND, namespace };
    this.path = `/apis/microscaling.io/v1alpha1/namespaces/${namespace}/microscalingpolicies`;
  }

  /** Arguments of a call about one policy. */
  one(name: string): typeof this.all & { readonly name: string } {
    return { ...this.all, name };
  }

  async create(...names: readonly string[]): Promise<void> {
    for (const name of names) await custom.createNamespacedCustomObject({ ...this.all, body: policy(name) });
  }

  async list(options: object = {}): Promise<PolicyList> {
    return (await custom.listNamespacedCustomObject({ ...this.all, ...options })) as PolicyList;
  }
}

const namesOf = ({ items }: { readonly items: readonly KubernetesObject[] }): readonly unknown[] =>
  items.map(({ metadata }) => metadata?.name);
const slotsOf = (object: unknown): number => (object as Policy).spec.capacity.slots;
const codeOf = async (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'done',
    (error: unknown) => (error instanceof ApiException ? error.code : error),
  );

describe('client-node', { concurrent: false }, () => {
  it('creates, lists by label and page, and reads', async () => {
    const place = new Place('listed');
    await place.create('a', 'b', 'c');
    expect(await codeOf(place.create('a'))).toBe(409);
    expect((await place.list({ labelSelector: 'from=client-node' })).items).toHaveLength(3);
    const first = await place.list({ limit: 2 });
    expect(namesOf(first)).toEqual(['a', 'b']);
    const second = await place.list({ limit: 2, _continue: first.metadata?.continue });
    expect(namesOf(second)).toEqual(['c']);
    expect(await codeOf(custom.getNamespacedCustomObject(place.one('none')))).toBe(404);
  });

  it('patches, replaces, and gets a conflict for an old version', async () => {
    const place = new Place('changed');
    await place.create('patched');
    const one = place.one('patched');
    const body = { spec: { capacity: { slots: 5 } } };
    expect(slotsOf(await custom.patchNamespacedCustomObject({ ...one, body }, MERGE))).toBe(5);
    // A round may write its status between a reading and what is written of it: that is a newer version, too.
    const replaced = await until('the newest version to be replaced', async () => {
      const read = (await custom.getNamespacedCustomObject(one)) as Policy;
      const next = { ...one, body: { ...read, spec: { ...read.spec, capacity: { slots: 3 } } } };
      return (await codeOf(custom.replaceNamespacedCustomObject(next))) === 'done' && next;
    });
    expect(slotsOf(await custom.getNamespacedCustomObject(one))).toBe(3);
    expect(await codeOf(custom.replaceNamespacedCustomObject(replaced))).toBe(409);
    await until('Marathon to follow', async () => (await marathon.counts())['/changed/patched/rest'] === 3);
  });

  it('finds a kind through discovery, as generic programs do', async () => {
    await new Place('discovered').create('d-1', 'd-2');
    const generic = KubernetesObjectApi.makeApiClient(config);
    const found = await generic.list<Policy>('microscaling.io/v1alpha1', 'MicroscalingPolicy', 'discovered');
    expect(namesOf(found)).toEqual(['d-1', 'd-2']);
    const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
    expect(gitVersion).toMatch(/microscaling/);
  });

  it('reads events and namespaces with the typed client', async () => {
    await new Place('told').create('eventful');
    const core = config.makeApiClient(CoreV1Api);
    const seen = await until('an event of the policy', async () => {
      const fieldSelector = 'involvedObject.kind=MicroscalingPolicy,involvedObject.name=eventful';
      const { items } = await core.listNamespacedEvent({ namespace: 'told', fieldSelector });
      return items[0];
    });
    expect(seen).toMatchObject({ reason: expect.stringMatching(/^[A-Z]\w+$/), message: expect.any(String) });
    expect(seen.lastTimestamp).toBeInstanceOf(Date);
    expect(namesOf(await core.listNamespace())).toEqual(expect.arrayContaining(['default', 'told']));
  });

  it('keeps an informer true to the list', async () => {
    const place = new Place('informed');
    await place.create('i-1', 'i-2', 'i-3');
    const seen: string[] = [];
    const informer = makeInformer<Policy>(config, place.path, () => place.list());
    informer.on('add', ({ metadata }) => seen.push(`add ${metadata?.name}`));
    informer.on('delete', ({ metadata }) => seen.push(`delete ${metadata?.name}`));
    await informer.start();
    try {
      await until('the objects that are there', () => seen.length === 3);
      await place.create('i-4');
      await until('the new one', () => seen.includes('add i-4'));
      await until('its status', () =>
        informer
          .get('i-4', 'informed')
          ?.status?.conditions.some((c) => c.type === 'Ready' && c.status === 'True'),
      );
      await custom.deleteNamespacedCustomObject(place.one('i-4'));
      await until('its end', () => seen.includes('delete i-4'));
      expect(namesOf({ items: informer.list() })).toEqual(['i-1', 'i-2', 'i-3']);
      expect((await marathon.counts())['/informed/i-4/rest']).toBeUndefined();
    } finally {
      await informer.stop();
    }
  });

  it('watches from a version on, and gets 410 for one of an earlier store', async () => {
    const place = new Place('watched');
    await place.create('w-1', 'w-2');
    const { resourceVersion } = (await place.list()).metadata ?? {};
    const told: string[] = [];
    const note = (type: string, object: Policy): void => void told.push(`${type} ${object.metadata?.name}`);
    const watch = await new Watch(config).watch(place.path, { resourceVersion }, note, () => undefined);
    await custom.deleteNamespacedCustomObject(place.one('w-2'));
    await until('the deletion', () => told.includes('DELETED w-2'));
    expect(told).not.toContain('ADDED w-1');
    watch.abort();
    const errors: unknown[] = [];
    const otherLife = { resourceVersion: '900000000000000' };
    const fail = (type: string, { code, reason }: Record<string, unknown>): void =>
      void errors.push([type, code, reason]);
    await new Watch(config).watch(place.path, otherLife, fail, () => undefined);
    await until('the error', () => errors.length > 0);
    expect(errors).toEqual([['ERROR', 410, 'Expired']]);
  });
});
