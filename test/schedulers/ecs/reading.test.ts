// What is asked of ECS, how often, and what is made of the answers.

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { READ_TIMING } from '../../../src/schedulers/ecs/read/reader.ts';
import type { SchedulerCall } from '../../../src/schedulers/scheduler.ts';
import { until } from '../../support/until.ts';
import { APP, ecsWorld, never } from './setup.ts';

describe('reading ECS', () => {
  it('asks for ten services at a time', async () => {
    const clock = new VirtualClock();
    const { cluster, fake, scheduler } = await ecsWorld({ instances: 0, deps: { clock } });
    const names = Array.from({ length: 25 }, (_, i) => `orders-${i}`);
    for (const name of names) cluster.create({ name, desired: 0 });
    const view = await scheduler.observe(
      names.map((name) => `prod/${name}`),
      never,
    );
    expect(view.apps.size).toBe(25);
    expect(fake.calls('DescribeServices').map(({ body }) => body['services'])).toEqual([
      names.slice(0, 10),
      names.slice(10, 20),
      names.slice(20),
    ]);
    expect(fake.calls('DescribeTaskDefinition')).toHaveLength(1);
  });

  it('lists no tasks while nothing happens, and again when something does', async () => {
    const clock = new VirtualClock();
    const { fake, cluster, scheduler, look, running } = await ecsWorld({
      deps: { clock, timing: { ...READ_TIMING, movingMs: 0, stillMs: 0, listedForWhileMovingMs: 0 } },
    });
    await running(2);
    /** Looks come one after the other: once the second one has begun, the first one is done. */
    const readAnew = async (): Promise<void> => {
      const before = fake.calls('DescribeServices').length;
      await until('two looks', async () => {
        await scheduler.observe([APP], never);
        return fake.calls('DescribeServices').length >= before + 2;
      });
    };
    // It said that it is steady a moment ago: that is looked into once more.
    await readAnew();
    await clock.advance(10_000);
    await readAnew();
    const lists = fake.calls('ListTasks').length;
    for (let i = 0; i < 5; i++) await readAnew();
    expect(fake.calls('ListTasks')).toHaveLength(lists);

    cluster.crash('orders');
    await until('the task that ended', async () => (await look()).killing + (await look()).staging > 0);
    expect(fake.calls('ListTasks').length).toBeGreaterThan(lists);
    await running(2);
  });

  it('describes a task that has stopped once, though it is listed for an hour', async () => {
    const { fake, running, scale, look } = await ecsWorld({ instances: 3 });
    const [gone] = (await running(3)).tasks.slice(-1);
    await scale(2);
    await running(2);
    for (let i = 0; i < 5; i++) await look();
    const before = fake.calls('DescribeTasks').length;
    await scale(3);
    await running(3);
    const since = fake.calls('DescribeTasks').slice(before);
    expect(since.length).toBeGreaterThan(0);
    expect(JSON.stringify(since.map(({ body }) => body['tasks']))).not.toContain(gone?.id ?? 'nobody');
  });

  it('says what each call was for, and how it ended', async () => {
    const calls: SchedulerCall[] = [];
    const { fake, scheduler, running, scale } = await ecsWorld({
      deps: { onCall: (call) => calls.push(call) },
    });
    await running(2);
    await scale(3);
    fake.failOnce('DescribeServices', { code: 'AccessDeniedException' });
    await until('the refusal', async () => {
      await scheduler.observe([APP], never).catch(() => undefined);
      return calls.some(({ outcome }) => outcome === 'refused');
    });
    expect(calls).toContainEqual({
      scheduler: 'ecs',
      method: 'POST',
      endpoint: 'UpdateService',
      outcome: 'ok',
      durationMs: expect.any(Number),
    });
    expect(scheduler.stats()).toMatchObject({ writes: 1 });
    expect(JSON.stringify(calls)).not.toContain('orders');
  });

  it('leaves a service alone that Application Auto Scaling steers, but not one whose scaling is suspended', async () => {
    const { fake, seen } = await ecsWorld();
    fake.scalable.add(`service/${APP}`);
    const app = await seen('the refusal', ({ refused }) => refused !== undefined);
    expect(app.refused).toContain('Application Auto Scaling sets the count of Service prod/orders too');
    fake.suspended.add(`service/${APP}`);
    await seen('no refusal', ({ refused }) => refused === undefined);
  });

  it('tells what a task takes, and where it is', async () => {
    const { running, scheduler } = await ecsWorld({ instances: 1 });
    const app = await running(1);
    expect(scheduler.footprint(app.definition)).toEqual({ cpus: 0.25, mem: 128, disk: 0, gpus: 0 });
    expect(app.tasks).toEqual([
      {
        id: expect.stringMatching(/^\w+$/),
        phase: 'running',
        host: '10.0.0.2',
        ports: [80],
        startedAtMs: expect.any(Number),
        stagedAtMs: expect.any(Number),
      },
    ]);
  });

  it('counts the room of the machines, and none on Fargate', async () => {
    const { cluster, scheduler, running } = await ecsWorld({ machines: [3, 2] });
    await running(2);
    cluster.create({ name: 'serverless', desired: 1, onFargate: true });
    const ask = {
      role: '*',
      headroom: 0,
      apps: [APP, 'prod/serverless'].map((id) => ({ id, definition: {} })),
    };
    const room = await scheduler.room(ask, never);
    expect(room.get(APP)).toBe(3);
    expect(room.get('prod/serverless')).toBeGreaterThan(1_000);
  });

  it('says that tasks back off which fail again and again', async () => {
    const { cluster, seen } = await ecsWorld({ machines: [1], instances: 2 });
    cluster.say('orders', 'is unable to consistently start tasks successfully.');
    const app = await seen('the trouble', ({ waiting, backoffMs }) => waiting > 0 && backoffMs > 0);
    expect(app.waitingFor.map(({ reason }) => reason)).toContain('BackingOff');
  });
});
