// What goes wrong with ECS, against the fake: counts stay, the reason is said, the rest goes on.

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError, TransientError, WaitError } from '../../../src/runtime/errors.ts';
import { NoAnswer } from '../../../src/runtime/network/exchange/http-exchange.ts';
import { EcsCalls } from '../../../src/schedulers/ecs/api/calls.ts';
import { EcsFailure, ecsFailure } from '../../../src/schedulers/ecs/api/failure.ts';
import { READ_TIMING } from '../../../src/schedulers/ecs/read/reader.ts';
import { TargetRefused } from '../../../src/schedulers/scheduler.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { APP, AUTH, ecsWorld, KEYS, never, schedulerOf } from './setup.ts';

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('ECS that is throttled', () => {
  it('is asked nothing for a while; what was seen counts for ten seconds, then it is unknown, and then seen again', async () => {
    const clock = new VirtualClock();
    const { scheduler, fake, look } = await ecsWorld({ deps: { clock, timing: READ_TIMING } });
    expect(await look()).toMatchObject({ requested: 2 });
    const before = fake.asked.length;
    fake.failWith(() => ({ code: 'ThrottlingException', message: 'Rate exceeded' }));
    await clock.advance(3_000);
    expect(await look()).toMatchObject({ requested: 2 });
    await until('the refusal', () => fake.asked.length > before && scheduler.info().reachable === false);
    expect(scheduler.info().message).toContain('too many requests');

    const refused = fake.asked.length;
    await clock.advance(500);
    expect(await look()).toMatchObject({ requested: 2 });
    expect(fake.asked.length).toBe(refused);

    await clock.advance(10_000);
    const error = await reasonOf(scheduler.observe([APP], never));
    expect(error).toBeInstanceOf(TransientError);
    expect(String(error)).toContain('reading Service prod/orders: too many requests');

    fake.failWith(() => undefined);
    await clock.advance(30_000);
    expect(await look()).toMatchObject({ requested: 2 });
  });

  it('does not send an update twice', async () => {
    const clock = new VirtualClock();
    const timing = { ...READ_TIMING, movingMs: 0, stillMs: 0, listedForWhileMovingMs: 0 };
    const { fake, scale, running, scheduler } = await ecsWorld({ deps: { clock, timing } });
    await running(2);
    fake.failOnce('UpdateService', { code: 'ThrottlingException' });
    const first = await reasonOf(scale(3));
    expect(first).toBeInstanceOf(TransientError);
    expect(String(first)).toContain('scaling Service prod/orders to 3: too many requests');
    const second = await reasonOf(scale(3));
    expect(second).toBeInstanceOf(TransientError);
    expect(String(second)).toContain('too many requests of this account; asked again in 1 s');
    expect(fake.calls('UpdateService')).toHaveLength(1);
    expect((await scheduler.observe([APP], never)).apps.get(APP)).toMatchObject({ requested: 2 });
  });
});

describe('a service that is not there as it was', () => {
  it.each([
    ['missing', (world: Awaited<ReturnType<typeof ecsWorld>>) => world.cluster.remove('orders')],
    ['INACTIVE', (world: Awaited<ReturnType<typeof ecsWorld>>) => world.cluster.inactivate('orders')],
  ])('is absent once it is %s, and there again when it is made', async (_, leave) => {
    const world = await ecsWorld();
    await world.running(2);
    leave(world);
    await until(
      'it to be gone',
      async () => (await world.scheduler.observe([APP], never)).apps.get(APP) === undefined,
    );
    expect(String(await reasonOf(world.scale(3)))).toContain('it is not there any more; looking again');
    world.cluster.create({ name: 'orders', desired: 1 });
    expect(
      await until('it', async () => (await world.scheduler.observe([APP], never)).apps.get(APP)),
    ).toMatchObject({ requested: 1 });
  });

  it('is refused while it is deleted, and its tasks hold their slots', async () => {
    const { cluster, seen, scale, running, fake } = await ecsWorld();
    await running(2);
    cluster.drain('orders');
    const app = await seen('its tasks to stop', ({ killing }) => killing === 2);
    expect(app).toMatchObject({ requested: 0, running: 0, refused: expect.stringContaining('DRAINING') });
    expect(await reasonOf(scale(3))).toBeInstanceOf(TargetRefused);
    expect(fake.calls('UpdateService')).toEqual([]);
    await seen('its tasks to be gone', ({ killing }) => killing === 0);
  });

  it('is not scaled by what was planned against one that was deleted', async () => {
    const { cluster, look, scale, fake } = await ecsWorld();
    const before = await look();
    cluster.remove('orders');
    cluster.create({ name: 'orders', desired: 2 });
    expect(String(await reasonOf(scale(5)))).toContain('it was deleted and made anew; looking again');
    expect(fake.calls('UpdateService')).toEqual([]);
    expect((await look()).countVersion).not.toBe(before.countVersion);
    expect(await scale(5)).toMatchObject({ outcome: 'accepted' });
  });

  it('has no count as a DAEMON', async () => {
    const { cluster, look } = await ecsWorld({ instances: 0 });
    cluster.create({ name: 'orders', desired: 1, schedulingStrategy: 'DAEMON' });
    expect((await look()).refused).toContain('schedulingStrategy DAEMON');
  });
});

