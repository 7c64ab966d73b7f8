import { describe, expect, it } from 'vitest';
import { API_VERSION, resourceKey } from '../../src/api/policy.ts';
import { inPresentForm, loadPolicies } from '../../src/app/policies/schema.ts';
import {
  type AppliedObject,
  AppliedObjects,
  createAppliedSource,
} from '../../src/policy-sources/applied/index.ts';
import { createMemoryDocumentStore, type DocumentStore } from '../../src/runtime/document-store.ts';
import { TransientError } from '../../src/runtime/errors.ts';
import { silentLogger } from '../../src/runtime/log.ts';

const ONE = { kind: 'CapacityPool', key: resourceKey({ namespace: 'default', name: 'one' }) } as const;
const never = new AbortController().signal;
const FINALIZER = 'microscaling.io/release';

function pool(name: string, more: object = {}): AppliedObject {
  const metadata = {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers: [FINALIZER],
  };
  return {
    apiVersion: API_VERSION,
    kind: 'CapacityPool',
    metadata: { ...metadata, ...more },
    spec: { capacity: { slots: 3 } },
  };
}

const deleted = { deletionTimestamp: '2026-01-02T00:00:00Z', deletionGracePeriodSeconds: 0 };

function open(documents: DocumentStore = createMemoryDocumentStore(), load = loadPolicies) {
  const objects = new AppliedObjects({ documents, load, log: silentLogger });
  return { objects, source: createAppliedSource(objects), documents };
}

