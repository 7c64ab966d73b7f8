// Traps of updates and kills that a client of the real program meets, too.

import { describe, expect, it } from 'vitest';
import { aWorld } from '../../support/world.ts';

describe('an update', () => {
  it('says where the app is when it creates it', async () => {
    const { status, headers } = await aWorld().call('PUT', '/v2/apps/web', { cmd: 'sleep 60' });
    expect([status, headers.get('location')]).toEqual([201, 'http://127.0.0.1:8080/web']);
  });

  it('in a list gives no port to an app that it creates', async () => {
    const world = aWorld();
    await world.call('PUT', '/v2/apps', [{ id: '/a', cmd: 'sleep 60' }]);
    expect((await world.get('/v2/apps/a')).app.portDefinitions).toEqual([]);
  });

  it('in a list applies its items one after the other, the same app twice included', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    await world.call('PUT', '/v2/apps', [
      { id: '/a', mem: 20 },
      { id: '/a', instances: 2 },
    ]);
    expect((await world.get('/v2/apps/a')).app).toMatchObject({ mem: 20, instances: 2 });
  });

  it('in a list is refused as a whole when PATCH names an app that does not exist', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const { status, body } = await world.call('PATCH', '/v2/apps', [
      { id: '/a', mem: 20 },
      { id: '/none', instances: 1 },
    ]);
    expect([status, body]).toEqual([404, { message: "App '/none' does not exist" }]);
    expect((await world.get('/v2/apps/a')).app.mem).toBe(10);
  });

  it('starts nothing anew when it only says what an executor may use', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const before = (await world.get('/v2/apps/a')).app;
    await world.call('PUT', '/v2/apps/a', { executorResources: { cpus: 0.1, mem: 32, disk: 10 } });
    const after = (await world.get('/v2/apps/a')).app;
    expect([after.version, after.tasks[0].id]).toEqual([before.version, before.tasks[0].id]);
    expect(after.executorResources).toMatchObject({ cpus: 0.1 });
  });
});

describe('an order', () => {
  it('among constraints and dependencies means nothing', async () => {
    const world = aWorld();
    const constraints = [
      ['hostname', 'LIKE', '.*'],
      ['hostname', 'UNLIKE', 'none'],
    ];
    await world.app({ id: '/a', constraints, dependencies: ['/b', '/c'] });
    const { version } = (await world.get('/v2/apps/a')).app;
    await world.call('PUT', '/v2/apps/a', {
      constraints: constraints.toReversed(),
      dependencies: ['/c', '/b'],
    });
    expect((await world.get('/v2/apps/a')).app.version).toBe(version);
  });
});

describe('a time in a path', () => {
  it.each([
    [
      '/v2/apps/a/versions/nope',
      422,
      "Invalid timestamp provided 'nope'. Expecting ISO-8601 datetime string.",
    ],
    [
      '/v2/groups/versions/2001-01-01',
      422,
      "Invalid timestamp provided '2001-01-01'. Expecting ISO-8601 datetime string.",
    ],
    [
      '/v2/apps/a/versions/2001-01-01T00:00:00Z',
      404,
      "App '/a' does not exist in version 2001-01-01T00:00:00.000Z",
    ],
    ['/v2/groups/versions/2001-01-01T00:00:00Z', 404, "Group '/' does not exist"],
  ])('%s is %i', async (path, status, message) => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const answer = await world.call('GET', path);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  });
});

describe('killing', () => {
  it('takes any task that an instance has had, and its next one keeps the version', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 2 });
    const [first] = (await world.get('/v2/apps/a/tasks')).tasks;
    await world.call('PUT', '/v2/apps/a', { instances: 3 });
    await world.call('POST', '/v2/tasks/delete', { ids: [first.id] });
    const again = first.id.replace(/\.1$/, '.2');
    const { tasks } = await world.get('/v2/apps/a/tasks');
    expect(tasks.find(({ id }: { id: string }) => id === again).version).toBe(first.version);
    const { status, body } = await world.call('DELETE', `/v2/apps/a/tasks/${first.id}`);
    expect([status, body.task.id]).toEqual([200, again]);
  });

  it.each([
    ['no', 400, "Invalid task id 'no'. [taskId no no valid identifier (of class java.lang.String)]"],
    ['a.b', 422, 'Invalid UUID string: b'],
  ])('refuses the id %s', async (id, status, message) => {
    const answer = await aWorld().call('POST', '/v2/tasks/delete', { ids: [id] });
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  });

  it('finds nothing to scale where nothing runs', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 0 });
    const { status, body } = await world.call('DELETE', '/v2/apps/a/tasks?scale=true');
    expect([status, body]).toEqual([404, { message: "Path '/a' does not exist" }]);
  });
});

describe('lists of tasks', () => {
  it('tell service ports only where all tasks are listed', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    expect((await world.get('/v2/tasks')).tasks[0].servicePorts).toEqual([10_000]);
    expect((await world.get('/v2/apps/a/tasks')).tasks[0].servicePorts).toEqual([]);
  });

  it.each([
    ['?status=running', 1],
    ['?status=staging', 0],
    ['?status=nonsense', 1],
    ['?status[]=staging', 0],
  ])('with %s are %i long', async (query, length) => {
    const world = aWorld();
    await world.app({ id: '/a' });
    expect((await world.get(`/v2/tasks${query}`)).tasks).toHaveLength(length);
  });
});

describe('a host port that is asked for', () => {
  it('outside the range of the agents is never offered', async () => {
    const world = aWorld();
    await world.app({ id: '/a', requirePorts: true, portDefinitions: [{ port: 8080 }] });
    expect(world.running('/a')).toEqual([]);
    const { queue } = await world.get('/v2/queue');
    const declined = queue[0].processedOffersSummary.rejectSummaryLastOffers.find(
      ({ reason }: { reason: string }) => reason === 'InsufficientPorts',
    );
    expect(declined.declined).toBe(1);
  });
});

describe('a label selector', () => {
  it.each([
    ['', 200],
    ['a in ()', 200],
    ['a,', 422],
    ['==', 422],
  ])('%j is %i', async (label, status) => {
    const answer = await aWorld().call('GET', `/v2/apps?label=${encodeURIComponent(label)}`);
    expect(answer.status).toBe(status);
  });
});