describe('ECS that cannot be asked', () => {
  it('says which cluster is missing, and goes on with the others', async () => {
    const { scheduler, running } = await ecsWorld();
    await running(2);
    const view = await scheduler.observe([APP, 'gone/orders'], never);
    expect([...view.apps.keys()]).toEqual([APP]);
    expect(view.unseen?.get('gone/orders')).toBe(
      'reading Service gone/orders: there is no such cluster in eu-west-1; check cluster, region and account',
    );
    await expect(scheduler.observe(['gone/orders'], never)).rejects.toThrow(TransientError);
  });

  it.each([
    ['DescribeServices', 'ExpiredTokenException', 'the credentials have expired'],
    ['DescribeServices', 'UnrecognizedClientException', 'the access key is not known'],
    ['DescribeServices', 'InvalidSignatureException', 'the signature was refused'],
    ['DescribeServices', 'AccessDeniedException', 'no right to ecs:DescribeServices; allow it'],
    ['ListTasks', 'AccessDeniedException', 'no right to ecs:ListTasks'],
    ['DescribeTaskDefinition', 'AccessDeniedException', 'no right to ecs:DescribeTaskDefinition'],
    [
      'DescribeScalableTargets',
      'AccessDeniedException',
      'no right to application-autoscaling:DescribeScalableTargets',
    ],
    ['DescribeScalableTargets', 'ExpiredTokenException', 'the credentials have expired'],
    ['DescribeServices', 'ServerException', 'answered 500: the service is not well'],
  ])('when %s answers %s says that %s', async (action, code, says) => {
    const { fake, scheduler } = await ecsWorld();
    const status = code === 'ServerException' ? 500 : 400;
    const message = `signed with ${KEYS.KEY}`;
    fake.failWith((asked) => (asked.action === action ? { code, status, message } : undefined));
    const error = await reasonOf(scheduler.observe([APP], never));
    expect(error).toBeInstanceOf(TransientError);
    expect(String(error)).toContain(`reading Service prod/orders: `);
    expect(String(error)).toContain(says);
    expect(String(error)).not.toContain(KEYS.KEY);
    fake.failWith(() => undefined);
    await until('it to be seen again', async () =>
      (await scheduler.observe([APP], never).catch(() => undefined))?.apps.has(APP),
    );
  });

  it('uses credentials that were changed at once', async () => {
    const values = fakeValues({ KEY_ID: 'AKIDOLD', KEY: 'old' });
    const { fake, scheduler } = await ecsWorld({ deps: { values } });
    fake.failWith(({ authorization }) =>
      authorization.includes('AKIDOLD') ? { code: 'ExpiredTokenException' } : undefined,
    );
    await expect(scheduler.observe([APP], never)).rejects.toThrow('expired');
    values.env['KEY_ID'] = 'AKIDNEW';
    await until('the new key', async () =>
      (await scheduler.observe([APP], never).catch(() => undefined))?.apps.has(APP),
    );
    const services = new Set(
      fake.asked.map(({ authorization }) => /\/([a-z-]+)\/aws4/.exec(authorization)?.[1]),
    );
    expect(services).toEqual(new Set(['ecs', 'application-autoscaling']));
  });

  it('without a region says so', async () => {
    const scheduler = schedulerOf({ auth: AUTH });
    await expect(scheduler.observe([APP], never)).rejects.toThrow('ecs.region: is missing');
  });

  it('gives up after ten seconds without an answer', async () => {
    const clock = new VirtualClock();
    const { fake, scheduler } = await ecsWorld({ deps: { clock, deadlineMs: 10_000 } });
    fake.failWith(() => 'hang');
    const error = reasonOf(scheduler.observe([APP], never));
    await until('the question', () => fake.calls('DescribeServices').length > 0);
    await clock.advance(10_000);
    expect(String(await error)).toContain('no answer within 10 s');
  });

  it('has words for a region that there is not', () => {
    const asked = { right: 'ecs:DescribeServices', region: 'moon-1' };
    const error = new NoAnswer('the host name is unknown; check its spelling and the name service');
    expect(ecsFailure(error, asked).message).toContain('is moon-1 a region?');
  });
});

