import { describe, expect, it } from 'vitest';
import { createInlineSource } from '../../src/policy-sources/inline/index.ts';
import { loadLines } from './line-loader.ts';

const never = new AbortController().signal;

function sourceOf(text: string) {
  return createInlineSource({ text, place: 'POLICY' }, { load: loadLines });
}

describe('policies from a text', () => {
  it('are listed whole, each with its place and the revision of the text', async () => {
    const source = sourceOf('one 1\ntwo 2\n');
    const snapshot = await source.list(never);
    expect(snapshot.resources.map(({ resource, place }) => [resource.metadata.name, place])).toEqual([
      ['one', 'POLICY:1'],
      ['two', 'POLICY:2'],
    ]);
    expect(snapshot).toMatchObject({ problems: [], invalid: [], complete: true });
    expect(snapshot.resources[0]?.revision).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await source.list(never)).toEqual(snapshot);
    const other = await sourceOf('one 1\n').list(never);
    expect(other.resources[0]?.revision).not.toBe(snapshot.resources[0]?.revision);
  });

  it('prove no deletion when the text cannot be understood', async () => {
    const snapshot = await sourceOf('???\n').list(never);
    expect(snapshot).toMatchObject({ resources: [], complete: false });
    expect(snapshot.problems).toHaveLength(1);
  });

  it('never change', async () => {
    const stop = new AbortController();
    const watching = sourceOf('one 1\n').watch(() => expect.unreachable(), stop.signal);
    stop.abort();
    await expect(watching).resolves.toBeUndefined();
  });
});
