// The contract of /v2/apps, row by row from the reference.

import { describe, expect, it } from 'vitest';
import { aWorld } from '../../support/world.ts';

describe('creating apps', () => {
  it('answers 201 with the app, zero counts and the deployment, before ports are assigned', async () => {
    const world = aWorld();
    const { status, headers, body } = await world.call('POST', '/v2/apps', {
      id: 'shop/api',
      cmd: 'sleep 60',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: '/shop/api', instances: 1, tasksRunning: 0, tasksStaged: 0 });
    expect(body.portDefinitions).toEqual([{ port: 0, name: 'default', protocol: 'tcp' }]);
    expect(body.deployments).toEqual([{ id: headers.get('Marathon-Deployment-Id') }]);
    expect(body).not.toHaveProperty('versionInfo');
    expect(body).not.toHaveProperty('tasks');
  });

  it('shows afterwards what nobody sent', async () => {
    const world = aWorld();
    await world.call('POST', '/v2/apps', { id: '/a', cmd: 'sleep 60', unknown: 1, labels: null });
    const { app } = await world.get('/v2/apps/a');
    const { tasks, version, versionInfo, ...rest } = app;
    expect(rest).toEqual({
      id: '/a',
      cmd: 'sleep 60',
      instances: 1,
      cpus: 1,
      mem: 128,
      disk: 0,
      gpus: 0,
      executor: '',
      labels: {},
      role: '*',
      requirePorts: false,
      backoffSeconds: 1,
      backoffFactor: 1.15,
      maxLaunchDelaySeconds: 300,
      killSelection: 'YOUNGEST_FIRST',
      upgradeStrategy: { maximumOverCapacity: 1, minimumHealthCapacity: 1 },
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
      networks: [{ mode: 'host' }],
      portDefinitions: [{ port: 10000, name: 'default', protocol: 'tcp' }],
      tasksStaged: 0,
      tasksRunning: 1,
      tasksHealthy: 0,
      tasksUnhealthy: 0,
      deployments: [],
    });
    expect(versionInfo).toEqual({ lastScalingAt: version, lastConfigChangeAt: version });
    expect(tasks).toMatchObject([
      { appId: '/a', state: 'TASK_RUNNING', host: '127.0.0.1', version, healthCheckResults: [], role: '*' },
    ]);
    expect(tasks[0].id).toMatch(/^a\.instance-[-0-9a-f]+\._app\.1$/);
  });

  it.each([
    ['not JSON', '{', 400, /Invalid JSON/, 'string'],
    ['nothing', '', 400, /Please specify data in JSON format/, 'string'],
    [
      'no id',
      { cmd: 'sleep 60' },
      422,
      /Invalid JSON/,
      [{ path: '/id', errors: [`'id' is undefined on object: {"cmd":"sleep 60"}`] }],
    ],
    [
      'a count in words',
      { id: '/a', cmd: 'sleep 60', instances: 'three' },
      422,
      /Invalid JSON/,
      [{ path: '/instances', errors: ['error.expected.jsnumber'] }],
    ],
    [
      'several wrong fields at once',
      { id: '/a', cmd: 1, cpus: -1, killSelection: 'NOBODY' },
      422,
      /Invalid JSON/,
      [
        { path: '/cmd', errors: ['error.expected.jsstring'] },
        { path: '/cpus', errors: ['error.min'] },
        { path: '/killSelection', errors: ['error.unknown.enum.literal'] },
      ],
    ],
    [
      'neither cmd nor args',
      { id: '/a' },
      422,
      /Object is not valid/,
      [
        {
          path: '/',
          errors: ["AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."],
        },
      ],
    ],
    [
      'a cmd of one character',
      { id: '/a', cmd: 'x' },
      422,
      /Object is not valid/,
      [{ path: '/', errors: ['must not be an empty string'] }],
    ],
  ])('refuses %s', async (_name, body, status, message, details) => {
    const world = aWorld();
    const answer = await world.call('POST', '/v2/apps', body);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toMatch(message);
    if (details === 'string') expect(typeof answer.body.details).toBe('string');
    else expect(answer.body.details).toEqual(details);
  });

  it('refuses a duplicate with 409 and no deployments', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const { status, body } = await world.call('POST', '/v2/apps', { id: '/a', cmd: 'sleep 60' });
    expect(status).toBe(409);
    expect(body).toEqual({ message: 'An app with id [/a] already exists.' });
    expect(world.eventTypes()).toContain('group_change_failed');
  });

  it('refuses an app where a group is, and one below an app', async () => {
    const world = aWorld();
    await world.app({ id: '/shop/api' });
    expect((await world.call('POST', '/v2/apps', { id: '/shop', cmd: 'sleep 60' })).status).toBe(422);
    expect((await world.call('POST', '/v2/apps', { id: '/shop/api/x', cmd: 'sleep 60' })).status).toBe(422);
  });
});

