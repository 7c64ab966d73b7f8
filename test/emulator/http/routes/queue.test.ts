// The launch queue says honestly what is missing.

import { describe, expect, it } from 'vitest';
import { aWorld, type World } from '../../support/world.ts';

const REASONS = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  'NoCorrespondingReservationFound',
  'AgentMaintenance',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
  'DeclinedScarceResources',
];

async function row(world: World, query = '') {
  const { queue } = await world.get(`/v2/queue${query}`);
  return queue[0];
}

describe('the queue', () => {
  it('is empty when everything runs', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    expect(await world.get('/v2/queue')).toEqual({ queue: [] });
  });

  it.each([
    ['cpus', { cpus: 2 }, 'InsufficientCpus'],
    ['memory', { mem: 20 }, 'InsufficientMemory'],
    ['slots', { slots: 2 }, 'InsufficientCpus'],
  ])('waits for %s', async (_name, budget, reason) => {
    const world = aWorld(budget);
    await world.app({ id: '/a', instances: 5, cpus: 1, mem: 10 });
    const waiting = await row(world);
    expect(waiting).toMatchObject({
      app: { id: '/a' },
      count: 3,
      role: '*',
      delay: { timeLeftSeconds: 0, overdue: true },
      since: '2024-05-01T09:00:00.000Z',
    });
    const { rejectSummaryLastOffers: last } = waiting.processedOffersSummary;
    expect(last.map(({ reason: name }: { reason: string }) => name)).toEqual(REASONS);
    expect(last.find(({ declined }: { declined: number }) => declined > 0)).toMatchObject({ reason });
    expect(waiting).not.toHaveProperty('lastUnusedOffers');
    expect((await row(world, '?embed=lastUnusedOffers')).lastUnusedOffers).toMatchObject([
      { offer: { hostname: '127.0.0.1', agentId: 'cluster-S0' }, reason: [reason] },
    ]);
  });

  it('is a funnel: what one reason declines does not reach the next', async () => {
    const world = aWorld({ cpus: 1 });
    await world.app({ id: '/a', instances: 2 });
    const { rejectSummaryLastOffers: last } = (await row(world)).processedOffersSummary;
    let processed = last[0].processed;
    for (const step of last) {
      expect(step.processed).toBe(processed);
      processed -= step.declined;
    }
    expect(processed).toBe(0);
  });

  it('lets a small app pass one that does not fit, and serves the waiting one when room is made', async () => {
    const world = aWorld({ cpus: 2 });
    await world.app({ id: '/first', cpus: 1 });
    await world.app({ id: '/big', cpus: 2 });
    await world.app({ id: '/small', cpus: 1 });
    expect(world.running('/small')).toHaveLength(1);
    await world.call('DELETE', '/v2/apps/first');
    expect(world.running('/big')).toHaveLength(0);
    await world.call('DELETE', '/v2/apps/small');
    expect(world.running('/big')).toHaveLength(1);
  });

  it('does not lose room to sums that do not come out even', async () => {
    const world = aWorld({ cpus: 0.3 });
    await world.app({ id: '/a', cpus: 0.1, instances: 3 });
    expect(world.running('/a')).toHaveLength(3);
    await world.call('PUT', '/v2/apps/a', { instances: 0 });
    await world.call('PUT', '/v2/apps/a', { instances: 3 });
    expect(world.running('/a')).toHaveLength(3);
  });
});

describe('back-off', () => {
  it('grows with every end, of status 0 too, and is not shown as waiting for resources', async () => {
    const world = aWorld();
    await world.app({ id: '/a', backoffSeconds: 4, backoffFactor: 2, maxLaunchDelaySeconds: 10 });
    for (const seconds of [4, 8, 10, 10]) {
      world.running('/a')[0]!.exit(0);
      await world.clock.advance(0);
      expect((await row(world)).delay).toEqual({ timeLeftSeconds: seconds, overdue: false });
      await world.clock.advance(seconds * 1000 - 1);
      expect(world.running('/a')).toHaveLength(0);
      await world.clock.advance(1);
      expect(world.running('/a')).toHaveLength(1);
    }
  });

  it('is forgotten when the app has kept running for longer than the longest delay', async () => {
    const world = aWorld();
    await world.app({ id: '/a', backoffSeconds: 4, backoffFactor: 2, maxLaunchDelaySeconds: 10 });
    world.running('/a')[0]!.exit(1);
    await world.clock.advance(4000 + 10_001);
    world.running('/a')[0]!.exit(1);
    await world.clock.advance(0);
    expect((await row(world)).delay.timeLeftSeconds).toBe(4);
  });

  it('does not come of a kill', async () => {
    const world = aWorld();
    await world.app({ id: '/a' });
    await world.call('DELETE', '/v2/apps/a/tasks');
    expect(world.running('/a')).toHaveLength(1);
  });

  it('survives a scale, and holds the new instances too', async () => {
    const world = aWorld();
    await world.app({ id: '/a', backoffSeconds: 60 });
    world.running('/a')[0]!.exit(1);
    await world.clock.advance(0);
    await world.call('PUT', '/v2/apps/a', { instances: 2 });
    expect(world.running('/a')).toHaveLength(0);
    expect((await row(world)).count).toBe(2);
  });

  it.each([
    ['DELETE of the delay', 'DELETE', '/v2/queue//a/delay', undefined, 204],
    ['a new configuration', 'PUT', '/v2/apps/a', { env: { A: '1' } }, 200],
    ['a restart', 'POST', '/v2/apps/a/restart', {}, 200],
  ])('ends with %s', async (_name, method, path, body, status) => {
    const world = aWorld();
    await world.app({ id: '/a', backoffSeconds: 60 });
    world.running('/a')[0]!.exit(1);
    await world.clock.advance(0);
    expect((await world.call(method, path, body)).status).toBe(status);
    expect(world.running('/a')).toHaveLength(1);
  });

  it('cannot be deleted for what is not queued', async () => {
    const { status, body } = await aWorld().call('DELETE', '/v2/queue/a/delay');
    expect([status, body]).toEqual([
      404,
      { message: 'Application /a not found in tasks queue.', details: [] },
    ]);
  });
});

describe('an app that cannot run here', () => {
  it('fails an image with words that say so', async () => {
    const world = aWorld();
    await world.app({ id: '/a', cmd: undefined, container: { docker: { image: 'nginx' } } });
    const { app } = await world.get('/v2/apps/a');
    expect(app.lastTaskFailure).toMatchObject({ state: 'TASK_FAILED' });
    expect(app.lastTaskFailure.message).toMatch(/cannot run the image 'nginx'/);
    expect(app.tasksRunning).toBe(0);
  });

  it('fails what cannot be started', async () => {
    const world = aWorld();
    world.processes.broken.add('bad');
    await world.app({ id: '/a', cmd: 'bad' });
    expect((await world.get('/v2/apps/a')).app.lastTaskFailure.message).toBe(
      'Failed to launch container: cannot start /bin/sh -c bad',
    );
  });
});
