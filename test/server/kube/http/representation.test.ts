import { describe, expect, it } from 'vitest';
import { poolSchema } from '../../../../src/app/policies/schema.ts';
import { representationOf } from '../../../../src/server/kube/http/representation.ts';
import { EVENT_KIND, NAMESPACE_KIND } from '../../../../src/server/kube/kinds/core-kinds.ts';
import { poolKind } from '../../../../src/server/kube/kinds/our-kinds.ts';

const NOW_MS = Date.parse('2030-01-01T01:00:00Z');
const POOL = poolKind(poolSchema);

const pool = {
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'CapacityPool',
  metadata: {
    name: 'shared',
    namespace: 'shop',
    resourceVersion: '7',
    creationTimestamp: '2030-01-01T00:55:00Z',
  },
  spec: { capacity: { slots: 5 } },
  status: {
    policyCount: 2,
    capacity: { total: 5, used: 0 },
    conditions: [{ type: 'Ready', status: 'True', message: 'all is well' }],
  },
};

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const metadata = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

function of(accept: string | undefined, kind = POOL, query = ''): ReturnType<typeof representationOf> {
  const headers = accept === undefined ? {} : { accept };
  return representationOf(new Request(`http://x/y${query}`, { headers }), kind, () => NOW_MS);
}

describe('representationOf', () => {
  it.each([
    ['no header', undefined, 'application/json'],
    ['an empty one', '', 'application/json'],
    ['anything', '*/*', 'application/json'],
    ['JSON', 'application/json', 'application/json'],
    ['JSON of a watch', 'application/json;stream=watch', 'application/json'],
    [
      'a table as kubectl asks',
      `${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`,
      'application/json;as=Table;g=meta.k8s.io;v=v1',
    ],
    [
      'the older table',
      'application/json;as=Table;v=v1beta1;g=meta.k8s.io',
      'application/json;as=Table;g=meta.k8s.io;v=v1beta1',
    ],
    [
      'a table that there is not',
      'application/json;as=Table;v=v9;g=meta.k8s.io,application/json',
      'application/json',
    ],
    ['protobuf, else JSON', 'application/vnd.kubernetes.protobuf, application/json', 'application/json'],
    [
      'protobuf by preference',
      'application/json;q=0.5,application/vnd.kubernetes.protobuf',
      'application/json',
    ],
    [
      'metadata',
      `application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,${metadata}`,
      metadata,
    ],
    ['upper case', 'Application/JSON', 'application/json'],
    [
      'the better of two',
      `application/json;q=0.2,${table};q=0.9`,
      'application/json;as=Table;g=meta.k8s.io;v=v1',
    ],
  ])('takes %s', (_, accept, contentType) => {
    expect(of(accept)?.contentType).toBe(contentType);
  });

  it.each([
    'application/vnd.kubernetes.protobuf',
    'text/html',
    'application/json;q=0',
    'application/json;as=Row;v=v1;g=meta.k8s.io',
  ])('has nothing for %s', (accept) => {
    expect(of(accept)).toBeUndefined();
  });

  it('leaves objects and lists as they are', () => {
    const list = { kind: 'CapacityPoolList', metadata: { resourceVersion: '9' }, items: [pool] };
    expect(of('application/json')?.item(pool)).toBe(pool);
    expect(parsed(of('application/json')?.list(list))).toEqual(list);
  });
});

function parsed(pieces: Iterable<Uint8Array> = []): unknown {
  return JSON.parse(Buffer.concat([...pieces]).toString());
}

describe('a table', () => {
  const row = (accept: string, query = ''): Record<string, unknown> =>
    (of(accept, POOL, query)!.item(pool) as { rows: Record<string, unknown>[] }).rows[0] ?? {};

  it('shows a list with its metadata', () => {
    const shown = parsed(
      of(table)?.list({ metadata: { resourceVersion: '9', continue: 'c' }, items: [pool] }),
    );
    expect(shown).toMatchObject({
      apiVersion: 'meta.k8s.io/v1',
      kind: 'Table',
      metadata: { resourceVersion: '9', continue: 'c' },
      columnDefinitions: [
        { name: 'Name', type: 'string', format: 'name', priority: 0 },
        { name: 'Ready', priority: 0 },
        { name: 'Policies', type: 'integer' },
        { name: 'Used', type: 'number' },
        { name: 'Age', type: 'date' },
        { name: 'Status', priority: 1 },
      ],
      rows: [{ cells: ['shared', 'True', 2, 0, '5m', 'all is well'] }],
    });
  });

  it('shows one object with its version', () => {
    expect(of(table)?.item(pool)).toMatchObject({ kind: 'Table', metadata: { resourceVersion: '7' } });
  });

  it('carries as much of the object as is asked for', () => {
    expect(row(table)['object']).toEqual({
      apiVersion: 'meta.k8s.io/v1',
      kind: 'PartialObjectMetadata',
      metadata: pool.metadata,
    });
    expect(row(table, '?includeObject=Object')['object']).toBe(pool);
    expect(row(table, '?includeObject=None')).not.toHaveProperty('object');
  });

  it('leaves empty what is not known, and never writes a zero for it', () => {
    const { status: _, ...fresh } = pool;
    const shown = of(table)?.item(fresh) as { rows: { cells: unknown[] }[] };
    expect(shown.rows[0]?.cells).toEqual(['shared', null, null, null, '5m', null]);
  });

  it('shows events as Kubernetes does', () => {
    const event = {
      metadata: { name: 'e', namespace: 'shop' },
      involvedObject: { kind: 'MicroscalingPolicy', name: 'till' },
      type: 'Warning',
      reason: 'Conflict',
      message: 'two writers',
      lastTimestamp: '2030-01-01T00:59:50Z',
    };
    const shown = of(table, EVENT_KIND)?.item(event) as {
      rows: { cells: unknown[] }[];
      columnDefinitions: { name: string; priority: number }[];
    };
    const cells = shown.columnDefinitions.flatMap(({ name, priority }, i) =>
      priority === 0 ? [[name, shown.rows[0]?.cells[i]]] : [],
    );
    expect(Object.fromEntries(cells)).toEqual({
      'Last Seen': '10s',
      Type: 'Warning',
      Reason: 'Conflict',
      Object: 'microscalingpolicy/till',
      Message: 'two writers',
    });
  });

  it('shows namespaces as Kubernetes does', () => {
    const namespace = {
      metadata: { name: 'shop', creationTimestamp: '2029-12-30T01:00:00Z' },
      status: { phase: 'Active' },
    };
    expect(of(table, NAMESPACE_KIND)?.item(namespace)).toMatchObject({
      rows: [{ cells: ['shop', 'Active', '2d'] }],
    });
  });
});

describe('metadata alone', () => {
  it('is all there is of an object and of a list', () => {
    const bare = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: pool.metadata };
    expect(of(metadata)?.item(pool)).toEqual(bare);
    const list = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    expect(parsed(of(list)?.list({ metadata: { resourceVersion: '9' }, items: [pool] }))).toEqual({
      apiVersion: 'meta.k8s.io/v1',
      kind: 'PartialObjectMetadataList',
      metadata: { resourceVersion: '9' },
      items: [bare],
    });
  });
});