describe('applied policies', () => {
  it('have problems without a line, which nobody could look at', async () => {
    const { objects, source } = open();
    objects.put({ ...pool('one'), spec: { capacity: { slots: -1 } } });
    const { problems } = await source.list(never);
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toHaveProperty('line');
  });

  it('are as large as they are, without what kubectl notes on them', () => {
    const large = { labels: { note: 'x'.repeat(720 * 1024) } };
    const note = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(pool('one', large)) };
    const { objects } = open();
    expect(objects.check(pool('one', { ...large, annotations: note }))).toMatchObject({
      resources: [{ resource: { metadata: { name: 'one' } } }],
      problems: [],
    });
    const tooLarge = pool('two', { labels: { note: 'x'.repeat(1100 * 1024) } });
    const bytes = Buffer.byteLength(JSON.stringify(tooLarge));
    expect(bytes).toBeGreaterThan(1024 * 1024);
    expect(objects.check(tooLarge).problems).toMatchObject([
      { message: expect.stringMatching(/^has 11266\d\d bytes, more than the 1048576 \(1 MiB\)/) },
    ]);
  });

  it('are listed with place, revision, identity and age, and are there after a restart', async () => {
    const { objects, source, documents } = open();
    objects.put(pool('one'));
    const snapshot = await source.list(never);
    expect(snapshot).toMatchObject({
      resources: [
        {
          resource: { kind: 'CapacityPool', metadata: { name: 'one' } },
          place: 'api default/one',
          revision: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          uid: 'uid-one',
          createdAt: '2026-01-01T00:00:00Z',
        },
      ],
      problems: [],
      invalid: [],
      complete: true,
    });
    expect(await open(documents).source.list(never)).toEqual(snapshot);
  });

  it('keep their revision until what they ask for changes', async () => {
    const { objects, source } = open();
    const revision = async () => (await source.list(never)).resources[0]?.revision;
    objects.put(pool('one'));
    const first = await revision();
    objects.put(pool('one', { labels: { a: 'b' }, resourceVersion: '7' }));
    expect(await revision()).toBe(first);
    objects.put({ ...pool('one'), spec: { capacity: { slots: 4 } } });
    expect(await revision()).not.toBe(first);
  });

  it('run on when an earlier version stored them in the first form, and say how they are written now', async () => {
    const { documents } = open();
    const spec = (queue: object) => ({
      capacity: { slots: 3 },
      apps: [{ name: 'a', priority: 1, targets: [{ queueLength: 5, metric: { azureStorageQueue: queue } }] }],
    });
    const stored = (name: string, queue: object): AppliedObject => ({
      ...pool(name),
      kind: 'MicroscalingPolicy',
      spec: spec(queue),
    });
    const objects = [
      stored('by-name', { queueName: { value: 'orders' } }),
      stored('by-variable', { queueName: { fromEnv: 'QUEUE' } }),
      stored('of-today', { queueName: 'orders' }),
    ];
    for (const value of objects)
      documents.write([
        { do: 'put', collection: 'applied', key: `MicroscalingPolicy default/${value.metadata.name}`, value },
      ]);
    const told: unknown[] = [];
    const log = {
      ...silentLogger,
      warn: (message: string, fields?: unknown) => void told.push([message, fields]),
    };
    const kept = new AppliedObjects({ documents, load: loadPolicies, log, upgrade: inPresentForm });

    const queueOf = (name: string): unknown =>
      kept.get('MicroscalingPolicy', `default/${name}`)?.object['spec'];
    expect(queueOf('by-name')).toEqual(spec({ queueName: 'orders' }));
    expect(queueOf('by-variable')).toEqual(spec({ queueNameFrom: { fromEnv: 'QUEUE' } }));
    expect(kept.all().map(({ resource }) => resource?.metadata.name)).toEqual([
      'by-name',
      'by-variable',
      'of-today',
    ]);
    expect(told).toEqual([
      [expect.stringContaining('queueNameFrom'), { object: 'MicroscalingPolicy default/by-name' }],
      [expect.stringContaining('queueNameFrom'), { object: 'MicroscalingPolicy default/by-variable' }],
    ]);
  });

  it('go in two steps', async () => {
    const { objects, source, documents } = open();
    objects.put(pool('one'));
    await source.removeFinalizer?.(ONE, never);
    expect((await source.list(never)).resources).toHaveLength(1);
    objects.put(pool('one', deleted));
    expect((await open(documents).source.list(never)).resources).toMatchObject([{ deleting: true }]);
    await source.removeFinalizer?.(ONE, never);
    await source.removeFinalizer?.(ONE, never);
    expect((await open(documents).source.list(never)).resources).toEqual([]);
  });

  it('wait for the finalizers of others', async () => {
    const { objects, source } = open();
    objects.put(pool('one', { ...deleted, finalizers: [FINALIZER, 'other/hold'] }));
    await source.removeFinalizer?.(ONE, never);
    expect(objects.get('CapacityPool', 'default/one')?.object.metadata.finalizers).toEqual(['other/hold']);
  });

  it('are kept when they are not valid or allowed any more, and say so; deleted, they are gone at once', async () => {
    const { objects, documents } = open();
    objects.put(pool('one'));
    const stricter = open(documents, (text, place) => loadPolicies(text.replace('slots', 'slots2'), place));
    const snapshot = await stricter.source.list(never);
    expect(snapshot).toMatchObject({
      resources: [],
      invalid: [
        {
          kind: 'CapacityPool',
          key: 'default/one',
          place: 'api default/one',
          message: expect.stringContaining('slots2'),
        },
      ],
      complete: true,
    });
    expect(snapshot.problems.length).toBeGreaterThan(0);
    stricter.objects.put(pool('one', deleted));
    expect((await open(documents).source.list(never)).resources).toEqual([]);
  });

  it('do not hinder each other: what is not readable is passed over', async () => {
    const { objects, documents } = open();
    objects.put(pool('one'));
    documents.write([
      { do: 'put', collection: 'applied', key: 'x', value: 7 },
      { do: 'put', collection: 'applied', key: 'y', value: { kind: 'CapacityPool', metadata: null } },
    ]);
    expect((await open(documents).source.list(never)).resources).toHaveLength(1);
  });

  it('are what they were when they could not be written', () => {
    const documents = createMemoryDocumentStore();
    const full: DocumentStore = {
      ...documents,
      write: () => {
        throw new TransientError('full');
      },
    };
    open(documents).objects.put(pool('one'));
    const { objects } = open(full);
    expect(() => objects.put({ ...pool('one'), spec: { capacity: { slots: 9 } } })).toThrow('full');
    expect(() => objects.remove('CapacityPool', 'default/one')).toThrow('full');
    expect(objects.get('CapacityPool', 'default/one')?.object).toEqual(pool('one'));
  });

  it('tell when they changed, until nobody listens', async () => {
    const { objects, source } = open();
    const stop = new AbortController();
    let told = 0;
    const watching = source.watch(() => {
      told += 1;
    }, stop.signal);
    objects.put(pool('one'));
    objects.remove('CapacityPool', 'default/one');
    objects.remove('CapacityPool', 'default/one');
    expect(told).toBe(2);
    stop.abort();
    await watching;
    objects.put(pool('one'));
    expect(told).toBe(2);
  });
});
