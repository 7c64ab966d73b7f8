// Health checks of running tasks, as clients see them; in virtual time.

import { describe, expect, it } from 'vitest';
import { aWorld, type World } from '../support/world.ts';

const OFTEN = { gracePeriodSeconds: 0, intervalSeconds: 2, timeoutSeconds: 1 };
const HTTP = { ...OFTEN, protocol: 'HTTP', path: '/health', portIndex: 0 };
const COMMAND = { ...OFTEN, protocol: 'COMMAND' };

async function info(world: World, id = '/a') {
  return (await world.get(`/v2/apps${id}`)).app;
}

const counts = async (world: World, id = '/a') => {
  const { tasksRunning, tasksHealthy, tasksUnhealthy, deployments } = await info(world, id);
  return [tasksRunning, tasksHealthy, tasksUnhealthy, deployments.length];
};

describe('a deployment', () => {
  it('waits until its tasks are healthy', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 2, healthChecks: [HTTP] });
    expect(await counts(world)).toEqual([2, 0, 0, 1]);
    await world.clock.advance(2000);
    expect(await counts(world)).toEqual([2, 2, 0, 0]);
  });

  it('stays open while they are not', async () => {
    const world = aWorld();
    world.prober.paths.set('/health', 503);
    await world.app({ id: '/a', healthChecks: [{ ...HTTP, maxConsecutiveFailures: 0 }] });
    await world.clock.advance(60_000);
    expect(await counts(world)).toEqual([1, 0, 1, 1]);
    world.prober.paths.set('/health', 204);
    await world.clock.advance(2000);
    expect(await counts(world)).toEqual([1, 1, 0, 0]);
  });

  it('goes on through a group to dependent apps when the apps they depend on are healthy', async () => {
    const world = aWorld();
    const app = { cmd: 'sleep 60', cpus: 1, mem: 1, healthChecks: [HTTP] };
    await world.call('PUT', '/v2/groups/shop', {
      apps: [
        { ...app, id: 'web', dependencies: ['db'] },
        { ...app, id: 'db' },
      ],
    });
    expect(world.running('/shop/web')).toHaveLength(0);
    await world.clock.advance(2000);
    expect(world.running('/shop/web')).toHaveLength(1);
    expect(await world.get('/v2/deployments')).toHaveLength(1);
    await world.clock.advance(2000);
    expect(await world.get('/v2/deployments')).toEqual([]);
    const group = await world.get('/v2/groups/shop?embed=group.apps&embed=group.apps.counts');
    expect(group.apps.map((each: { tasksHealthy: number }) => each.tasksHealthy)).toEqual([1, 1]);
  });

  it('keeps what is healthy until its successor is', async () => {
    const world = aWorld();
    await world.app({
      id: '/a',
      healthChecks: [HTTP],
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    });
    await world.clock.advance(2000);
    world.prober.paths.set('/new', 503);
    await world.call('PUT', '/v2/apps/a', {
      healthChecks: [{ ...HTTP, path: '/new', maxConsecutiveFailures: 0 }],
    });
    await world.clock.advance(20_000);
    expect(await counts(world)).toEqual([2, 1, 1, 1]);
    world.prober.paths.set('/new', 200);
    await world.clock.advance(2000);
    expect(await counts(world)).toEqual([1, 1, 0, 0]);
  });

  it('takes the unhealthy ones first', async () => {
    const world = aWorld();
    const upgradeStrategy = { minimumHealthCapacity: 1, maximumOverCapacity: 0 };
    const healthChecks = [{ ...HTTP, maxConsecutiveFailures: 0 }];
    await world.app({ id: '/a', instances: 2, healthChecks, upgradeStrategy });
    await world.clock.advance(2000);
    const [first, second] = (await info(world)).tasks;
    world.prober.ports.set(first.ports[0], 503);
    await world.clock.advance(2000);
    await world.call('PUT', '/v2/apps/a', { env: { V: '2' } });
    const left = async () => (await info(world)).tasks.map(({ id }: { id: string }) => id);
    expect(await left()).toEqual(expect.arrayContaining([first.id, second.id]));
    await world.clock.advance(2000);
    expect(await left()).toContain(second.id);
    expect(await left()).not.toContain(first.id);
    world.prober.ports.clear();
    await world.clock.advance(2000);
    expect(await counts(world)).toEqual([2, 2, 0, 0]);
  });

  it('does not take an app away that is ill altogether', async () => {
    const world = aWorld();
    world.prober.paths.set('/health', 503);
    const upgradeStrategy = { minimumHealthCapacity: 1, maximumOverCapacity: 0 };
    const healthChecks = [{ ...HTTP, maxConsecutiveFailures: 0 }];
    await world.app({ id: '/a', instances: 2, healthChecks, upgradeStrategy });
    await world.clock.advance(2000);
    const fields = { healthChecks: [{ ...HTTP, path: '/better' }] };
    await world.call('PUT', '/v2/apps/a?force=true', fields);
    expect(await counts(world)).toEqual([3, 0, 2, 1]);
    await world.clock.advance(10_000);
    expect(await counts(world)).toEqual([2, 2, 0, 0]);
  });
});

