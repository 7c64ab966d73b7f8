import { describe, expect, it } from 'vitest';
import { createMemoryDocumentStore } from '../../../../src/runtime/document-store.ts';
import { KeptApps } from '../../../../src/schedulers/docker/apps/kept-apps.ts';
import {
  type AppRecord,
  recordFromContainers,
  recordFromJson,
  versionOf,
  type Witness,
} from '../../../../src/schedulers/docker/apps/record.ts';

const record: AppRecord = {
  app: '/shop/batch',
  owner: 'default/shop',
  requested: 3,
  generation: 2,
  definition: { image: 'batch:1' },
  envFrom: [{ name: 'KEY', from: { fromEnv: 'KEY' }, optional: false }],
  lastScalingAtMs: 5,
  lastConfigChangeAtMs: 4,
};

function witness(generation: number, createdAtMs: number, image = 'batch:1'): Witness {
  const origin = {
    app: '/shop/batch',
    owner: 'default/shop',
    generation,
    definition: { image },
    secretNames: [],
  };
  return { origin, createdAtMs };
}

describe('what was asked for, going by the containers', () => {
  it('is as many as there are, of the newest definition', () => {
    const found = recordFromContainers([
      witness(1, 10),
      witness(2, 20, 'batch:2'),
      witness(2, 30, 'batch:2'),
    ]);
    expect(found).toEqual({
      app: '/shop/batch',
      owner: 'default/shop',
      requested: 3,
      generation: 2,
      definition: { image: 'batch:2' },
      lastScalingAtMs: 30,
      lastConfigChangeAtMs: 20,
    });
  });

  it('leaves out what was never started: it was made for what might be asked for', () => {
    const found = recordFromContainers([
      { ...witness(2, 20), state: 'running' },
      { ...witness(2, 25), state: 'exited' },
      { ...witness(2, 30), state: 'created' },
    ]);
    expect(found).toMatchObject({ requested: 2, generation: 2 });
  });

  it('is not known without any', () => {
    expect(recordFromContainers([])).toBeUndefined();
  });
});

describe('a stored record', () => {
  it.each([record, { ...record, deleted: true }, { ...record, released: true }] as const)(
    'comes back as it was: %#',
    (stored) => {
      expect(recordFromJson(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
    },
  );

  it.each([
    [null],
    [{ ...record, requested: -1 }],
    [{ ...record, requested: '3' }],
    [{ ...record, definition: 'x' }],
    [{ ...record, envFrom: [{}] }],
    [{ ...record, owner: undefined }],
  ])('that is none is not used: %j', (stored) => {
    expect(recordFromJson(stored)).toBeUndefined();
  });

  it('has another version after each change', () => {
    const versions = [
      record,
      { ...record, lastScalingAtMs: 6 },
      { ...record, generation: 3 },
      { ...record, lastConfigChangeAtMs: 7 },
    ].map(versionOf);
    expect(new Set(versions).size).toBe(4);
  });
});

describe('apps of an engine', () => {
  const nothing = { byApp: new Map(), remains: new Map(), atMs: 0, atChange: 0 };

  it('outlive the process in the store, without the values of secrets', () => {
    const documents = createMemoryDocumentStore();
    const before = new KeptApps('unix:///a', documents);
    before.write(record).secretEnv = { KEY: 's3cr3t' };
    expect(JSON.stringify([...documents.all('docker-apps')])).not.toContain('s3cr3t');
    const after = new KeptApps('unix:///a', documents);
    expect(after.find('/shop/batch', nothing)?.record).toEqual(record);
    after.remove('/shop/batch');
    expect(new KeptApps('unix:///a', documents).all()).toEqual([]);
  });

  it('are not those of another engine in the same store', () => {
    const documents = createMemoryDocumentStore();
    new KeptApps('unix:///a', documents).write(record);
    expect(new KeptApps('unix:///b', documents).all()).toEqual([]);
  });
});
