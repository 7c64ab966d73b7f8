// Idle tasks go first, against the fake, which stops the newest of those that are not protected.

import { describe, expect, it } from 'vitest';
import type { IdleVictims } from '../../../../src/api/policy.ts';
import type { AskTask } from '../../../../src/schedulers/idle/ask.ts';
import { ecsWorld } from '../setup.ts';

const idleVictims: IdleVictims = { path: '/idle', portIndex: 0, within: '5s' };

/** A service of three tasks, in the order in which they began, of which some are idle. */
async function three() {
  const idle = new Set<string>();
  const ask: AskTask = async (url) => (idle.has(new URL(url).hostname) ? 'idle' : 'busy');
  const world = await ecsWorld({ instances: 3, deps: { ask } });
  const { tasks } = await world.running(3);
  const hosts = tasks.map(({ host }) => host ?? '');
  const left = async (count: number) => (await world.running(count)).tasks.map(({ host }) => host);
  const protectedBy = () =>
    world.fake.calls('UpdateTaskProtection').map(({ body }) => ({
      on: body['protectionEnabled'],
      minutes: body['expiresInMinutes'],
      count: Array.isArray(body['tasks']) ? body['tasks'].length : 0,
    }));
  return { ...world, idle, hosts, left, protectedBy };
}

describe('a fall', () => {
  it('takes idle tasks, for busy ones are protected for two minutes', async () => {
    const { idle, hosts, left, scale, protectedBy } = await three();
    const [oldest = '', middle = '', newest = ''] = hosts;
    idle.add(oldest);
    await scale(2, { idleVictims });
    expect(await left(2)).toEqual([middle, newest]);
    expect(protectedBy()).toEqual([{ on: true, minutes: 2, count: 2 }]);
  });

  it('protects no more than may stay, and lets go of those that it protected once they are to go', async () => {
    const { idle, hosts, left, scale, protectedBy } = await three();
    const [oldest = '', middle = '', newest = ''] = hosts;
    idle.add(oldest);
    await scale(2, { idleVictims });
    await left(2);
    idle.add(middle);
    await scale(1, { idleVictims });
    expect(await left(1)).toEqual([newest]);
    expect(protectedBy()).toEqual([
      { on: true, minutes: 2, count: 2 },
      { on: false, minutes: undefined, count: 1 },
      { on: true, minutes: 2, count: 1 },
    ]);
  });

  it('leaves a task alone that has protected itself for hours', async () => {
    const { idle, hosts, left, scale, protectedBy, cluster } = await three();
    const [oldest = '', middle = '', newest = ''] = hosts;
    const arn = cluster.taskArns('orders', 'RUNNING')[1] ?? '';
    const untilMs = Date.now() + 7_200_000;
    cluster.protect([arn], untilMs);
    idle.add(oldest);
    await scale(2, { idleVictims });
    expect(await left(2)).toEqual([middle, newest]);
    expect(cluster.protection([arn])).toMatchObject([{ expirationDate: new Date(untilMs) }]);
    expect(protectedBy()).toEqual([{ on: true, minutes: 2, count: 1 }]);
  });

  it('does not let go of one that has protected itself meanwhile', async () => {
    const { idle, hosts, left, scale, protectedBy, cluster } = await three();
    const [oldest = '', middle = ''] = hosts;
    idle.add(oldest);
    await scale(2, { idleVictims });
    await left(2);
    idle.add(middle);
    const arn = cluster.taskArns('orders', 'RUNNING')[0] ?? '';
    cluster.protect([arn], Date.now() + 7_200_000);
    await scale(1, { idleVictims });
    expect(protectedBy().map(({ on }) => on)).not.toContain(false);
    expect(cluster.protection([arn])).toMatchObject([{ protectionEnabled: true }]);
  });

  it('does not take for its own what ECS did not protect', async () => {
    const { idle, hosts, left, scale, protectedBy, fake, cluster } = await three();
    const [oldest = '', middle = ''] = hosts;
    fake.unprotectable.add(cluster.taskArns('orders', 'RUNNING')[0] ?? '');
    idle.add(middle);
    await scale(2, { idleVictims });
    expect(await left(2)).toContain(oldest);
    idle.add(oldest);
    await scale(1, { idleVictims });
    expect(protectedBy().map(({ on }) => on)).not.toContain(false);
  });

  it.each([
    ['all go', 0, true],
    ['nobody says that it is idle', 2, false],
  ])('protects nobody when %s', async (_, to, isIdle) => {
    const { idle, hosts, left, scale, protectedBy } = await three();
    if (isIdle) idle.add(hosts[0] ?? '');
    await scale(to, { idleVictims });
    expect(await left(to)).toHaveLength(to);
    expect(protectedBy()).toEqual([]);
  });

  it('goes on where tasks cannot be protected', async () => {
    const { idle, hosts, left, scale, fake } = await three();
    idle.add(hosts[0] ?? '');
    fake.failOnce('UpdateTaskProtection', { code: 'AccessDeniedException' });
    await scale(2, { idleVictims });
    expect(await left(2)).toHaveLength(2);
  });
});
