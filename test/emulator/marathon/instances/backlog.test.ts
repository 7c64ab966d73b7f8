// Apps that ask for more instances than anybody could hold: they are counted, not made.

import { expect, it } from 'vitest';
import { aWorld } from '../../support/world.ts';

const MOST = 2_147_483_647;

it('an app may ask for as many instances as a number holds: what fits runs, the rest is counted', async () => {
  const world = aWorld({ cpus: 3 });
  await world.app({ id: '/a', instances: MOST });
  expect((await world.get('/v2/apps/a')).app).toMatchObject({ instances: MOST, tasksRunning: 3 });
  expect((await world.get('/v2/queue')).queue).toMatchObject([{ count: MOST - 3 }]);
  expect([...world.marathon.instances.tracker.all()].length).toBeLessThan(2000);
});

it('uses what becomes free, and goes on counting', async () => {
  const world = aWorld({ cpus: 3 });
  await world.app({ id: '/a', instances: MOST });
  const [first] = (await world.get('/v2/tasks')).tasks;
  await world.call('DELETE', `/v2/apps/a/tasks/${first.id}`);
  await world.clock.advance(60_000);
  expect((await world.get('/v2/apps/a')).app.tasksRunning).toBe(3);
  expect((await world.get('/v2/queue')).queue).toMatchObject([{ count: MOST - 3 }]);
});

it('more than what is made at a time come to run when there is room', async () => {
  const world = aWorld({ cpus: 2500, mem: 100_000 });
  await world.app({ id: '/a', instances: 2400, portDefinitions: [] });
  await world.clock.advance(1000);
  const { tasksRunning, deployments } = (await world.get('/v2/apps/a')).app;
  expect([tasksRunning, deployments]).toEqual([2400, []]);
  expect((await world.get('/v2/queue')).queue).toEqual([]);
});

it.each([
  [0, 0],
  [2, 2],
])('an app is scaled down to %i at once', async (instances, running) => {
  const world = aWorld({ cpus: 3 });
  await world.app({ id: '/a', instances: MOST });
  await world.call('PUT', '/v2/apps/a?force=true', { instances });
  await world.clock.advance(60_000);
  expect((await world.get('/v2/apps/a')).app).toMatchObject({
    instances,
    tasksRunning: running,
    deployments: [],
  });
  expect((await world.get('/v2/queue')).queue).toEqual([]);
});

it('an app takes on a new configuration as a whole', async () => {
  const world = aWorld({ cpus: 3 });
  await world.app({
    id: '/a',
    instances: MOST,
    upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
  });
  await world.call('PUT', '/v2/apps/a?force=true', { env: { A: '1' } });
  await world.clock.advance(60_000);
  expect(world.running('/a').map(({ spec }) => spec.env['A'])).toEqual(['1', '1', '1']);
  expect(world.marathon.instances.tracker.count('/a')).toBe(MOST);
});

it('an app is deleted at once', async () => {
  const world = aWorld({ cpus: 3 });
  await world.app({ id: '/a', instances: MOST });
  await world.call('DELETE', '/v2/apps/a?force=true');
  await world.clock.advance(60_000);
  expect(await world.get('/v2/apps')).toEqual({ apps: [] });
  expect(world.marathon.instances.tracker.count('/a')).toBe(0);
});
