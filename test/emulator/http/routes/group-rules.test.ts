// Groups as a tree: what a body means, what must hold of the whole, and who may run with which role.

import { describe, expect, it } from 'vitest';
import { aWorld, type World } from '../../support/world.ts';

const app = (id: string, fields: Record<string, unknown> = {}) => ({
  id,
  cmd: 'sleep 60',
  cpus: 1,
  mem: 10,
  ...fields,
});

async function worldWith(...groups: Record<string, unknown>[]): Promise<World> {
  const world = aWorld();
  for (const group of groups) {
    const { status } = await world.call('POST', '/v2/groups', group);
    expect(status).toBe(201);
  }
  return world;
}

async function ids(world: World): Promise<string[]> {
  const { apps } = await world.get('/v2/apps');
  return apps.map(({ id }: { id: string }) => id).sort();
}

describe('a group in a body', () => {
  it('is the one that its id names, whatever the path is, and its neighbours stay', async () => {
    const world = await worldWith({ id: '/shop', apps: [app('web')] });
    const { status } = await world.call('PUT', '/v2/groups', { id: '/foo', apps: [app('a')] });
    expect([status, await ids(world)]).toEqual([200, ['/foo/a', '/shop/web']]);
    await world.call('PUT', '/v2/groups/shop', { id: 'back', apps: [] });
    expect((await world.call('GET', '/v2/groups/shop/back')).status).toBe(200);
    expect(await ids(world)).toEqual(['/foo/a', '/shop/web']);
  });

  it('says where a new group is', async () => {
    const { headers } = await aWorld().call('POST', '/v2/groups', { id: 'shop/back/' });
    expect(headers.get('location')).toBe('http://127.0.0.1:8080/shop/back');
  });

  it.each([
    ['an id that is none', { id: '/Shop' }, 'Invalid JSON', '/id', 'error.pattern'],
    [
      'a group that lies elsewhere',
      { id: '/shop', groups: [{ id: '/other/g' }] },
      'Object is not valid',
      '/groups(1)',
      'Group has to be child of groups with parent id',
    ],
    [
      'scaling beside anything else',
      { id: '/shop', scaleBy: 2 },
      'Object is not valid',
      '/scaleBy',
      'not allowed in conjunction with other properties.',
    ],
    [
      'a version that is no time',
      { version: 'nope' },
      'Invalid JSON',
      '/version',
      'error.expected.date.isoformat',
    ],
    [
      'a role enforced below a top-level group',
      { id: '/shop/back', enforceRole: true },
      'Object is not valid',
      '/enforceRole',
      'enforceRole can only be set for top-level groups, and /shop/back is not top-level',
    ],
  ])('with %s is refused', async (_name, group, message, path, error) => {
    const { status, body } = await aWorld().call('POST', '/v2/groups', group);
    expect([status, body]).toEqual([422, { message, details: [{ path, errors: [error] }] }]);
  });

  it('scales a group that does not exist by making it', async () => {
    const world = aWorld();
    expect((await world.call('PUT', '/v2/groups/none', { scaleBy: 2 })).status).toBe(200);
    expect((await world.call('GET', '/v2/groups/none')).status).toBe(200);
  });
});

describe('an app and a group of one id', () => {
  const sameId = 'Groups and Applications may not have the same identifier.';

  it.each([
    ['POST', '/v2/apps', app('/shop'), '/'],
    ['POST', '/v2/apps', app('/shop/web/api'), '/groups(0)'],
    ['PUT', '/v2/groups/shop/web', { apps: [app('x')] }, '/groups(0)'],
  ])('are refused: %s %s', async (method, path, body, at) => {
    const world = await worldWith({ id: '/shop', apps: [app('web')] });
    const answer = await world.call(method, path, body);
    expect([answer.status, answer.body.details]).toEqual([422, [{ path: at, errors: [sameId] }]]);
    expect(await ids(world)).toEqual(['/shop/web']);
  });

  it('conflict when the group is to be created', async () => {
    const world = aWorld();
    await world.app({ id: '/web' });
    const { status, body } = await world.call('POST', '/v2/groups', { id: '/web' });
    expect([status, body.message]).toEqual([409, 'An app with the path /web already exists.']);
  });

  it('are no trouble when nothing is in the group: the app takes its place', async () => {
    const world = await worldWith({ id: '/shop', groups: [{ id: 'web' }] });
    expect((await world.call('POST', '/v2/apps', app('/shop/web'))).status).toBe(201);
    expect((await world.call('GET', '/v2/groups/shop/web')).status).toBe(404);
  });
});

