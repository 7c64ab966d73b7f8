// READY of our kinds: paused and observed policies are in states of their own.

import { describe, expect, it } from 'vitest';
import { tableOf } from '../../../src/server/kube/http/table.ts';
import { policyKind } from '../../../src/server/kube/kinds/our-kinds.ts';

const kind = policyKind({ type: 'object', description: 'any' });
const at = kind.columns.findIndex(({ name }) => name === 'Ready');

function readyOf(conditions: unknown): unknown {
  const objects = [{ metadata: { name: 'a' }, status: { conditions } }];
  const options = { version: 'v1', includeObject: 'None', nowMs: 0 } as const;
  const { rows } = tableOf(kind, { metadata: {}, objects }, options) as { rows: { cells: unknown[] }[] };
  return rows[0]?.cells[at];
}

describe('READY', () => {
  it.each([
    ['True', 'AllTrue', 'True'],
    ['False', 'NotRead', 'False'],
    ['Unknown', 'Pending', 'Unknown'],
    ['Unknown', 'Paused', 'Paused'],
    ['Unknown', 'Observing', 'Observing'],
  ])('of %s/%s is %s', (status, reason, shown) => {
    expect(readyOf([{ type: 'Ready', status, reason }])).toBe(shown);
  });

  it.each([[undefined], [[]], ['x'], [[{ type: 'Ready' }]]])('of %j is empty', (conditions) => {
    expect(readyOf(conditions)).toBeNull();
  });
});
