import { describe, expect, it } from 'vitest';
import { aPolicy, aWorld, POLICIES } from '../world.ts';

const NOW = '2026-11-21T12:00:00Z';

describe('create', () => {
  it('gives the object an identity, a version and a generation, and keeps what was said', async () => {
    const { create } = aWorld();
    const metadata = {
      name: 'a',
      labels: { team: 'x' },
      annotations: { note: 'kept as it is' },
      generation: 9,
      uid: 'mine',
    };
    const { status, body } = await create('a', { metadata, status: { conditions: [] } });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...aPolicy('a'),
      metadata: {
        name: 'a',
        namespace: 'default',
        labels: { team: 'x' },
        annotations: { note: 'kept as it is' },
        uid: '00000000-0000-4000-8000-000000000001',
        creationTimestamp: NOW,
        generation: 1,
        resourceVersion: '1',
      },
    });
  });

  it('makes a name up when asked to', async () => {
    const { create } = aWorld();
    const first = await create('', { metadata: { generateName: 'job-' } });
    const second = await create('', { metadata: { generateName: 'job-' } });
    expect(first.body.metadata.name).toMatch(/^job-[a-z0-9]{5}$/);
    expect(second.body.metadata.name).not.toBe(first.body.metadata.name);
  });

  it('refuses a name that is taken', async () => {
    const { create } = aWorld();
    await create('a');
    const { status, body } = await create('a');
    expect(status).toBe(409);
    expect(body).toMatchObject({
      kind: 'Status',
      reason: 'AlreadyExists',
      code: 409,
      message: 'microscalingpolicies.microscaling.io "a" already exists',
      details: { name: 'a', group: 'microscaling.io', kind: 'microscalingpolicies' },
    });
  });

  it('keeps nothing of a dry run', async () => {
    const { ask, create } = aWorld();
    const tried = await ask('POST', `${POLICIES}?dryRun=All`, aPolicy('a'));
    expect([tried.status, tried.body.metadata.resourceVersion]).toEqual([201, undefined]);
    expect((await create('a')).status).toBe(201);
    expect((await ask('POST', `${POLICIES}?dryRun=Some`, aPolicy('b'))).status).toBe(400);
  });

  it.each([
    ['another kind', aPolicy('a', { kind: 'Pod' }), 400, /Pod .* expected is a MicroscalingPolicy/],
    ['another version', aPolicy('a', { apiVersion: 'v1' }), 400, /expected is a MicroscalingPolicy/],
    [
      'another namespace',
      aPolicy('a', { metadata: { name: 'a', namespace: 'b' } }),
      400,
      /does not match the namespace/,
    ],
    ['no name', aPolicy('', { metadata: {} }), 400, /needs a name/],
    ['a name that is none', aPolicy('A_b'), 422, /metadata.name: must be lower case/],
    ['a version', aPolicy('a', { metadata: { name: 'a', resourceVersion: '3' } }), 400, /should not be set/],
    [
      'labels that are none',
      aPolicy('a', { metadata: { name: 'a', labels: { x: 1 } } }),
      400,
      /metadata.labels/,
    ],
    [
      'finalizers that are none',
      aPolicy('a', { metadata: { name: 'a', finalizers: 'x' } }),
      400,
      /metadata.finalizers/,
    ],
    ['metadata that are none', aPolicy('a', { metadata: [] }), 400, /metadata must be an object/],
    ['a list', [], 400, /as a JSON object/],
    ['nothing', undefined, 400, /as a JSON object/],
    ['no JSON', '{"a":', 400, /not JSON/],
    ['a prototype', '{"metadata":{"__proto__":{"x":1}}}', 400, /__proto__/],
    ['an abyss', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`, 400, /deeper than 64/],
    ['a bottomless pit', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 400, /deeper than 64|not JSON/],
  ])('refuses %s', async (_, body, code, message) => {
    const { ask } = aWorld();
    const answer = await ask('POST', POLICIES, body);
    expect(answer.status).toBe(code);
    expect(answer.body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['the key of a label', { labels: { 'a b': 'x' } }, 'metadata.labels'],
    ['a long key', { labels: { ['k'.repeat(64)]: 'x' } }, 'metadata.labels'],
    ['a long prefix', { labels: { [`${'p'.repeat(254)}/k`]: 'x' } }, 'metadata.labels'],
    ['the value of a label', { labels: { a: 'über' } }, 'metadata.labels'],
    ['a long value', { labels: { a: 'v'.repeat(64) } }, 'metadata.labels'],
    ['a finalizer', { finalizers: ['x/y/z'] }, 'metadata.finalizers'],
    [
      'many finalizers',
      { finalizers: Array.from({ length: 65 }, (_, i) => `x/f${i}`) },
      'metadata.finalizers',
    ],
  ])('refuses %s that Kubernetes would not have, new or old', async (_, metadata, field) => {
    const { create, patch } = aWorld();
    await create('old');
    const made = await create('a', { metadata: { name: 'a', ...metadata } });
    const changed = await patch('old', { metadata });
    for (const { status, body } of [made, changed]) {
      expect([status, body.reason]).toEqual([422, 'Invalid']);
      expect(body.details.causes[0].field).toBe(field);
      expect(body.message.length).toBeLessThan(400);
    }
  });

  it('has labels and finalizers as long as Kubernetes allows', async () => {
    const labels = {
      [`${'p'.repeat(253)}/${'k'.repeat(63)}`]: 'v'.repeat(63),
      empty: '',
      'a.b_c-D': 'X_y.z-1',
    };
    const { create } = aWorld();
    expect((await create('a', { metadata: { name: 'a', labels, finalizers: ['x/y'] } })).status).toBe(201);
  });

  it('says that compressed bodies are not read', async () => {
    const { ask } = aWorld();
    const answer = await ask('POST', POLICIES, aPolicy('a'), { headers: { 'content-encoding': 'gzip' } });
    expect([answer.status, answer.body.message]).toEqual([415, expect.stringContaining('encoded as gzip')]);
    const plain = await ask('POST', POLICIES, aPolicy('a'), { headers: { 'content-encoding': 'identity' } });
    expect(plain.status).toBe(201);
  });

  it('takes a body that breaks off for the fault of its client', async () => {
    const { api } = aWorld();
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('aborted'));
      },
    });
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const response = await api(new Request(`http://127.0.0.1${POLICIES}`, asked));
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { reason: 'BadRequest', message: 'the body broke off: aborted' },
    ]);
  });

  it('does not read what is too much', async () => {
    const { api, request } = aWorld();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const asked = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    };
    const response = await api(new Request(`http://127.0.0.1${POLICIES}`, asked as RequestInit));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ reason: 'RequestEntityTooLarge' });
    expect(sent).toBeLessThan(4 * 1024 * 1024);
    const announced = await request('POST', POLICIES, '{}', { headers: { 'content-length': '104857600' } });
    expect(announced.status).toBe(413);
  });
});