describe('a task that fails its check', () => {
  async function aSickWorld(check: object = {}): Promise<World> {
    const world = aWorld();
    await world.app({ id: '/a', healthChecks: [{ ...HTTP, maxConsecutiveFailures: 2, ...check }] });
    await world.clock.advance(2000);
    world.prober.paths.set('/health', 503);
    return world;
  }

  it('is killed, comes back at once, and has an event with the reason', async () => {
    const world = await aSickWorld();
    const [{ id }] = (await info(world)).tasks;
    await world.clock.advance(4000);
    expect((await info(world)).tasks[0].id).toBe(id);
    await world.clock.advance(2000);
    world.prober.paths.delete('/health');
    const { tasks, lastTaskFailure } = await info(world);
    expect(tasks.map((task: { id: string; state: string }) => [task.id, task.state])).toEqual([
      [id.replace(/1$/, '2'), 'TASK_RUNNING'],
    ]);
    expect(lastTaskFailure).toMatchObject({
      state: 'TASK_KILLED',
      taskId: id,
      message: 'Task was killed since health check failed. Reason: 503 Service Unavailable',
    });
    await world.clock.advance(2000);
    expect(await counts(world)).toEqual([1, 1, 0, 0]);
  });

  it('is shown as it is', async () => {
    const world = await aSickWorld();
    await world.clock.advance(2000);
    expect(await counts(world)).toEqual([1, 0, 1, 0]);
    const [task] = (await world.get('/v2/apps/a/tasks')).tasks;
    expect(task.healthCheckResults).toEqual([
      {
        alive: false,
        consecutiveFailures: 1,
        firstSuccess: '2024-05-01T09:00:02.000Z',
        lastSuccess: '2024-05-01T09:00:02.000Z',
        lastFailure: '2024-05-01T09:00:04.000Z',
        lastFailureCause: '503 Service Unavailable',
        instanceId: task.id.replace(/\._app\.1$/, ''),
      },
    ]);
  });

  it('has its events in order', async () => {
    const world = await aSickWorld();
    const seen = world.events.length;
    await world.clock.advance(6000);
    const told = world.events
      .slice(seen)
      .map((event) => `${event.eventType} ${event['taskStatus'] ?? ''}`.trim());
    expect(told.filter((line) => !line.startsWith('instance_changed'))).toEqual([
      'failed_health_check_event',
      'health_status_changed_event',
      'instance_health_changed_event',
      'failed_health_check_event',
      'failed_health_check_event',
      'unhealthy_instance_kill_event',
      'status_update_event TASK_KILLED',
      'status_update_event TASK_RUNNING',
    ]);
    const event = (name: string) => world.events.findLast(({ eventType }) => eventType === name);
    const { id, version } = await info(world);
    const instanceId = expect.stringMatching(/^a\.instance-/);
    expect(event('health_status_changed_event')).toMatchObject({
      appId: id,
      version,
      instanceId,
      alive: false,
    });
    expect(event('instance_health_changed_event')).toMatchObject({
      runSpecId: id,
      instanceId,
      healthy: false,
    });
    expect(event('failed_health_check_event')).toMatchObject({ appId: id, taskId: instanceId });
    expect(event('unhealthy_instance_kill_event')).toMatchObject({
      appId: id,
      version,
      instanceId,
      taskId: expect.stringMatching(/\._app\.1$/),
      reason: '503 Service Unavailable',
      host: '127.0.0.1',
      slaveId: 'cluster-S0',
    });
  });

  it('is spared by a most of 0', async () => {
    const world = await aSickWorld({ maxConsecutiveFailures: 0 });
    await world.clock.advance(60_000);
    expect((await info(world)).tasks[0].id).toMatch(/\._app\.1$/);
  });

  it('is asked no more when it is being killed', async () => {
    const world = await aSickWorld();
    const [process] = world.running('/a');
    if (process !== undefined) process.stubborn = true;
    await world.call('PUT', '/v2/apps/a', { instances: 0, taskKillGracePeriodSeconds: 600 });
    const { length } = world.prober.asked;
    await world.clock.advance(2500);
    expect(world.prober.asked).toHaveLength(length);
  });
});

