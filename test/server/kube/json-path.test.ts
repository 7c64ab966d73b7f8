import { describe, expect, it } from 'vitest';
import { POLICY_COLUMNS, POOL_COLUMNS } from '../../../src/api/schema/crd.ts';
import { jsonPath } from '../../../src/server/kube/json-path.ts';

const object = {
  metadata: { name: 'shop', annotations: { 'microscaling.io/source': 'shop.yaml' } },
  status: {
    conditions: [
      { type: 'Accepted', status: 'True' },
      { type: 'Ready', status: 'False' },
    ],
  },
};

describe('jsonPath', () => {
  it.each([
    ['.metadata.name', 'shop'],
    ['.metadata.annotations.microscaling\\.io/source', 'shop.yaml'],
    ['.status.conditions[1].status', 'False'],
    ['.status.conditions[?(@.type=="Ready")].status', 'False'],
    [".status.conditions[?(@.type=='Accepted')].status", 'True'],
    ['.status.conditions[?(@.type=="Paused")].status', undefined],
    ['.status.conditions[7].status', undefined],
    ['.status.conditions.type', undefined],
    ['.metadata.name.first', undefined],
    ['.metadata.constructor', undefined],
    ['.spec.apps[0]', undefined],
  ])('finds %s', (path, value) => {
    expect(jsonPath(path)(object)).toBe(value);
  });

  it.each(['metadata', '.a[*]', '.a[?(@.b>1)]', '.a..b', '.a[0'])('refuses %s', (path) => {
    expect(() => jsonPath(path)).toThrow(RangeError);
  });

  it('understands every printer column', () => {
    for (const { jsonPath: path } of [...POLICY_COLUMNS, ...POOL_COLUMNS])
      expect(() => jsonPath(path)).not.toThrow();
  });
});
