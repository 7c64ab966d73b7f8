// Groups: one tree, one deployment for a whole change.

import { describe, expect, it } from 'vitest';
import { aWorld, type World } from '../../support/world.ts';

const app = (id: string, instances = 1) => ({ id, cmd: 'sleep 60', cpus: 1, mem: 10, instances });

async function ids(world: World): Promise<string[]> {
  const { apps } = await world.get('/v2/apps');
  return apps.map(({ id }: { id: string }) => id).sort();
}

async function shop(): Promise<World> {
  const world = aWorld();
  const { status } = await world.call('PUT', '/v2/groups/shop', {
    apps: [app('api', 2)],
    groups: [{ id: 'back', apps: [app('db'), app('/shop/back/cache')] }],
  });
  expect(status).toBe(200);
  return world;
}

describe('groups', () => {
  it('creates everything in one deployment', async () => {
    const world = await shop();
    expect(await ids(world)).toEqual(['/shop/api', '/shop/back/cache', '/shop/back/db']);
    expect(world.eventTypes().filter((type) => type === 'deployment_success')).toHaveLength(1);
    expect(world.running('/shop/api')).toHaveLength(2);
  });

  it('shows the tree', async () => {
    const world = await shop();
    const root = await world.get('/v2/groups');
    expect(root).toMatchObject({
      id: '/',
      apps: [],
      pods: [],
      groups: [{ id: '/shop', apps: [{ id: '/shop/api' }], groups: [{ id: '/shop/back' }] }],
    });
    expect(root.groups[0].apps[0]).not.toHaveProperty('tasksRunning');
    const back = await world.get('/v2/groups/shop/back?embed=group.apps&embed=group.apps.counts');
    expect(back.apps[0]).toMatchObject({ tasksRunning: 1 });
    expect((await world.get('/v2/groups?embed=group.groups')).groups[0].apps).toEqual([]);
    expect(await world.get('/v2/groups/shop/apps')).toHaveLength(3);
    expect((await world.call('GET', '/v2/groups/nope')).status).toBe(404);
  });

  it('deletes the apps that a given list leaves out, and keeps what is not given', async () => {
    const world = await shop();
    await world.call('PUT', '/v2/groups/shop', { apps: [app('web')] });
    expect(await ids(world)).toEqual(['/shop/back/cache', '/shop/back/db', '/shop/web']);
    await world.call('PUT', '/v2/groups/shop', { groups: [] });
    expect(await ids(world)).toEqual(['/shop/web']);
    expect((await world.call('GET', '/v2/groups/shop/back')).status).toBe(404);
  });

  it('scales everything below', async () => {
    const world = await shop();
    await world.call('PUT', '/v2/groups/shop', { scaleBy: 1.5 });
    expect(world.running('/shop/api')).toHaveLength(3);
    expect(world.running('/shop/back/db')).toHaveLength(2);
  });

  it('rolls back', async () => {
    const world = await shop();
    const [version] = await world.get('/v2/groups/shop/versions');
    await world.call('DELETE', '/v2/apps/shop/api');
    expect((await world.get(`/v2/groups/shop/versions/${version}`)).apps).toMatchObject([
      { id: '/shop/api' },
    ]);
    await world.call('PUT', '/v2/groups/shop', { version });
    expect(await ids(world)).toContain('/shop/api');
    const unknown = await world.call('PUT', '/v2/groups/shop', { version: '2001-01-01T00:00:00.000Z' });
    expect(unknown.status).toBe(422);
  });

  it('previews', async () => {
    const world = await shop();
    const { body } = await world.call('PUT', '/v2/groups/shop?dryRun=true', {
      apps: [app('api', 5), app('web')],
    });
    expect(body).toEqual({
      steps: [
        { actions: [{ action: 'StartApplication', app: '/shop/web' }] },
        {
          actions: [
            { action: 'ScaleApplication', app: '/shop/api' },
            { action: 'ScaleApplication', app: '/shop/web' },
          ],
        },
      ],
    });
    expect(world.running('/shop/api')).toHaveLength(2);
  });

  it('conflicts as a whole', async () => {
    const world = aWorld({ slots: 1 });
    await world.app({ id: '/shop/api', instances: 2 });
    const body = { apps: [app('api'), app('web')] };
    expect((await world.call('PUT', '/v2/groups/shop', body)).status).toBe(409);
    expect(await ids(world)).toEqual(['/shop/api']);
    expect((await world.call('DELETE', '/v2/groups/shop')).status).toBe(409);
    expect((await world.call('DELETE', '/v2/groups/shop?force=true')).status).toBe(200);
    expect(await ids(world)).toEqual([]);
  });

  it.each([
    ['an app elsewhere', { apps: [app('/other/api')] }, '/apps(0)/id'],
    ['an app of a wrong shape', { apps: [{ ...app('api'), cpus: 'x' }] }, '/apps(0)/cpus'],
    ['an app without a command', { groups: [{ id: 'x', apps: [{ id: 'a' }] }] }, '/'],
  ])('refuses %s', async (_name, body, path) => {
    const answer = await aWorld().call('PUT', '/v2/groups/shop', body);
    expect(answer.status).toBe(422);
    expect(answer.body.details[0].path).toBe(path);
  });

  it('creates once', async () => {
    const world = aWorld();
    expect((await world.call('POST', '/v2/groups', { id: 'empty' })).status).toBe(201);
    const { status, body } = await world.call('POST', '/v2/groups', { id: '/empty' });
    expect([status, body]).toEqual([
      409,
      { message: 'Group /empty is already created. Use PUT to change this group.' },
    ]);
    expect((await world.call('DELETE', '/v2/groups/empty')).status).toBe(200);
    expect((await world.call('DELETE', '/v2/groups/empty')).status).toBe(404);
  });

  it('does not combine version or scaleBy with anything', async () => {
    const { status } = await aWorld().call('PUT', '/v2/groups/shop', { scaleBy: 2, apps: [] });
    expect(status).toBe(422);
  });
});