describe('a check', () => {
  it.each([
    ['HTTP', { ...HTTP }, 'http://127.0.0.1/health'],
    ['HTTPS', { ...HTTP, protocol: 'HTTPS' }, 'https://127.0.0.1/health'],
    ['HTTP without a slash', { ...HTTP, path: 'x?y=z' }, 'http://127.0.0.1/x?y=z'],
    ['COMMAND', { ...COMMAND, command: { value: 'test 1' }, delaySeconds: 1 }, 'test 1 /a'],
    ['MESOS_HTTP', { ...HTTP, protocol: 'MESOS_HTTP', delaySeconds: 1 }, 'http://127.0.0.1/health'],
  ])('by %s asks', async (_name, check, asked) => {
    const world = aWorld();
    await world.app({ id: '/a', healthChecks: [check] });
    await world.clock.advance(2000);
    expect(world.prober.asked).toEqual([asked]);
    expect(await counts(world)).toEqual([1, 1, 0, 0]);
  });

  it.each([
    ['a port that refuses', { ...HTTP, protocol: 'TCP' }, new Error('refused'), 'refused'],
    ['a page that is missing', HTTP, 404, '404 OK'],
    ['no answer in time', HTTP, 'hangs' as const, 'no answer within 1 s'],
  ])('fails by %s', async (_name, check, answer, cause) => {
    const world = aWorld();
    await world.app({ id: '/a', healthChecks: [{ ...check, maxConsecutiveFailures: 0 }] });
    const [{ ports }] = (await info(world)).tasks;
    world.prober.ports.set(ports[0], answer);
    await world.clock.advance(3500);
    expect((await info(world)).tasks[0].healthCheckResults).toMatchObject([
      { alive: false, lastFailureCause: cause },
    ]);
  });

  it.each([
    [1, 'Command returned exit status 1'],
    ['hangs' as const, 'no answer within 1 s'],
  ])('by a command fails with %s', async (result, cause) => {
    const world = aWorld();
    world.processes.commands.set('probe it', result);
    const check = { ...COMMAND, command: { value: 'probe it' }, delaySeconds: 0 };
    await world.app({ id: '/a', healthChecks: [{ ...check, maxConsecutiveFailures: 0 }] });
    await world.clock.advance(1000);
    expect((await info(world)).tasks[0].healthCheckResults).toMatchObject([{ lastFailureCause: cause }]);
  });

  it('must agree with the others', async () => {
    const world = aWorld();
    world.prober.paths.set('/other', 503);
    const healthChecks = [HTTP, { ...HTTP, path: '/other', maxConsecutiveFailures: 0 }];
    await world.app({ id: '/a', healthChecks });
    await world.clock.advance(2000);
    expect(await counts(world)).toEqual([1, 0, 1, 1]);
  });

  it('waits for its delay when Mesos runs it, five seconds at most when Marathon does', async () => {
    const world = aWorld();
    const slow = { intervalSeconds: 60, timeoutSeconds: 1 };
    await world.app({ id: '/a', healthChecks: [{ ...HTTP, ...slow }] });
    await world.app({ id: '/b', healthChecks: [{ ...HTTP, ...slow, protocol: 'MESOS_HTTP' }] });
    await world.clock.advance(5000);
    expect([(await counts(world, '/a'))[1], (await counts(world, '/b'))[1]]).toEqual([1, 0]);
    await world.clock.advance(10_000);
    expect((await counts(world, '/b'))[1]).toBe(1);
  });

  it('is announced with each version, and taken back with it', async () => {
    const world = aWorld();
    await world.app({ id: '/a', healthChecks: [HTTP] });
    await world.clock.advance(2000);
    const { version } = await info(world);
    const told = () => world.events.filter(({ eventType }) => /_health_check_event$/.test(eventType));
    expect(told()).toMatchObject([
      {
        eventType: 'add_health_check_event',
        appId: '/a',
        version,
        healthCheck: { path: '/health', portIndex: 0 },
      },
    ]);
    await world.call('DELETE', '/v2/apps/a');
    expect(told().map(({ eventType }) => eventType)).toEqual([
      'add_health_check_event',
      'remove_health_check_event',
    ]);
  });

  it.each([
    [{ healthChecks: [{ protocol: 'MESOS_TCP' }, { protocol: 'MESOS_HTTP' }] }, '/'],
    [{ healthChecks: [{ protocol: 'TCP', portIndex: 1 }] }, '/healthChecks(0)'],
    [{ readinessChecks: [{ portName: 'nope' }] }, '/readinessChecks(0)/portName'],
    [{ readinessChecks: [{ portName: 'default' }, { portName: 'default' }] }, '/readinessChecks/size'],
    [
      { readinessChecks: [{ portName: 'default', intervalSeconds: 5, timeoutSeconds: 5 }] },
      '/readinessChecks(0)/timeoutSeconds',
    ],
  ])('%j is refused', async (fields, path) => {
    const { status, body } = await aWorld().call('POST', '/v2/apps', { id: '/a', cmd: 'sleep 1', ...fields });
    expect([status, body.details?.[0]?.path]).toEqual([422, path]);
  });
});

describe('statistics', () => {
  it('tell old tasks from new ones', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 2, healthChecks: [HTTP] });
    await world.clock.advance(10_000);
    await world.call('PUT', '/v2/apps/a', { instances: 3 });
    await world.clock.advance(2000);
    const { tasksStats } = (await world.get('/v2/apps/a?embed=app.taskStats')).app;
    const running = (count: number) => ({ staged: 0, running: count, healthy: count, unhealthy: 0 });
    expect(tasksStats).toEqual({
      startedAfterLastScaling: {
        stats: { counts: running(1), lifeTime: { averageSeconds: 2, medianSeconds: 2 } },
      },
      withLatestConfig: {
        stats: { counts: running(3), lifeTime: { averageSeconds: 26 / 3, medianSeconds: 12 } },
      },
      totalSummary: {
        stats: { counts: running(3), lifeTime: { averageSeconds: 26 / 3, medianSeconds: 12 } },
      },
    });
    expect((await world.get('/v2/apps')).apps[0]).not.toHaveProperty('tasksStats');
  });
});
