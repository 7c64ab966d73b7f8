import { describe, expect, it } from 'vitest';
import { ALL_POLICIES, aPolicy, aWorld, POLICIES, told } from '../world.ts';

describe('a watch', () => {
  it('begins with what is there and goes on with every change', async () => {
    const { create, patch, ask, watch } = aWorld();
    await create('a');
    const reader = await watch('');
    expect(told(await reader.lines(1))).toEqual(['ADDED a']);
    await create('b');
    await patch('a', { spec: { mode: 'Paused' } });
    await ask('DELETE', `${POLICIES}/b`);
    const lines = await reader.lines(3);
    expect(told(lines)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b']);
    expect(lines.map(({ object }) => object.metadata.resourceVersion)).toEqual(['2', '3', '4']);
    await reader.close();
  });

  it('begins after the version that a list has shown', async () => {
    const { create, patch, watch } = aWorld();
    await create('a');
    await create('b');
    await patch('a', { spec: { mode: 'Paused' } });
    const reader = await watch('resourceVersion=1');
    expect(told(await reader.lines(2))).toEqual(['ADDED b', 'MODIFIED a']);
    await create('c');
    expect(told(await reader.lines(1))).toEqual(['ADDED c']);
    await reader.close();
  });

  it('tells of objects that enter and leave the selection', async () => {
    const { create, patch, ask, watch } = aWorld();
    await create('a');
    const reader = await watch('resourceVersion=1&labelSelector=on');
    await patch('a', { metadata: { labels: { on: 'yes' } } });
    await patch('a', { spec: { mode: 'Paused' } });
    await patch('a', { metadata: { labels: { on: null } } });
    await ask('DELETE', `${POLICIES}/a`);
    await create('b', { metadata: { name: 'b', labels: { on: '1' } } });
    const lines = await reader.lines(4);
    expect(told(lines)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED b']);
    // The state that was selected last, with the version of the change that ended it.
    expect(lines[2]?.object).toMatchObject({ metadata: { labels: { on: 'yes' }, resourceVersion: '4' } });
    await reader.close();
  });

  it('keeps to its namespace and its kind', async () => {
    const { create, ask, watch } = aWorld();
    const reader = await watch('', POLICIES);
    await ask('POST', POLICIES.replace('default', 'other'), aPolicy('x'));
    await ask('POST', POLICIES.replace('microscalingpolicies', 'capacitypools'), {
      ...aPolicy('p'),
      kind: 'CapacityPool',
    });
    await create('a');
    expect(told(await reader.lines(1))).toEqual(['ADDED a']);
    await reader.close();
  });

  it.each(['resourceVersion=1', 'resourceVersion=1000000'])(
    'says 410 in its only line for ?%s',
    async (query) => {
      const { create, patch, watch } = aWorld({ history: 4 });
      await create('a');
      for (let i = 0; i < 20; i++) await patch('a', { metadata: { labels: { i: String(i) } } });
      const reader = await watch(query);
      expect(reader.response.status).toBe(200);
      const lines = await reader.rest();
      expect(lines).toMatchObject([
        { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } },
      ]);
    },
  );

  it('stays alive with bookmarks that say how far it is', async () => {
    const { create, ask, clock, watch } = aWorld();
    await create('a');
    const reader = await watch('resourceVersion=1&allowWatchBookmarks=true');
    await ask('POST', '/api/v1/namespaces/default/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
    });
    await clock.advance(30_000);
    expect(await reader.lines(1)).toEqual([
      {
        type: 'BOOKMARK',
        object: {
          apiVersion: 'microscaling.io/v1alpha1',
          kind: 'MicroscalingPolicy',
          metadata: { resourceVersion: '2', creationTimestamp: null },
        },
      },
    ]);
    await reader.close();
  });

  it('says nothing for an hour when nothing happens, and then ends', async () => {
    const { clock, watch } = aWorld();
    const reader = await watch('');
    await clock.advance(3_599_000);
    expect(clock.pending).toBe(1);
    await clock.advance(1_000);
    expect(await reader.rest()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('ends after timeoutSeconds', async () => {
    const { clock, create, watch } = aWorld();
    const reader = await watch('timeoutSeconds=5');
    await create('a');
    await clock.advance(5_000);
    expect(told(await reader.rest())).toEqual(['ADDED a']);
  });

  it('sends initial events and marks their end', async () => {
    const { create, watch } = aWorld();
    await create('a');
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const reader = await watch(query);
    const lines = await reader.lines(2);
    expect(told(lines)).toEqual(['ADDED a', 'BOOKMARK undefined']);
    expect(lines[1]?.object.metadata).toMatchObject({
      resourceVersion: '1',
      annotations: { 'k8s.io/initial-events-end': 'true' },
    });
    await reader.close();
    expect((await watch('sendInitialEvents=true')).response.status).toBe(422);
    expect((await watch('resourceVersionMatch=NotOlderThan')).response.status).toBe(422);
  });

  it('begins with as many objects as there are', async () => {
    const { create, patch, watch } = aWorld();
    for (let i = 0; i < 4_200; i++) await create(`p${i}`);
    const reader = await watch('');
    await patch('p0', { metadata: { labels: { on: 'yes' } } });
    const lines = await reader.lines(4_201);
    expect(new Set(lines.slice(0, -1).map(({ type }) => type))).toEqual(new Set(['ADDED']));
    expect(told(lines.slice(-1))).toEqual(['MODIFIED p0']);
    await reader.close();
  });

  it('does not keep many large changes for a reader that does not read', async () => {
    const { create, patch, watch } = aWorld();
    await create('a', { metadata: { name: 'a', annotations: { large: 'x'.repeat(1024 * 1024) } } });
    const reader = await watch('resourceVersion=1');
    for (let i = 0; i < 40; i++) await patch('a', { metadata: { labels: { i: String(i) } } });
    const lines = await reader.rest();
    expect(lines.length).toBeLessThan(40);
    expect(lines.at(-1)).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  it('cuts off a reader that does not read', async () => {
    const { create, patch, watch } = aWorld();
    await create('a');
    const reader = await watch('resourceVersion=1');
    for (let i = 0; i < 5_000; i++) await patch('a', { metadata: { labels: { i: String(i) } } });
    const lines = await reader.rest();
    expect(lines.length).toBeLessThan(4_200);
    expect(lines.at(-1)).toMatchObject({
      type: 'ERROR',
      object: { code: 410, message: expect.stringContaining('slowly') },
    });
  });

  it('encodes a change once for all watches that send it', async () => {
    const { create, request } = aWorld();
    const readers = await Promise.all(
      [1, 2, 3].map(async () => (await request('GET', `${ALL_POLICIES}?watch=1`)).body?.getReader()),
    );
    await create('a');
    const chunks = await Promise.all(readers.map(async (reader) => (await reader?.read())?.value));
    expect(new TextDecoder().decode(chunks[0])).toMatch(/^\{"type":"ADDED",.*"name":"a".*\}\n$/);
    expect(chunks.every((chunk) => chunk === chunks[0])).toBe(true);
  });

  it('cuts off who does not read before they read again, which makes room', async () => {
    const { create, patch, watch } = aWorld({ maxWatches: 1, history: 8 });
    await create('a');
    await watch('');
    for (let i = 0; i < 20; i++) await patch('a', { metadata: { labels: { i: String(i) } } });
    expect((await watch('')).response.status).toBe(200);
  });

  it('takes the beginning at one moment, and all changes after it, however slowly it is read', async () => {
    const { create, patch, ask, watch } = aWorld();
    for (const name of ['a', 'b', 'c']) await create(name);
    const reader = await watch('allowWatchBookmarks=true');
    await patch('c', { metadata: { labels: { on: 'yes' } } });
    await ask('DELETE', `${POLICIES}/b`);
    await create('b');
    const lines = await reader.lines(6);
    expect(told(lines)).toEqual(['ADDED a', 'ADDED b', 'ADDED c', 'MODIFIED c', 'DELETED b', 'ADDED b']);
    expect(lines.map(({ object }) => object.metadata.resourceVersion)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    await reader.close();
  });

  it('promises in a bookmark no more than it has sent', async () => {
    const { create, clock, watch } = aWorld();
    const reader = await watch('allowWatchBookmarks=true');
    await create('a');
    await create('b');
    await clock.advance(30_000);
    expect(told(await reader.lines(2))).toEqual(['ADDED a', 'ADDED b']);
    await clock.advance(30_000);
    expect(await reader.lines(1)).toMatchObject([
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '2' } } },
    ]);
    await reader.close();
  });

  it('ends with the server, in order', async () => {
    const { create, stop, watch } = aWorld();
    const reader = await watch('');
    await create('a');
    stop.abort();
    expect(told(await reader.rest())).toEqual(['ADDED a']);
  });

  it('takes timeoutSeconds=0 for the time that every watch has', async () => {
    const { clock, create, watch } = aWorld();
    const reader = await watch('timeoutSeconds=0');
    await clock.advance(60_000);
    await create('a');
    expect(told(await reader.lines(1))).toEqual(['ADDED a']);
    await reader.close();
  });

  it('is not begun by HEAD, whose answer nobody would read', async () => {
    const { request, watch } = aWorld({ maxWatches: 1 });
    expect((await request('HEAD', `${ALL_POLICIES}?watch=1`)).status).toBe(200);
    expect((await watch('')).response.status).toBe(200);
  });

  it('is one of a bounded number, and makes room when it ends', async () => {
    const { watch } = aWorld({ maxWatches: 2 });
    const first = await watch('');
    await watch('');
    const third = await watch('');
    expect([third.response.status, third.response.headers.get('retry-after')]).toEqual([429, '5']);
    await first.close();
    expect((await watch('')).response.status).toBe(200);
  });
});
