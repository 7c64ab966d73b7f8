// The order of events, as a real Marathon was seen to tell them.

import { describe, expect, it } from 'vitest';
import { aWorld, type World } from '../support/world.ts';

/** Names, and for what has states the state. */
async function during(world: World, change: () => Promise<unknown>): Promise<string[]> {
  const before = world.events.length;
  await change();
  await world.clock.advance(0);
  return world.events.slice(before).map(({ eventType, condition, taskStatus }) =>
    [eventType, condition ?? taskStatus]
      .filter(Boolean)
      .join(':')
      .replace(/_event\b/, ''),
  );
}

describe('events', () => {
  it('come in this order for a scale up: the deployment, the change, then the tasks', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    expect(await during(world, () => world.call('PUT', '/v2/apps/a', { instances: 2 }))).toEqual([
      'deployment_info',
      'group_change_success',
      'api_post',
      'instance_changed:Scheduled',
      'instance_changed:Provisioned',
      'status_update:TASK_RUNNING',
      'instance_changed:Running',
      'deployment_step_success',
      'deployment_success',
    ]);
  });

  it('name the killed tasks of a scale down before the change', async () => {
    const world = aWorld();
    await world.app({ id: '/a', instances: 2 });
    expect(await during(world, () => world.call('PUT', '/v2/apps/a', { instances: 1 }))).toEqual([
      'deployment_info',
      'instance_changed:Running',
      'group_change_success',
      'api_post',
      'status_update:TASK_KILLED',
      'instance_changed:Killed',
      'deployment_step_success',
      'deployment_success',
    ]);
  });

  it('show an empty change as over before it began', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    expect(await during(world, () => world.call('PUT', '/v2/apps/a', {}))).toEqual([
      'deployment_success',
      'group_change_success',
      'api_post',
    ]);
  });

  it('do not schedule a killed task again when it comes back', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    expect(await during(world, () => world.call('DELETE', '/v2/apps/a/tasks'))).toEqual([
      'status_update:TASK_KILLED',
      'instance_changed:Killed',
      'instance_changed:Provisioned',
      'status_update:TASK_RUNNING',
      'instance_changed:Running',
    ]);
  });

  it('have the ends of the tasks of a deleted app last', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    expect(await during(world, () => world.call('DELETE', '/v2/apps/a'))).toEqual([
      'deployment_info',
      'instance_changed:Running',
      'group_change_success',
      'app_terminated',
      'deployment_step_success',
      'deployment_success',
      'status_update:TASK_KILLED',
      'instance_changed:Killed',
    ]);
  });

  it('say nothing about the end of a task that never ran', async () => {
    const world = aWorld({ slots: 0 });
    await world.app({ id: '/a' });
    expect(await during(world, () => world.call('DELETE', '/v2/apps/a'))).toEqual([
      'deployment_failed',
      'deployment_info',
      'instance_changed:Scheduled',
      'app_terminated',
      'deployment_step_success',
      'deployment_success',
      'group_change_success',
    ]);
  });
});