describe('replace', () => {
  it('keeps identity and status, and counts changes of the spec', async () => {
    const { ask, create, clock } = aWorld();
    const { body: made } = await create('a');
    await clock.advance(5_000);
    const next = { ...made, spec: { mode: 'Paused' }, status: { forged: true } };
    const { status, body } = await ask('PUT', `${POLICIES}/a`, next);
    expect(status).toBe(200);
    const { uid, creationTimestamp } = made.metadata;
    expect(body.metadata).toEqual({
      ...made.metadata,
      uid,
      creationTimestamp,
      generation: 2,
      resourceVersion: '2',
    });
    expect(body).toMatchObject({ spec: { mode: 'Paused' } });
    expect(body.status).toBeUndefined();
  });

  it('does not count labels, and does nothing when nothing changes', async () => {
    const { ask, create } = aWorld();
    const { body: made } = await create('a');
    const same = await ask('PUT', `${POLICIES}/a`, made);
    expect(same.body).toEqual(made);
    const labelled = { ...made, metadata: { ...made.metadata, labels: { a: 'b' } } };
    const { body } = await ask('PUT', `${POLICIES}/a`, labelled);
    expect(body.metadata).toMatchObject({ generation: 1, resourceVersion: '2', labels: { a: 'b' } });
  });

  it.each([
    ['an old version', '1', 409, 'Conflict'],
    ['a version of the future', '99', 409, 'Conflict'],
    ['no version', undefined, 422, 'Invalid'],
    ['a version that is none', 'x', 400, 'BadRequest'],
  ])('refuses %s', async (_, resourceVersion, code, reason) => {
    const { ask, create, patch } = aWorld();
    const { body: made } = await create('a');
    await patch('a', { spec: { mode: 'Paused' } });
    const metadata = { ...made.metadata, resourceVersion };
    const answer = await ask('PUT', `${POLICIES}/a`, { ...made, metadata });
    expect([answer.status, answer.body.reason]).toEqual([code, reason]);
  });

  it('does not take one object for another of the same name', async () => {
    const { ask, create } = aWorld();
    const { body: made } = await create('a');
    const other = { ...made, metadata: { ...made.metadata, uid: 'another' } };
    expect((await ask('PUT', `${POLICIES}/a`, other)).body).toMatchObject({
      reason: 'Conflict',
      message: expect.stringContaining('Precondition failed: UID'),
    });
  });

  it('says when there is nothing to replace', async () => {
    const { ask } = aWorld();
    expect((await ask('PUT', `${POLICIES}/a`, aPolicy('a'))).body).toMatchObject({
      reason: 'NotFound',
      code: 404,
    });
  });
});

