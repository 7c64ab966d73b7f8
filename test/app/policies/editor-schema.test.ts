import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { editorSchema } from '../../../src/app/policies/editor-schema.ts';

const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true, validateFormats: false });
const both = ajv.compile(editorSchema());
const documents = ['queue-demo', 'priority-demo', 'all-fields'].flatMap((name) =>
  (loadAll(readFileSync(`specs/policies/${name}.yaml`, 'utf8')) as Record<string, unknown>[]).map(
    (document, i) => ({ name: `${name} ${i + 1}`, document }),
  ),
);

describe('the schema for editors', () => {
  it.each(documents)('takes $name', ({ document }) => {
    expect(both(document), JSON.stringify(both.errors)).toBe(true);
  });

  const policy = documents[0]?.document ?? {};
  it.each([
    {
      name: 'a misspelt field',
      document: { ...policy, spec: { ...(policy['spec'] as object), capcity: {} } },
    },
    { name: 'another kind', document: { ...policy, kind: 'MicroScalingPolicy' } },
    { name: 'a policy called a pool', document: { ...policy, kind: 'CapacityPool' } },
    { name: 'no name', document: { ...policy, metadata: {} } },
    { name: 'nothing', document: {} },
  ])('refuses $name', ({ document }) => {
    expect(both(document)).toBe(false);
  });

  it('takes an object as `get -o yaml` prints it', () => {
    const metadata = {
      name: 'x',
      namespace: 'default',
      uid: '1',
      resourceVersion: '2',
      creationTimestamp: '2026-01-01T00:00:00Z',
    };
    expect(both({ ...policy, metadata, status: { observedGeneration: 1 } })).toBe(true);
  });

  it('holds nothing that only Kubernetes reads, and has an identity', () => {
    for (const kind of [undefined, 'MicroscalingPolicy', 'CapacityPool'] as const) {
      const schema = editorSchema(kind) as { $schema: string; $id: string };
      expect(JSON.stringify(schema)).not.toContain('x-kubernetes');
      expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
      expect(schema.$id).toMatch(/^urn:microscaling:v1alpha1:/);
    }
  });
});
