// Readiness: it holds up a deployment and nothing else; in virtual time.

import { expect, it } from 'vitest';
import { aWorld, type World } from '../support/world.ts';

const READY = {
  portName: 'default',
  path: '/ready',
  intervalSeconds: 5,
  timeoutSeconds: 1,
  preserveLastResponse: true,
};

async function results(world: World): Promise<unknown[]> {
  const [deployment] = await world.get('/v2/deployments');
  const { app } = await world.get('/v2/apps/a?embed=app.readiness');
  expect(deployment.currentActions).toEqual([
    { action: expect.any(String), app: '/a', readinessCheckResults: app.readinessCheckResults },
  ]);
  return app.readinessCheckResults;
}

it('holds up the deployment until every new task has answered', async () => {
  const world = aWorld();
  world.prober.paths.set('/ready', 503);
  await world.app({ id: '/a', readinessChecks: [READY] });
  await world.clock.advance(4000);
  const row = { name: 'readinessCheck', taskId: expect.stringMatching(/\._app\.1$/), ready: false };
  expect(await results(world)).toEqual([
    { ...row, lastResponse: { status: 503, contentType: 'text/plain', body: 'hi' } },
  ]);
  world.prober.paths.set('/ready', 200);
  await world.clock.advance(2000);
  expect(await world.get('/v2/deployments')).toEqual([]);
  expect((await world.get('/v2/apps/a?embed=app.readiness')).app.readinessCheckResults).toEqual([]);
});

it('takes an answer that never comes for one that says no', async () => {
  const world = aWorld();
  world.prober.paths.set('/ready', 'hangs');
  await world.app({ id: '/a', readinessChecks: [READY] });
  await world.clock.advance(1000);
  expect(await results(world)).toMatchObject([
    { ready: false, lastResponse: { status: 504, body: expect.stringMatching(/no answer within 1 s$/) } },
  ]);
});

it('accepts only the configured codes, and keeps no answer unless asked to', async () => {
  const world = aWorld();
  world.prober.paths.set('/ready', 200);
  const check = { ...READY, httpStatusCodesForReady: [204], preserveLastResponse: false };
  await world.app({ id: '/a', readinessChecks: [check] });
  expect(await results(world)).toEqual([
    { name: 'readinessCheck', taskId: expect.any(String), ready: false },
  ]);
});

it('does not look at tasks that were there before', async () => {
  const world = aWorld();
  await world.app({ id: '/a', readinessChecks: [READY] });
  expect(world.prober.asked).toHaveLength(1);
  await world.call('PUT', '/v2/apps/a', { instances: 2 });
  await world.clock.advance(60_000);
  expect(world.prober.asked).toHaveLength(2);
});

it('keeps the old tasks of a restart', async () => {
  const world = aWorld();
  await world.app({ id: '/a', readinessChecks: [READY] });
  world.prober.paths.set('/ready', 503);
  await world.call('POST', '/v2/apps/a/restart');
  await world.clock.advance(60_000);
  expect(world.running('/a')).toHaveLength(2);
  world.prober.paths.set('/ready', 200);
  await world.clock.advance(5000);
  expect(world.running('/a')).toHaveLength(1);
  expect(await world.get('/v2/deployments')).toEqual([]);
});

it('begins anew when another deployment takes over', async () => {
  const world = aWorld();
  world.prober.paths.set('/ready', 503);
  await world.app({ id: '/a', instances: 1, readinessChecks: [READY] });
  await world.call('POST', '/v2/apps/a/restart?force=true');
  await world.clock.advance(5000);
  expect(await results(world)).toMatchObject([{ ready: false }]);
  world.prober.paths.set('/ready', 200);
  await world.clock.advance(10_000);
  expect(await world.get('/v2/deployments')).toEqual([]);
  expect(world.running('/a')).toHaveLength(1);
});
