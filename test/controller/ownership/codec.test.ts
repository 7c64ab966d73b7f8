import { describe, expect, it } from 'vitest';
import { readOwnership, storedOwnership } from '../../../src/controller/ownership/codec.ts';

const stored = {
  policy: 'default/shop',
  source: 'directory',
  mode: 'Reconcile',
  createdAtMs: 1,
  apps: [{ id: '/shop/front', pool: 'default/shop', onDelete: 'Retain', marathon: { urls: ['http://m2'] } }],
  dropped: [{ id: '/shop/old', pool: 'default/shop', onDelete: 'Delete' }],
};

describe('the stored form of ownership', () => {
  it('is read with its cluster as earlier versions wrote it, and written in the same form', () => {
    const owned = readOwnership(stored);
    expect(owned?.apps[0]?.cluster).toEqual({ urls: ['http://m2'] });
    expect(owned && storedOwnership(owned)).toEqual(stored);
  });

  it('is not readable with a cluster that is no object', () => {
    const apps = [{ ...stored.apps[0], marathon: 'http://m2' }];
    expect(readOwnership({ ...stored, apps })).toBeUndefined();
  });
});
