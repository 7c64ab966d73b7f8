import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { inOrder, phaseOf } from '../../src/core/change-order.ts';

const scale = (app: string, from: number, to: number): Change => ({
  kind: 'scale',
  app,
  from,
  to,
  reason: '',
});
const definition = { cmd: 'work' };
const own = { definition, envFrom: [], owner: 'default/demo', reason: '' };
const changes: readonly Change[] = [
  { kind: 'update', app: '/u', fields: [], ...own },
  { kind: 'create', app: '/c2', instances: 1, ...own },
  scale('/rise', 1, 2),
  { kind: 'adopt', app: '/a', reason: '' },
  scale('/fall', 2, 1),
  { kind: 'create', app: '/c1', instances: 1, ...own },
];

describe('the order of changes', () => {
  it('frees before it takes, and restarts last', () => {
    expect(inOrder(changes).map(({ app }) => app)).toEqual(['/fall', '/a', '/rise', '/c2', '/c1', '/u']);
  });

  it('leaves an order as it is once it is right', () => {
    expect(inOrder(inOrder(changes))).toEqual(inOrder(changes));
  });

  it('takes a scale to the same count for a rise: it frees nothing', () => {
    expect(phaseOf(scale('/same', 2, 2))).toBe('rise');
  });
});
