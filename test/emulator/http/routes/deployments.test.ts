// Locks, conflicts, force; how each action ends.

import { describe, expect, it } from 'vitest';
import { aWorld, type World } from '../../support/world.ts';

async function steps(world: World): Promise<string[][]> {
  const [deployment] = await world.get('/v2/deployments');
  return deployment.steps.map(({ actions }: { actions: { action: string; app: string }[] }) =>
    actions.map(({ action, app }) => `${action} ${app}`),
  );
}

describe('a deployment under way', () => {
  it('is shown with its steps', async () => {
    const world = aWorld({ slots: 0 });
    await world.app({ id: '/a' });
    const [deployment] = await world.get('/v2/deployments');
    expect(deployment).toMatchObject({
      affectedApps: ['/a'],
      affectedPods: [],
      currentStep: 2,
      totalSteps: 2,
      currentActions: [{ action: 'ScaleApplication', app: '/a', readinessCheckResults: [] }],
    });
    expect(await steps(world)).toEqual([['StartApplication /a'], ['ScaleApplication /a']]);
    expect((await world.get('/v2/apps')).apps[0].deployments).toEqual([{ id: deployment.id }]);
  });

  it('orders apps by their dependencies', async () => {
    const world = aWorld({ slots: 0 });
    await world.call('PUT', '/v2/apps', [
      { id: '/web', cmd: 'sleep 60', dependencies: ['api'] },
      { id: '/api', cmd: 'sleep 60', dependencies: ['/db'] },
      { id: '/db', cmd: 'sleep 60' },
    ]);
    expect(await steps(world)).toEqual([
      ['StartApplication /web', 'StartApplication /api', 'StartApplication /db'],
      ['ScaleApplication /db'],
      ['ScaleApplication /api'],
      ['ScaleApplication /web'],
    ]);
  });

  it('refuses dependencies that go round', async () => {
    const { status, body } = await aWorld().call('PUT', '/v2/apps', [
      { id: '/a', cmd: 'sleep 60', dependencies: ['/b'] },
      { id: '/b', cmd: 'sleep 60', dependencies: ['/a'] },
    ]);
    expect([status, body.details]).toEqual([
      422,
      [{ path: '/', errors: ['Dependency graph has cyclic dependencies.'] }],
    ]);
  });

  it('locks its apps and nothing else', async () => {
    const world = aWorld({ slots: 1 });
    await world.app({ id: '/other' });
    await world.app({ id: '/a' });
    const [{ id }] = await world.get('/v2/deployments');
    const { status, body } = await world.call('PUT', '/v2/apps/a', { instances: 2 });
    expect(status).toBe(409);
    expect(body).toEqual({
      message: expect.stringContaining("Override with the option '?force=true'"),
      deployments: [{ id }],
    });
    expect((await world.call('PUT', '/v2/apps/other', { instances: 0 })).status).toBe(200);
  });

  it('tells strangers of a refused one', async () => {
    const world = aWorld({ slots: 0 });
    await world.app({ id: '/a' });
    await world.call('PUT', '/v2/apps/a', { instances: 2 });
    expect(world.eventTypes().slice(-2)).toEqual(['deployment_failed', 'group_change_failed']);
    expect(world.marathon.groups.stats).toEqual({ writes: 1, conflicts: 1 });
  });

  it('gives way to force, which cancels it', async () => {
    const world = aWorld({ slots: 1 });
    await world.app({ id: '/a', instances: 3 });
    const [{ id }] = await world.get('/v2/deployments');
    expect((await world.call('PUT', '/v2/apps/a?force=True', { instances: 1 })).status).toBe(200);
    expect(await world.get('/v2/deployments')).toEqual([]);
    expect(world.events.find(({ eventType }) => eventType === 'deployment_failed')).toMatchObject({
      id,
      reason: 'The upgrade has been cancelled',
    });
  });

  it('does not take force=1 for true', async () => {
    const world = aWorld({ slots: 0 });
    await world.app({ id: '/a' });
    expect((await world.call('PUT', '/v2/apps/a?force=1', { instances: 2 })).status).toBe(409);
  });

  it('allows 100 at a time, not one more even with force', async () => {
    const world = aWorld({ slots: 0 });
    for (let i = 0; i < 100; i++) await world.app({ id: `/a${i}` });
    const { status, body } = await world.call('PUT', '/v2/apps/a0?force=true', { instances: 1 });
    expect(status).toBe(403);
    expect(body.message).toMatch(/^Max number \(100\) of running deployments is achieved/);
  });
});