describe('an update', () => {
  it('asks for the count and for nothing else, once', async () => {
    const { fake, scale, running } = await ecsWorld();
    await running(2);
    await scale(3);
    await running(3);
    expect(fake.calls('UpdateService').map(({ body }) => body)).toEqual([
      { cluster: 'prod', service: 'orders', desiredCount: 3 },
    ]);
  });

  it.each([
    ['ClientException', 'The capacity provider is gone.', 'ClientException: The capacity provider is gone.'],
    ['InvalidParameterException', 'desiredCount is too large', 'desiredCount is too large'],
    ['AccessDeniedException', 'User: x', 'no right to ecs:UpdateService'],
  ])('that is refused by %s is not tried again, and says why', async (code, message, says) => {
    const { fake, scale, running, look } = await ecsWorld();
    await running(2);
    fake.failOnce('UpdateService', { code, message });
    const error = await reasonOf(scale(3));
    expect(error).toBeInstanceOf(TerminalError);
    expect(String(error)).toContain(`scaling Service prod/orders to 3: `);
    expect(String(error)).toContain(says);
    expect(await look()).toMatchObject({ requested: 2 });
  });

  it('that is refused leaves the cluster shown as reachable', () => {
    const calls = new EcsCalls(undefined);
    calls.ended({ action: 'DescribeServices', durationMs: 1, aborted: false });
    const failure = new EcsFailure('no right', { code: 'AccessDeniedException', status: 400 });
    calls.ended({ action: 'UpdateService', durationMs: 1, failure, aborted: false });
    expect(calls.health).toEqual({ reachable: true, message: 'answers' });
  });

  it('ends when the scheduler is closed', async () => {
    const { fake, scale, running, scheduler } = await ecsWorld();
    await running(2);
    fake.failWith(({ action }) => (action === 'UpdateService' ? 'hang' : undefined));
    const error = reasonOf(scale(3));
    await until('the update', () => fake.calls('UpdateService').length > 0);
    await scheduler.close();
    expect(String(await error)).toContain('the scheduler was closed');
  });

  it('waits for a deployment, which holds what it holds', async () => {
    const { cluster, scale, running, look } = await ecsWorld();
    await running(2);
    const { finish, id } = cluster.deploy('orders');
    const error = await reasonOf(scale(3));
    expect(error).toBeInstanceOf(WaitError);
    expect(String(error)).toContain(`held by deployment ${id} of orders:2`);
    expect(await look()).toMatchObject({ operations: [{ kinds: ['Restart'], affectedApps: [APP] }] });
    finish();
    await running(2);
    expect(await scale(3)).toMatchObject({ outcome: 'accepted' });
  });

  it('makes nothing and deletes nothing', async () => {
    const { scheduler } = await ecsWorld();
    await expect(scheduler.apply({ kind: 'delete', app: APP, reason: 'test' }, never)).rejects.toThrow(
      'Service prod/orders: in Amazon ECS only counts are set',
    );
  });
});