describe('roles of a group', () => {
  it('are enforced for apps below it', async () => {
    const world = await worldWith({ id: '/shop', enforceRole: true });
    await world.app({ id: '/shop/web' });
    expect((await world.get('/v2/apps/shop/web')).app.role).toBe('shop');
    const { status, body } = await world.call('POST', '/v2/apps', app('/shop/api', { role: '*' }));
    const errors = ['got *, expected one of: [shop]'];
    expect([status, body.details]).toEqual([422, [{ path: '/role', errors }]]);
  });

  it('are enforced for apps in the same body, also in groups below', async () => {
    const world = await worldWith({
      id: '/shop',
      enforceRole: true,
      apps: [app('web')],
      groups: [{ id: 'back', apps: [app('db')] }],
    });
    const { apps } = await world.get('/v2/apps');
    expect(apps.map(({ role }: { role: string }) => role)).toEqual(['shop', 'shop']);
  });

  it('are either the default or the name of the top-level group otherwise', async () => {
    const world = await worldWith({ id: '/shop', apps: [app('a')] });
    expect((await world.call('POST', '/v2/apps', app('/shop/b', { role: 'shop' }))).status).toBe(201);
    const { status, body } = await world.call('PUT', '/v2/apps/shop/a', { role: 'blue' });
    expect([status, body.details[0].errors]).toEqual([422, ['got blue, expected one of: [*, shop]']]);
  });

  it('change by PATCH without a deployment, and not together with apps', async () => {
    const world = await worldWith({ id: '/shop', apps: [app('web')] });
    const { version } = await world.get('/v2/groups/shop');
    expect((await world.call('PATCH', '/v2/groups/shop', { enforceRole: true })).status).toBe(200);
    expect(await world.get('/v2/groups/shop')).toMatchObject({ enforceRole: true, version });
    const { status, body } = await world.call('PUT', '/v2/groups', {
      groups: [{ id: '/shop', enforceRole: false, apps: [app('web')] }],
    });
    expect([status, body.details[0].path]).toEqual([422, '/groups(0)/enforceRole']);
  });
});

describe('versions of a group', () => {
  it('are those of the root in which it exists', async () => {
    const world = await worldWith({ id: '/shop', apps: [app('web')] });
    const first = (await world.get('/v2/groups/shop')).version;
    await world.call('PUT', '/v2/groups/shop', { apps: [app('web', { mem: 20 })] });
    const second = (await world.get('/v2/groups/shop')).version;
    expect(await world.get('/v2/groups/shop/versions')).toEqual([second, first]);
    expect((await world.get(`/v2/groups/shop/versions/${first}`)).apps[0].mem).toBe(10);
    expect((await world.call('PUT', '/v2/groups/shop', { version: first })).status).toBe(200);
    expect((await world.get('/v2/apps/shop/web')).app.mem).toBe(10);
  });
});

describe('dependencies of a group', () => {
  it('order the apps of both', async () => {
    const world = await worldWith(
      { id: '/infra', apps: [app('db', { cpus: 1000 })] },
      { id: '/shop', dependencies: ['/infra'], apps: [app('web', { cpus: 1000 })] },
    );
    expect((await world.get('/v2/groups/shop')).dependencies).toEqual(['/infra']);
    const { body } = await world.call('PUT', '/v2/groups?dryRun=true', {
      groups: [
        { id: '/shop', dependencies: ['/infra'], apps: [app('web', { mem: 20 })] },
        { id: '/infra', apps: [app('db', { mem: 20 })] },
      ],
    });
    const steps = body.steps.map(({ actions }: { actions: { app: string }[] }) => actions.map((a) => a.app));
    expect(steps).toEqual([['/infra/db'], ['/shop/web']]);
  });
});

describe('a deployment taken back', () => {
  it('takes the groups with it that it made and that are empty again', async () => {
    const world = aWorld();
    const { body } = await world.call('PUT', '/v2/groups/shop', { apps: [app('db', { cpus: 1000 })] });
    expect((await world.call('DELETE', `/v2/deployments/${body.deploymentId}`)).status).toBe(200);
    expect((await world.call('GET', '/v2/groups/shop')).status).toBe(404);
  });

  it('leaves what others have put there meanwhile', async () => {
    const world = aWorld();
    const { body } = await world.call('PUT', '/v2/groups/shop', { apps: [app('db', { cpus: 1000 })] });
    await world.app({ id: '/shop/web' });
    await world.call('DELETE', `/v2/deployments/${body.deploymentId}`);
    expect(await ids(world)).toEqual(['/shop/web']);
  });
});