describe('ending a deployment', () => {
  it('rolls back by another deployment', async () => {
    const world = aWorld({ slots: 2 });
    await world.app({ id: '/a', instances: 2 });
    await world.call('PUT', '/v2/apps/a', { instances: 5 });
    const [{ id }] = await world.get('/v2/deployments');
    const { status, body } = await world.call('DELETE', `/v2/deployments/${id}`);
    expect(status).toBe(200);
    expect(body.deploymentId).not.toBe(id);
    expect((await world.get('/v2/apps/a')).app.instances).toBe(2);
    expect(await world.get('/v2/deployments')).toEqual([]);
  });

  it('removes what it had created', async () => {
    const world = aWorld({ slots: 0 });
    await world.app({ id: '/a' });
    const [{ id }] = await world.get('/v2/deployments');
    await world.call('DELETE', `/v2/deployments/${id}`);
    expect((await world.get('/v2/apps')).apps).toEqual([]);
  });

  it('just ends with force: 202, nothing else', async () => {
    const world = aWorld({ slots: 0 });
    await world.app({ id: '/a' });
    const [{ id }] = await world.get('/v2/deployments');
    const { status, body } = await world.call('DELETE', `/v2/deployments/${id}?force=true`);
    expect([status, body]).toEqual([202, '']);
    expect(await world.get('/v2/deployments')).toEqual([]);
    expect((await world.get('/v2/queue')).queue[0].count).toBe(1);
  });

  it('does not know unknown ones', async () => {
    const { status, body } = await aWorld().call('DELETE', '/v2/deployments/x');
    expect([status, body.message]).toEqual([404, 'DeploymentPlan x does not exist']);
  });
});

describe('a scale', () => {
  it('waits for the victims before it launches, and never exceeds the wanted count', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 2 });
    const [stubborn] = world.running('/a');
    for (const process of world.running('/a')) process.stubborn = true;
    await world.call('PUT', '/v2/apps/a', { instances: 1 });
    expect(await steps(world)).toEqual([['ScaleApplication /a']]);
    expect((await world.get('/v2/apps/a')).app).toMatchObject({ tasksRunning: 1 });
    await world.clock.advance(3000);
    expect(world.running('/a')).toEqual([stubborn]);
    expect(await world.get('/v2/deployments')).toEqual([]);
  });

  it('ends when it adds nothing, though older instances still wait', async () => {
    const world = aWorld({ slots: 1 });
    await world.app({ id: '/a', instances: 4 });
    await world.call('PUT', '/v2/apps/a?force=true', { instances: 3 });
    expect(await world.get('/v2/deployments')).toEqual([]);
    expect((await world.get('/v2/queue')).queue[0].count).toBe(2);
  });

  it('kills running work before waiting work', async () => {
    const world = aWorld({ slots: 3 });
    await world.app({ id: '/a', instances: 8 });
    const before = world.running('/a').map(({ spec }) => spec.taskId);
    await world.call('PUT', '/v2/apps/a?force=true', { instances: 3 });
    const after = world.running('/a').map(({ spec }) => spec.taskId);
    expect(after).toHaveLength(3);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
  });

  it('stays open while an instance crashes, and ends when it runs', async () => {
    const world = aWorld({ startDelayMs: 1000 });
    await world.app({ id: '/a', backoffSeconds: 1 });
    world.processes.broken.add('sleep');
    await world.clock.advance(1000);
    expect(await steps(world)).toHaveLength(2);
    world.processes.broken.clear();
    await world.clock.advance(2000);
    expect(await world.get('/v2/deployments')).toEqual([]);
    expect(world.running('/a')).toHaveLength(1);
  });

  it('replaces what is wiped while it waits', async () => {
    const world = aWorld({ startDelayMs: 1000 });
    await world.app({ id: '/a', instances: 2 });
    await world.call('DELETE', '/v2/apps/a/tasks?wipe=true');
    await world.clock.advance(1000);
    expect(world.running('/a')).toHaveLength(2);
    expect(await world.get('/v2/deployments')).toEqual([]);
  });

  it('shows the start delay as staging', async () => {
    const world = aWorld({ startDelayMs: 2000 });
    await world.app({ id: '/a' });
    expect((await world.get('/v2/apps/a')).app).toMatchObject({ tasksStaged: 1, tasksRunning: 0 });
    await world.clock.advance(2000);
    expect((await world.get('/v2/apps/a')).app).toMatchObject({ tasksStaged: 0, tasksRunning: 1 });
  });

  it('kills a task that has not started yet', async () => {
    const world = aWorld({ startDelayMs: 2000 });
    await world.app({ id: '/a' });
    await world.call('PUT', '/v2/apps/a?force=true', { instances: 0 });
    await world.clock.advance(5000);
    expect(world.processes.started).toEqual([]);
    expect(await world.get('/v2/tasks')).toEqual({ tasks: [] });
  });
});

