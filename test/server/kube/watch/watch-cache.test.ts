import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/server/kube/kinds/object.ts';
import { roughLength } from '../../../../src/server/kube/rough-length.ts';
import { type Change, WatchCache } from '../../../../src/server/kube/watch/watch-cache.ts';

const MIB = 1024 * 1024;

function anObject(version: number, more: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'a', resourceVersion: String(version) },
    ...more,
  } as KubeObject;
}

function changesAfter(cache: WatchCache, version: number): readonly number[] {
  const versions: number[] = [];
  for (let at: Change | undefined = cache.after(version); at !== undefined; at = cache.after(at.version))
    versions.push(at.version);
  return versions;
}

describe('the history of a cache', () => {
  it('is bounded in number', () => {
    const cache = new WatchCache({ startVersion: 10, history: 3 });
    for (const version of [12, 13, 17, 18, 30]) cache.set(anObject(version));
    expect([10, 13].map((version) => changesAfter(cache, version))).toEqual([
      [17, 18, 30],
      [17, 18, 30],
    ]);
    expect([9, 10, 12, 13, 17, 30].map((version) => cache.remembers(version))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(cache.after(30)).toBeUndefined();
  });

  it('is bounded in size, and always has the newest', () => {
    const cache = new WatchCache({ startVersion: 0 });
    for (let version = 1; version <= 40; version++)
      cache.set(anObject(version, { status: { text: 'x'.repeat(MIB) } }));
    expect(changesAfter(cache, 0).length).toBeLessThan(17);
    expect(changesAfter(cache, 0).length).toBeGreaterThan(12);
    cache.set(anObject(41, { status: { text: 'x'.repeat(20 * MIB) } }));
    expect([changesAfter(cache, 0), cache.remembers(39), cache.remembers(40)]).toEqual([[41], false, true]);
  });

  it('is dropped up to a version, and whoever has seen all of that goes on', () => {
    const cache = new WatchCache({ startVersion: 0 });
    for (const version of [3, 5, 8]) cache.set(anObject(version));
    cache.dropUpTo(6);
    expect(changesAfter(cache, 5)).toEqual([8]);
    expect([4, 5, 6].map((version) => cache.remembers(version))).toEqual([false, true, true]);
    cache.dropUpTo(20);
    expect([7, 8].map((version) => cache.remembers(version))).toEqual([false, true]);
  });

  it('does not count a spec that stays', () => {
    const cache = new WatchCache({ startVersion: 0 });
    const spec = { text: 'x'.repeat(MIB) };
    for (let version = 1; version <= 40; version++) cache.set(anObject(version, { spec }));
    expect(changesAfter(cache, 0).length).toBe(40);
  });
});

it('weighs about what JSON does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const exact = JSON.stringify(value).length;
      expect(roughLength(value)).toBeGreaterThan(exact / 8);
      expect(roughLength(value)).toBeLessThan(exact * 8 + 8);
    }),
  );
});