describe('reading apps', () => {
  it.each([
    ['', ['/other', '/shop/api', '/shop/db']],
    ['?id=API', ['/shop/api']],
    ['?cmd=sleep', ['/other', '/shop/api']],
    ['?label=tier', ['/shop/api', '/shop/db']],
    ['?label=tier==front', ['/shop/api']],
    ['?label=tier!=front', ['/shop/db']],
    ['?label=tier%20in%20(front,back)', ['/shop/api', '/shop/db']],
    ['?label=tier%20notin%20(front)', ['/shop/db']],
    ['?label=tier,owner', ['/shop/api']],
    ['?id=shop&label=tier==back', ['/shop/db']],
  ])('filters by %s', async (query, ids) => {
    const world = aWorld();
    await world.app({ id: '/shop/api', labels: { tier: 'front', owner: 'me' } });
    await world.app({ id: '/shop/db', cmd: 'yes > /dev/null', labels: { tier: 'back' } });
    await world.app({ id: '/other' });
    const { apps } = await world.get(`/v2/apps${query}`);
    expect(apps.map((app: { id: string }) => app.id)).toEqual(ids);
  });

  it('refuses a selector that it cannot read', async () => {
    const { status, body } = await aWorld().call('GET', '/v2/apps?label=a%20b');
    expect(status).toBe(422);
    expect(body.message).toContain('a b');
  });

  it.each([
    ['', false, false],
    ['?embed=apps.tasks', true, false],
    ['?embed=tasks&embed=apps.lastTaskFailure', true, true],
    ['?embed=app.failures', true, true],
    ['?embed=nonsense', false, false],
  ])('embeds on request: %s', async (query, tasks, failure) => {
    const world = aWorld();
    await world.app({ id: '/a' });
    world.running('/a')[0]!.exit(3);
    await world.clock.advance(0);
    const [app] = (await world.get(`/v2/apps${query}`)).apps;
    expect(app).toMatchObject({ tasksRunning: 0, deployments: [] });
    expect('tasks' in app).toBe(tasks);
    expect('lastTaskFailure' in app).toBe(failure);
  });

  it('lists everything below a group by a star', async () => {
    const world = aWorld();
    await world.app({ id: '/shop/api' });
    await world.app({ id: '/other' });
    const idsIn = async (path: string) => (await world.get(path))['*'].map((app: { id: string }) => app.id);
    expect(await idsIn('/v2/apps/shop/*')).toEqual(['/shop/api']);
    expect(await idsIn('/v2/apps/*')).toEqual(['/other', '/shop/api']);
    expect((await world.call('GET', '/v2/apps/nope/*')).body).toEqual({
      message: "Group '/nope' does not exist",
      details: [],
    });
  });

  it.each(['/v2/apps/shop/api', '/v2/apps//shop/api', '/v2/apps/shop//api/', '//v2/apps/shop/api'])(
    'does not mind slashes: %s',
    async (path) => {
      const world = aWorld();
      await world.app({ id: '/shop/api' });
      expect((await world.get(path)).app.id).toBe('/shop/api');
    },
  );
});

