import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { policySchema, poolSchema } from '../../../src/app/policies/schema.ts';
import { EVENT_KIND, NAMESPACE_KIND } from '../../../src/server/kube/kinds/core-kinds.ts';
import { policyKind, poolKind } from '../../../src/server/kube/kinds/our-kinds.ts';
import { openApiRoutes } from '../../../src/server/kube/openapi/routes.ts';

const kinds = [policyKind(policySchema), poolKind(poolSchema), EVENT_KIND, NAMESPACE_KIND];
const app = openApiRoutes(kinds, '1.2.3');
const PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const POLICY = 'io.microscaling.v1alpha1.MicroscalingPolicy';
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  app.request(path, { headers });

/** Any node of a document; tests know where they look. */
interface Node {
  readonly [name: string]: Node;
}

const json = async (path: string): Promise<Node> => (await get(path)).json() as Promise<Node>;

function references(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === '$ref' ? [value as string] : references(value),
  );
}

describe('OpenAPI v3', () => {
  it('has an index whose addresses lead to the documents and may be kept for good', async () => {
    const { paths } = await json('/openapi/v3');
    expect(Object.keys(paths ?? {})).toEqual(['apis/microscaling.io/v1alpha1', 'api/v1']);
    for (const { serverRelativeURL } of Object.values(paths ?? {})) {
      const response = await get(String(serverRelativeURL));
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect(await response.json()).toMatchObject({ openapi: '3.0.0' });
    }
  });

  it('leads from an outdated address to the current one', async () => {
    const response = await get('/openapi/v3/apis/microscaling.io/v1alpha1?hash=OLD');
    expect(response.status).toBe(301);
    const index = await json('/openapi/v3');
    expect(response.headers.get('location')).toBe(
      String(index['paths']?.['apis/microscaling.io/v1alpha1']?.['serverRelativeURL']),
    );
  });

  it('points to schemas that are there', async () => {
    for (const path of ['/openapi/v3/apis/microscaling.io/v1alpha1', '/openapi/v3/api/v1']) {
      const document = await json(path);
      const names = Object.keys(document['components']?.['schemas'] ?? {});
      const missing = references(document).filter(
        (ref) => !names.includes(ref.replace('#/components/schemas/', '')),
      );
      expect(missing).toEqual([]);
    }
  });

  it('marks schemas and operations with their kind, and names what kubectl looks for in a patch', async () => {
    const document = await json('/openapi/v3/apis/microscaling.io/v1alpha1');
    const kind = { group: 'microscaling.io', version: 'v1alpha1', kind: 'MicroscalingPolicy' };
    const schema = document['components']?.['schemas']?.[POLICY];
    expect(schema?.['x-kubernetes-group-version-kind']).toEqual([kind]);
    expect(schema?.['properties']?.['spec']?.['properties']).toHaveProperty('apps.items.properties.targets');
    const one = '/apis/microscaling.io/v1alpha1/namespaces/{namespace}/microscalingpolicies/{name}';
    const patch = document['paths']?.[one]?.['patch'];
    expect(patch?.['x-kubernetes-group-version-kind']).toEqual(kind);
    const parameters = (patch?.['parameters'] ?? []) as readonly { name: string }[];
    const names = parameters.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['namespace', 'name', 'dryRun', 'fieldValidation']));
  });

  it('lists no writes for kinds that are read only', async () => {
    const { paths = {} } = await json('/openapi/v3/api/v1');
    const methods = Object.values(paths).flatMap((item) => Object.keys(item));
    expect(new Set(methods)).toEqual(new Set(['get']));
  });
});

