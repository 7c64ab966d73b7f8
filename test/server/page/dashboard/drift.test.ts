// Where what runs is written into the definition of a policy.

import { describe, expect, it } from 'vitest';

const { setField } = (await import(
  new URL('../../../../src/server/page/dashboard/parts/drift.js', import.meta.url).href
)) as { setField(definition: Record<string, unknown>, path: readonly string[], value: unknown): void };

describe('keeping a field', () => {
  it.each([
    { name: 'a plain one', path: 'mem', value: 32, before: { mem: 16 }, want: { mem: 32 } },
    { name: 'one that the policy has not', path: 'cpus', value: 1, before: {}, want: { cpus: 1 } },
    {
      name: 'one within others',
      path: 'container.docker.image',
      value: 'v2',
      before: { container: { type: 'DOCKER', docker: { image: 'v1' } } },
      want: { container: { type: 'DOCKER', docker: { image: 'v2' } } },
    },
    {
      name: 'a label with dots',
      path: 'labels.a.b/c',
      value: 'y',
      before: { labels: { 'a.b/c': 'x', a: 'z' } },
      want: { labels: { 'a.b/c': 'y', a: 'z' } },
    },
    {
      name: 'a new label with dots',
      path: 'labels.a.b',
      value: 'y',
      before: {},
      want: { labels: { 'a.b': 'y' } },
    },
    {
      name: 'a variable that is gone',
      path: 'env.RATE',
      value: undefined,
      before: { env: { RATE: '1', X: '2' } },
      want: { env: { X: '2' } },
    },
  ])('writes $name', ({ path, value, before, want }) => {
    const definition = structuredClone(before) as Record<string, unknown>;
    setField(definition, path.split('.'), value);
    expect(definition).toEqual(want);
  });
});