describe('updating apps', () => {
  it('scales: new version, same configuration, same tasks', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 1 });
    const before = (await world.get('/v2/apps/a')).app;
    await world.clock.advance(1000);
    const { status, headers, body } = await world.call('PUT', '/v2/apps/a', { instances: 3 });
    expect(status).toBe(200);
    expect(body.deploymentId).toBe(headers.get('Marathon-Deployment-Id'));
    const { app } = await world.get('/v2/apps/a');
    expect(app).toMatchObject({ instances: 3, tasksRunning: 3, version: body.version });
    expect(app.versionInfo).toEqual({
      lastScalingAt: body.version,
      lastConfigChangeAt: before.versionInfo.lastConfigChangeAt,
    });
    expect(app.tasks[0]).toEqual(before.tasks[0]);
  });

  it('does nothing when nothing changes, under a fresh deployment id, even while the app is locked', async () => {
    const world = aWorld({ slots: 1 });
    await world.app({ id: '/a', instances: 2 });
    const before = (await world.get('/v2/apps/a')).app.version;
    const { status, body } = await world.call('PUT', '/v2/apps/a', { instances: 2 });
    expect(status).toBe(200);
    expect(body.deploymentId).toMatch(/^0000/);
    expect((await world.get('/v2/apps/a')).app.version).toBe(before);
  });

  it('merges by field; what is not named stays, what is named is replaced whole', async () => {
    const world = aWorld();
    await world.app({ id: '/a', env: { A: '1', B: '2' }, labels: { x: 'y' } });
    await world.call('PUT', '/v2/apps/a', { env: { C: '3' } });
    expect((await world.get('/v2/apps/a')).app).toMatchObject({
      env: { C: '3' },
      labels: { x: 'y' },
      cpus: 1,
    });
  });

  it('replaces the whole app with partialUpdate=false, whatever case false has', async () => {
    const world = aWorld();
    await world.app({ id: '/a', cpus: 2, labels: { x: 'y' } });
    await world.call('PUT', '/v2/apps/a?partialUpdate=FALSE', {
      args: ['sleep', '60'],
      version: '2020-01-01T00:00:00.000Z',
    });
    const { app } = await world.get('/v2/apps/a');
    expect(app).toMatchObject({ cpus: 1, labels: {}, args: ['sleep', '60'] });
    expect(app).not.toHaveProperty('cmd');
  });

  it('keeps the service port when 0 is sent again', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    await world.app({ id: '/b' });
    const before = (await world.get('/v2/apps/b')).app;
    await world.call('PUT', '/v2/apps/b', { portDefinitions: [{ port: 0, name: 'default' }] });
    const { app } = await world.get('/v2/apps/b');
    expect(app.portDefinitions).toEqual([{ port: 10001, name: 'default', protocol: 'tcp' }]);
    expect(app.version).toBe(before.version);
  });

  it('loses resource limits that a partial update does not name: a scale becomes a restart', async () => {
    const world = aWorld();
    await world.app({ id: '/a', resourceLimits: { cpus: 2 } });
    const before = (await world.get('/v2/apps/a')).app;
    await world.call('PUT', '/v2/apps/a', { instances: 2 });
    const { app } = await world.get('/v2/apps/a');
    expect(app).not.toHaveProperty('resourceLimits');
    expect(app.versionInfo.lastConfigChangeAt).not.toBe(before.versionInfo.lastConfigChangeAt);
  });

  it('scales plainly when the limits are sent along', async () => {
    const world = aWorld();
    await world.app({ id: '/a', resourceLimits: { cpus: 2 } });
    const before = (await world.get('/v2/apps/a')).app;
    await world.call('PUT', '/v2/apps/a', { instances: 2, resourceLimits: { cpus: 2 } });
    const { app } = await world.get('/v2/apps/a');
    expect(app.versionInfo.lastConfigChangeAt).toBe(before.versionInfo.lastConfigChangeAt);
  });

  it('creates with PUT, not with PATCH', async () => {
    const world = aWorld();
    const whole = { cmd: 'sleep 60' };
    expect((await world.call('PATCH', '/v2/apps/a', whole)).body).toEqual({
      message: "App '/a' does not exist",
    });
    expect((await world.call('PUT', '/v2/apps/a', whole)).status).toBe(201);
    expect((await world.call('PATCH', '/v2/apps/a', { instances: 2 })).status).toBe(200);
  });

  it.each(['PUT', 'PATCH'])('reads %s of a count to a missing app as a whole app: 422', async (method) => {
    const { status, body } = await aWorld().call(method, '/v2/apps/a', { instances: 3 });
    expect(status).toBe(422);
    expect(body.details[0].path).toBe('/');
  });

  it('rolls back to a stored version, alone or not at all', async () => {
    const world = aWorld();
    await world.app({ id: '/a', env: { A: '1' } });
    const { version } = (await world.get('/v2/apps/a')).app;
    await world.call('PUT', '/v2/apps/a', { env: { A: '2' } });
    const both = await world.call('PUT', '/v2/apps/a', { version, instances: 3 });
    expect(both.status).toBe(422);
    expect(both.body.details).toEqual([
      { path: '/', errors: ["The 'version' field may only be combined with the 'id' field."] },
    ]);
    const unknown = await world.call('PUT', '/v2/apps/a', { version: '2001-01-01T00:00:00.000Z' });
    expect([unknown.status, unknown.body]).toEqual([404, { message: "App '/a' does not exist" }]);
    const wrong = await world.call('PUT', '/v2/apps/a', { version: 'yesterday' });
    expect(wrong.body.details).toEqual([{ path: '/version', errors: ['error.expected.date.isoformat'] }]);
    expect((await world.call('PUT', '/v2/apps/a', { version })).status).toBe(200);
    expect((await world.get('/v2/apps/a')).app.env).toEqual({ A: '1' });
  });

  it('changes many in one deployment, and none when one is unknown to PATCH', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    await world.app({ id: '/b' });
    const patch = await world.call('PATCH', '/v2/apps', [
      { id: '/a', instances: 2 },
      { id: '/c', cmd: 'sleep 60' },
    ]);
    expect(patch.status).toBe(404);
    expect((await world.get('/v2/apps/a')).app.instances).toBe(1);
    const put = await world.call('PUT', '/v2/apps', [
      { id: '/a', instances: 2 },
      { id: 'b', instances: 3 },
    ]);
    expect(put.status).toBe(200);
    expect(world.running('/a')).toHaveLength(2);
    expect(world.running('/b')).toHaveLength(3);
    const noId = await world.call('PUT', '/v2/apps', [{ instances: 2 }]);
    expect(noId.status).toBe(422);
    expect(noId.body.message).toContain('App Update must have app id set');
  });

  it('restarts with a new configuration version and the same configuration', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const before = (await world.get('/v2/apps/a')).app;
    expect((await world.call('POST', '/v2/apps/a/restart', {})).status).toBe(200);
    const { app } = await world.get('/v2/apps/a');
    expect(app.versionInfo.lastScalingAt).toBe(before.versionInfo.lastScalingAt);
    expect(app.versionInfo.lastConfigChangeAt).toBe(app.version);
    expect(app.tasks[0].id).not.toBe(before.tasks[0].id);
  });

  it('deletes with force by default', async () => {
    const world = aWorld({ slots: 0 });
    await world.app({ id: '/a' });
    expect((await world.call('DELETE', '/v2/apps/a?force=false')).status).toBe(409);
    expect((await world.call('DELETE', '/v2/apps/a')).status).toBe(200);
    const message = "App '/a' does not exist";
    expect((await world.call('GET', '/v2/apps/a')).body).toEqual({ message, details: [] });
    const again = await world.call('DELETE', '/v2/apps/a');
    expect([again.status, again.body]).toEqual([404, { message }]);
    expect(world.eventTypes()).toContain('app_terminated_event');
  });

  it('takes DELETE …/restart for an app of that name', async () => {
    const { status, body } = await aWorld().call('DELETE', '/v2/apps/x/restart');
    expect([status, body.message]).toEqual([404, "App '/x/restart' does not exist"]);
  });
});

describe('versions', () => {
  it('are listed newest first and shown bare', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    await world.call('PUT', '/v2/apps/a', { instances: 2 });
    const { versions } = await world.get('/v2/apps/a/versions');
    expect(versions).toHaveLength(2);
    expect(versions).toEqual([...versions].sort().reverse());
    expect(await world.get(`/v2/apps/a/versions/${versions[1]}`)).toMatchObject({ id: '/a', instances: 1 });
    expect((await world.call('GET', '/v2/apps/a/versions/yesterday')).status).toBe(422);
    expect((await world.call('GET', '/v2/apps/a/versions/2001-01-01T00:00:00Z')).status).toBe(404);
  });
});
