// Tasks: what is listed, and the three ways to kill.

import { describe, expect, it } from 'vitest';
import { aWorld, type World } from '../../support/world.ts';

async function taskIds(world: World, app: string): Promise<string[]> {
  const { tasks } = await world.get(`/v2/apps${app}/tasks`);
  return tasks.map(({ id }: { id: string }) => id);
}

describe('listing tasks', () => {
  it('lists those of an app, a group and all, by status', async () => {
    const world = aWorld({ startDelayMs: 1000 });
    await world.app({ id: '/shop/api', instances: 2 });
    await world.clock.advance(1000);
    await world.app({ id: '/other' });
    const states = async (path: string) =>
      (await world.get(path)).tasks.map((task: { state: string }) => task.state);
    expect(await states('/v2/apps/shop/api/tasks')).toEqual(['TASK_RUNNING', 'TASK_RUNNING']);
    expect(await states('/v2/apps/shop/*/tasks')).toHaveLength(2);
    expect(await states('/v2/tasks')).toHaveLength(3);
    expect(await states('/v2/tasks?status=staging')).toEqual(['TASK_STAGING']);
    expect(await states('/v2/tasks?status[]=running')).toHaveLength(2);
    expect((await world.call('GET', '/v2/apps/nope/tasks')).status).toBe(404);
  });

  it('shows a crashed task without times and ports until the next one', async () => {
    const world = aWorld();
    await world.app({ id: '/a', backoffSeconds: 60 });
    world.running('/a')[0]!.exit(3);
    await world.clock.advance(0);
    const { app } = await world.get('/v2/apps/a');
    expect(app.tasks).toMatchObject([{ state: 'TASK_FAILED', ports: [] }]);
    for (const field of ['stagedAt', 'startedAt', 'version']) expect(app.tasks[0]).not.toHaveProperty(field);
    expect(app.lastTaskFailure).toMatchObject({
      appId: '/a',
      state: 'TASK_FAILED',
      message: 'Command exited with status 3',
      taskId: app.tasks[0].id,
      timestamp: '2024-05-01T09:00:00.000Z',
    });
  });

  it('lists nothing for an instance that never had a task', async () => {
    const world = aWorld({ slots: 0 });
    await world.app({ id: '/a' });
    expect(await taskIds(world, '/a')).toEqual([]);
  });
});

describe('killing tasks', () => {
  it('brings the same instance back with the next incarnation', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const [id] = await taskIds(world, '/a');
    const { status, body } = await world.call('DELETE', `/v2/apps/a/tasks/${id}`);
    expect([status, body.task.id]).toEqual([200, id]);
    expect(await taskIds(world, '/a')).toEqual([id!.replace(/1$/, '2')]);
    expect(world.processes.forgotten).toContain(id);
  });

  it('replaces a wiped instance by a new one', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const [id] = await taskIds(world, '/a');
    await world.call('DELETE', '/v2/apps/a/tasks?wipe=true');
    const [next] = await taskIds(world, '/a');
    expect(next).toMatch(/_app\.1$/);
    expect(next).not.toBe(id);
  });

  it('replaces a wiped instance that waits for the end of its back-off', async () => {
    const world = aWorld();
    await world.app({ id: '/a', backoffSeconds: 5 });
    world.running('/a')[0]!.exit(1);
    await world.clock.advance(0);
    await world.call('DELETE', '/v2/apps/a/tasks?wipe=true');
    await world.clock.advance(5000);
    expect(world.running('/a')).toHaveLength(1);
  });

  it('kills only on the host that is named', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    expect((await world.call('DELETE', '/v2/apps/a/tasks?host=elsewhere')).body).toEqual({ tasks: [] });
    expect((await world.call('DELETE', '/v2/apps/a/tasks?host=127.0.0.1')).body.tasks).toHaveLength(1);
  });

  it('scales down by exactly the tasks that are named', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 4 });
    const ids = await taskIds(world, '/a');
    const named = [ids[0], ids[2]];
    const { status, body } = await world.call('POST', '/v2/tasks/delete?scale=true', { ids: named });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['version', 'deploymentId']);
    expect(await taskIds(world, '/a')).toEqual([ids[1], ids[3]]);
    expect((await world.get('/v2/apps/a')).app.instances).toBe(2);
  });

  it('conflicts when it scales a locked app', async () => {
    const world = aWorld({ slots: 1 });
    await world.app({ id: '/a', instances: 2 });
    const ids = await taskIds(world, '/a');
    expect((await world.call('POST', '/v2/tasks/delete?scale=true', { ids })).status).toBe(409);
    expect((await world.call('POST', '/v2/tasks/delete?scale=true&force=true', { ids })).status).toBe(200);
  });

  it.each([
    ['scale and wipe together', '/v2/tasks/delete?scale=true&wipe=true', { ids: [] }, 400],
    ['an id that is none', '/v2/tasks/delete', { ids: ['nonsense'] }, 400],
    ['no ids', '/v2/tasks/delete', {}, 422],
    ['unknown ids silently', '/v2/tasks/delete', { ids: ['a.instance-1-2-3-4-5._app.1'] }, 200],
  ])('takes %s', async (_name, path, body, status) => {
    expect((await aWorld().call('POST', path, body)).status).toBe(status);
  });

  it('knows no unknown task of an app', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const { status, body } = await world.call('DELETE', '/v2/apps/a/tasks/x');
    expect([status, body.message]).toEqual([404, "Task 'x' does not exist"]);
  });
});
