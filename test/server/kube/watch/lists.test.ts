import { describe, expect, it } from 'vitest';
import { ALL_POLICIES, aPolicy, aWorld, POLICIES } from '../world.ts';

type World = ReturnType<typeof aWorld>;
const OTHER = POLICIES.replace('/default/', '/other/');

async function filled(): Promise<World> {
  const world = aWorld();
  for (const name of ['c', 'a', 'b']) await world.create(name, { metadata: { name, labels: { is: name } } });
  await world.ask('POST', OTHER, aPolicy('d'));
  return world;
}

async function names(world: World, path: string): Promise<readonly string[]> {
  const { body } = await world.ask('GET', path);
  return (body.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
}

describe('lists', () => {
  it('are in order, of one namespace or of all, with the version they show', async () => {
    const world = await filled();
    expect(await names(world, POLICIES)).toEqual(['a', 'b', 'c']);
    expect(await names(world, ALL_POLICIES)).toEqual(['a', 'b', 'c', 'd']);
    expect((await world.ask('GET', OTHER)).body).toMatchObject({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicyList',
      metadata: { resourceVersion: '4' },
    });
  });

  it('select by labels and fields', async () => {
    const world = await filled();
    expect(await names(world, `${POLICIES}?labelSelector=${encodeURIComponent('is notin (a,b)')}`)).toEqual([
      'c',
    ]);
    expect(await names(world, `${ALL_POLICIES}?fieldSelector=metadata.namespace%3Dother`)).toEqual(['d']);
    expect(await names(world, `${POLICIES}?fieldSelector=metadata.name%3Db`)).toEqual(['b']);
  });

  it('come in pages that show one moment', async () => {
    const world = await filled();
    const first = await world.ask('GET', `${POLICIES}?limit=2`);
    expect(first.body.metadata).toMatchObject({ resourceVersion: '4', remainingItemCount: 1 });
    await world.ask('DELETE', `${POLICIES}/c`);
    await world.create('bb');
    const next = await world.ask('GET', `${POLICIES}?limit=2&continue=${first.body.metadata.continue}`);
    expect(next.body).toMatchObject({
      metadata: { resourceVersion: '4' },
      items: [{ metadata: { name: 'c' } }],
    });
    expect(next.body.metadata.continue).toBeUndefined();
    expect(await names(world, POLICIES)).toEqual(['a', 'b', 'bb']);
  });

  it('forget the oldest moment when too many are not read to the end', async () => {
    const world = await filled();
    const first = await world.ask('GET', `${POLICIES}?limit=1`);
    for (let i = 0; i < 40; i++) {
      await world.patch('a', { metadata: { labels: { i: String(i) } } });
      await world.ask('GET', `${POLICIES}?limit=1`);
    }
    const late = await world.ask('GET', `${POLICIES}?limit=1&continue=${first.body.metadata.continue}`);
    expect(late.body).toMatchObject({
      code: 410,
      reason: 'Expired',
      message: expect.stringContaining('list again'),
    });
  });

  it.each([
    ['continue=bm9uc2Vuc2U', 400],
    ['limit=many', 400],
    ['limit=-1', 400],
    ['watch=maybe', 400],
    ['resourceVersion=0', 200],
    ['resourceVersion=2&resourceVersionMatch=NotOlderThan', 200],
    ['resourceVersion=4&resourceVersionMatch=Exact', 200],
    ['resourceVersion=2&resourceVersionMatch=Exact', 410],
    ['resourceVersionMatch=Exact', 422],
    ['resourceVersion=99', 410],
    ['resourceVersion=1e400', 400],
    ['sendInitialEvents=true', 422],
    ['labelSelector=a%20b', 400],
    ['fieldSelector=spec.mode%3DPaused', 400],
  ])('answer ?%s with %i', async (query, code) => {
    const world = await filled();
    const { status, body } = await world.ask('GET', `${POLICIES}?${query}`);
    expect(status).toBe(code);
    if (code !== 200) expect(body).toMatchObject({ kind: 'Status', code });
  });
});

describe('the rest of the API', () => {
  it.each([
    ['GET', '/apis/microscaling.io/v1alpha1/pods', 404],
    ['GET', '/apis/microscaling.io/v2/microscalingpolicies', 404],
    ['GET', `${POLICIES}/a/scale`, 404],
    ['GET', '/apis/microscaling.io/v1alpha1/microscalingpolicies/a', 404],
    ['GET', '/api/v1/namespaces/x/namespaces', 404],
    ['GET', `${POLICIES}/%E0%A4%A`, 400],
    ['POST', '/apis/microscaling.io/v1alpha1/microscalingpolicies', 405],
    ['POST', `${POLICIES}/a`, 405],
    ['PUT', POLICIES, 405],
    ['DELETE', '/apis/microscaling.io/v1alpha1/microscalingpolicies', 405],
    ['DELETE', `${POLICIES}/a/status`, 405],
    ['OPTIONS', POLICIES, 405],
  ])('answers %s %s with %i', async (method, path, code) => {
    const world = await filled();
    const body = ['GET', 'OPTIONS', 'DELETE'].includes(method) ? undefined : aPolicy('z');
    const answer = await world.ask(method, path, body);
    expect([answer.status, answer.body.kind, answer.body.code]).toEqual([code, 'Status', code]);
  });

  it('speaks no protobuf', async () => {
    const world = await filled();
    const headers = { accept: 'application/vnd.kubernetes.protobuf' };
    expect((await world.ask('GET', POLICIES, undefined, { headers })).body).toMatchObject({
      code: 406,
      reason: 'NotAcceptable',
      message: expect.stringContaining('application/json'),
    });
    const both = { accept: 'application/vnd.kubernetes.protobuf,application/json' };
    expect((await world.ask('GET', POLICIES, undefined, { headers: both })).status).toBe(200);
  });

  it('has namespaces as objects without one', async () => {
    const { ask } = aWorld();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    expect((await ask('POST', '/api/v1/namespaces', namespace)).status).toBe(201);
    const { body } = await ask('GET', '/api/v1/namespaces/shop');
    expect(body.metadata.namespace).toBeUndefined();
    expect((await ask('GET', '/api/v1/namespaces')).body.items).toHaveLength(1);
    expect((await ask('GET', '/api/v1/namespaces/shop/events')).body).toMatchObject({
      kind: 'EventList',
      items: [],
    });
  });
});