describe('patch', () => {
  it('merges, and takes a version as a condition', async () => {
    const { create, patch } = aWorld();
    await create('a', { spec: { mode: 'Observe', apps: [{ name: 'x' }] } });
    const { body } = await patch('a', {
      spec: { mode: null, interval: '1s' },
      metadata: { labels: { a: 'b' } },
    });
    expect(body).toMatchObject({
      spec: { apps: [{ name: 'x' }], interval: '1s' },
      metadata: { labels: { a: 'b' }, generation: 2 },
    });
    expect(body.spec.mode).toBeUndefined();
    const stale = { metadata: { resourceVersion: '1' }, spec: { mode: 'Paused' } };
    expect((await patch('a', stale)).body.reason).toBe('Conflict');
    expect((await patch('a', { ...stale, metadata: { resourceVersion: '2' } })).status).toBe(200);
  });

  it.each([
    ['application/apply-patch+yaml', /leave out --server-side/],
    ['application/strategic-merge-patch+json', /--type merge/],
    ['application/json-patch+json', /--type merge/],
    ['application/json', /merge-patch\+json$/],
  ])('refuses %s and says what works', async (type, message) => {
    const { ask, create } = aWorld();
    await create('a');
    const { status, body } = await ask('PATCH', `${POLICIES}/a`, {}, { type });
    expect(status).toBe(415);
    expect(body).toMatchObject({ reason: 'UnsupportedMediaType', message: expect.stringMatching(message) });
  });

  it('keeps nothing of a dry run', async () => {
    const { ask, create } = aWorld();
    const { body: made } = await create('a');
    const type = 'application/merge-patch+json';
    const tried = await ask('PATCH', `${POLICIES}/a?dryRun=All`, { spec: { mode: 'Paused' } }, { type });
    expect(tried.body).toMatchObject({
      spec: { mode: 'Paused' },
      metadata: { generation: 2, resourceVersion: '1' },
    });
    expect((await ask('GET', `${POLICIES}/a`)).body).toEqual(made);
  });
});