describe('OpenAPI v2', () => {
  it('points to schemas that are there', async () => {
    const document = await json('/openapi/v2');
    const names = Object.keys(document['definitions'] ?? {});
    expect(references(document).filter((ref) => !names.includes(ref.replace('#/definitions/', '')))).toEqual(
      [],
    );
    expect(names).toContain(OBJECT_META);
  });

  it('has no fields where others are allowed, as kubectl would refuse the others', async () => {
    const document = await json('/openapi/v2');
    const app =
      document['definitions']?.[POLICY]?.['properties']?.['spec']?.['properties']?.['apps']?.['items']?.[
        'properties'
      ]?.['app'];
    expect(app).toMatchObject({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
    expect(app).not.toHaveProperty('properties');
    expect(JSON.stringify(document)).not.toContain('"oneOf"');
  });
});

/** A message by field numbers, whatever it means: what a reader that has only the .proto would see. */
function fields(bytes: Uint8Array): Map<number, Uint8Array[]> {
  const reader = new BinaryReader(bytes);
  const found = new Map<number, Uint8Array[]>();
  while (reader.pos < reader.len) {
    const [no, type] = reader.tag();
    if (type === WireType.LengthDelimited) found.set(no, [...(found.get(no) ?? []), reader.bytes()]);
    else reader.skip(type, no);
  }
  return found;
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** Follows field numbers to the first message of each. */
function into(bytes: Uint8Array, ...path: readonly number[]): Uint8Array {
  return path.reduce((at, no) => fields(at).get(no)?.[0] ?? new Uint8Array(), bytes);
}

/** Repeated messages { name = 1, value = 2 } under a field. */
function entries(bytes: Uint8Array, no: number): Map<string, Uint8Array> {
  return new Map((fields(bytes).get(no) ?? []).map((entry) => [text(into(entry, 1)), into(entry, 2)]));
}

describe('OpenAPI v2 as protobuf', () => {
  const load = async (): Promise<Uint8Array> =>
    new Uint8Array(await (await get('/openapi/v2', { accept: PROTOBUF })).arrayBuffer());

  it('is a gnostic Document of the same schemas', async () => {
    const document = await load();
    expect(text(into(document, 1))).toBe('2.0');
    const definitions = entries(into(document, 9), 1);
    expect([...definitions.keys()]).toEqual(Object.keys((await json('/openapi/v2'))['definitions'] ?? {}));
    const policy = definitions.get(POLICY) ?? new Uint8Array();
    expect(text(into(policy, 22, 1))).toBe('object');
    expect(text(into(entries(policy, 31).get('x-kubernetes-group-version-kind')!, 2))).toBe(
      '[{"group":"microscaling.io","version":"v1alpha1","kind":"MicroscalingPolicy"}]',
    );
    const metadata = entries(into(policy, 25), 1).get('metadata') ?? new Uint8Array();
    expect(text(into(metadata, 1))).toBe(`#/definitions/${OBJECT_META}`);
  });

  it('names the parameters that kubectl looks for in a patch', async () => {
    const paths = entries(into(await load(), 8), 2);
    const one = '/apis/microscaling.io/v1alpha1/namespaces/{namespace}/microscalingpolicies/{name}';
    const parameters = fields(into(paths.get(one)!, 8)).get(8) ?? [];
    const names = parameters.map((item) => text(into(item, 1, 2, 3, 4)));
    expect(names).toEqual(expect.arrayContaining(['dryRun', 'fieldValidation']));
  });

  it('is called by a name that Go can parse', async () => {
    const response = await get('/openapi/v2', { accept: PROTOBUF });
    expect(response.headers.get('content-type')).toBe(
      'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    );
  });
});

describe('answers', () => {
  it('are not sent again to who has them', async () => {
    for (const headers of [{ accept: 'application/json' }, { accept: PROTOBUF }]) {
      const etag = (await get('/openapi/v2', headers)).headers.get('etag') ?? '';
      const again = await get('/openapi/v2', { ...headers, 'if-none-match': `"other", W/${etag}` });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
  });

  it('differ by type for a cache, too', async () => {
    const [one, other] = [await get('/openapi/v2'), await get('/openapi/v2', { accept: PROTOBUF })];
    expect(one.headers.get('etag')).not.toBe(other.headers.get('etag'));
    expect(one.headers.get('vary')).toBe('Accept');
  });

  it.each([
    ['/openapi/v2', 'text/html'],
    [
      '/openapi/v3/apis/microscaling.io/v1alpha1',
      'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
    ],
  ])('at %s say which types there are to a client that wants %s', async (path, accept) => {
    const response = await get(path, { accept });
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({
      kind: 'Status',
      reason: 'NotAcceptable',
      message: expect.stringContaining('application/json'),
    });
  });
});