describe('a restart', () => {
  it.each([
    ['one extra by default', undefined, 4, 8],
    ['one extra where floor and ceiling meet', { minimumHealthCapacity: 1, maximumOverCapacity: 0 }, 4, 5],
    ['down to half', { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }, 2, 4],
    ['down to nothing', { minimumHealthCapacity: 0, maximumOverCapacity: 0 }, 0, 4],
  ])('keeps its bounds: %s', async (_name, upgradeStrategy, least, most) => {
    const world = aWorld({ startDelayMs: 1000 });
    await world.app({ id: '/a', instances: 4, upgradeStrategy });
    await world.clock.advance(1000);
    const old = new Set(world.running('/a'));
    await world.call('PUT', '/v2/apps/a', { env: { A: '1' } });
    const seen: number[] = [];
    const tasks: number[] = [];
    for (let i = 0; i < 40; i++) {
      seen.push(world.running('/a').length);
      tasks.push((await world.get('/v2/apps/a')).app.tasks.length);
      await world.clock.advance(250);
    }
    expect(Math.min(...seen)).toBe(least);
    expect(Math.max(...tasks)).toBe(most);
    expect(world.running('/a').filter((process) => old.has(process))).toEqual([]);
    expect(world.running('/a')).toHaveLength(4);
    expect(await world.get('/v2/deployments')).toEqual([]);
  });

  it('goes to a new count at once', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 5 });
    await world.call('PUT', '/v2/apps/a', { env: { A: '1' }, instances: 2 });
    expect(world.running('/a').map(({ spec }) => spec.env['A'])).toEqual(['1', '1']);
  });

  it('is none when the target is 0', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 0 });
    await world.call('PUT', '/v2/apps/a', { env: { A: '1' } });
    const success = world.events.findLast(({ eventType }) => eventType === 'deployment_success');
    expect(success).toMatchObject({
      plan: { steps: [{ actions: [{ action: 'ScaleApplication', app: '/a' }] }] },
    });
  });

  it('does not bring an old instance back that dies meanwhile', async () => {
    const world = aWorld({ slots: 2 });
    await world.app({ id: '/a', instances: 2 });
    await world.call('PUT', '/v2/apps/a', { env: { A: '1' } });
    expect(await steps(world)).toEqual([['RestartApplication /a']]);
    world.running('/a')[0]!.exit(1);
    await world.clock.advance(0);
    expect(world.running('/a').map(({ spec }) => spec.env['A'])).toContain('1');
  });

  it('cancelled half-way leaves old and new ones, which a scale then counts alike', async () => {
    const world = await halfRestarted();
    expect(world.running('/a')).toHaveLength(4);
    await world.call('PUT', '/v2/apps/a', { instances: 3 });
    expect(world.running('/a').map(({ spec }) => spec.env['A'])).toEqual([undefined, undefined, '1']);
  });
});

/** Two old and two new instances of an app that wants two, and no deployment. */
async function halfRestarted(): Promise<World> {
  const world = aWorld({ startDelayMs: 1000 });
  await world.app({ id: '/a', instances: 2 });
  await world.clock.advance(1000);
  await world.call('PUT', '/v2/apps/a', { env: { A: '1' } });
  const [{ id }] = await world.get('/v2/deployments');
  await world.call('DELETE', `/v2/deployments/${id}?force=true`);
  await world.clock.advance(1000);
  return world;
}

describe('an app without a deployment', () => {
  it('gets a crashed task back', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 2, backoffSeconds: 1 });
    world.running('/a')[0]!.exit(1);
    await world.clock.advance(1000);
    expect(world.running('/a')).toHaveLength(2);
    expect(world.eventTypes().filter((type) => type === 'deployment_info')).toHaveLength(2);
  });

  it('the periodic check makes a count right that a cancelled deployment left wrong', async () => {
    const world = await halfRestarted();
    await world.clock.advance(12_000);
    expect(world.running('/a')).toHaveLength(4);
    await world.clock.advance(1_000);
    expect(world.running('/a')).toHaveLength(2);
  });
});