describe('status', () => {
  it('is written through its subresource alone, which writes nothing else', async () => {
    const { ask, create } = aWorld();
    const { body: made } = await create('a');
    const type = 'application/merge-patch+json';
    const patch = { status: { appCount: 1 }, spec: { mode: 'Paused' } };
    const { body } = await ask('PATCH', `${POLICIES}/a/status`, patch, { type });
    expect(body).toEqual({
      ...made,
      status: { appCount: 1 },
      metadata: { ...made.metadata, resourceVersion: '2' },
    });
    expect((await ask('GET', `${POLICIES}/a/status`)).body.status).toEqual({ appCount: 1 });
    const replaced = await ask('PUT', `${POLICIES}/a/status`, { ...body, status: { appCount: 2 }, spec: {} });
    expect(replaced.body).toMatchObject({
      status: { appCount: 2 },
      spec: made.spec,
      metadata: { generation: 1 },
    });
    expect((await ask('PUT', `${POLICIES}/a/status`, body)).body.reason).toBe('Conflict');
  });
});

describe('delete', () => {
  it('removes, and says what', async () => {
    const { ask, create } = aWorld();
    const { body: made } = await create('a');
    const { status, body } = await ask('DELETE', `${POLICIES}/a`, {
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
    });
    expect([status, body]).toMatchObject([
      200,
      {
        kind: 'Status',
        status: 'Success',
        details: { name: 'a', kind: 'microscalingpolicies', uid: made.metadata.uid },
      },
    ]);
    expect((await ask('GET', `${POLICIES}/a`)).status).toBe(404);
    expect((await ask('DELETE', `${POLICIES}/a`)).status).toBe(404);
  });

  it('waits for finalizers, and for nothing after the last', async () => {
    const { ask, create, patch } = aWorld();
    await create('a', { metadata: { name: 'a', finalizers: ['x/one', 'x/two'] } });
    const { body: marked } = await ask('DELETE', `${POLICIES}/a`);
    expect(marked.metadata).toMatchObject({
      deletionTimestamp: NOW,
      deletionGracePeriodSeconds: 0,
      generation: 2,
    });
    expect((await ask('DELETE', `${POLICIES}/a`)).body).toEqual(marked);
    const late = await patch('a', { metadata: { finalizers: ['x/one', 'x/three'] } });
    expect(late.body).toMatchObject({ reason: 'Invalid', message: expect.stringContaining('x/three') });
    expect((await patch('a', { metadata: { finalizers: ['x/two'] } })).status).toBe(200);
    expect(
      (await patch('a', { metadata: { deletionTimestamp: null } })).body.metadata.deletionTimestamp,
    ).toBe(NOW);
    expect((await patch('a', { metadata: { finalizers: [] } })).status).toBe(200);
    expect((await ask('GET', `${POLICIES}/a`)).status).toBe(404);
  });

  it.each([
    [{ preconditions: { uid: 'another' } }, 409],
    [{ preconditions: { resourceVersion: '77' } }, 409],
    [{ preconditions: { resourceVersion: '1' } }, 200],
    [{ propagationPolicy: 'Never' }, 400],
    [{ dryRun: ['All'] }, 200],
  ])('takes %j into account', async (options, code) => {
    const { ask, create } = aWorld();
    await create('a');
    expect((await ask('DELETE', `${POLICIES}/a`, options)).status).toBe(code);
    expect((await ask('GET', `${POLICIES}/a`)).status).toBe(
      code === 200 && !('dryRun' in options) ? 404 : 200,
    );
  });

  it('removes what a selector selects', async () => {
    const { ask, create } = aWorld();
    for (const name of ['a', 'b', 'c']) await create(name, { metadata: { name, labels: { one: name } } });
    const { body } = await ask('DELETE', `${POLICIES}?labelSelector=${encodeURIComponent('one in (a,c)')}`);
    expect(body).toMatchObject({
      kind: 'MicroscalingPolicyList',
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'c' } }],
    });
    const { body: left } = await ask('GET', POLICIES);
    expect(left.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['b']);
  });
});
