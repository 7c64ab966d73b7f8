// What becomes of services on a real swarm: whatever people, images and the engine itself do to them.

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AppObservation } from '../../../src/core/observation.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { TransientError, WaitError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { type ApplyResult, TargetRefused } from '../../../src/schedulers/scheduler.ts';
import { SwarmScheduler } from '../../../src/schedulers/swarm/index.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { engineProxy } from '../docker-engine/proxy.ts';
import { dockerMissing } from '../docker-engine/real-engine.ts';
import { SWARM_IMAGE, startSwarm, type TestSwarm } from './real-swarm.ts';

const never = new AbortController().signal;
const UPDATE = /^POST .*\/services\/\w+\/update/;
const textOf = ({ waitingFor }: AppObservation): string => waitingFor.map(({ text }) => text).join();

describe.skipIf(dockerMissing())('a service on a real swarm', () => {
  let swarm: TestSwarm;
  beforeAll(async () => {
    swarm = await startSwarm();
  });
  afterAll(() => swarm.remove());

  function world(host = swarm.host) {
    const scheduler = new SwarmScheduler(
      { host, deadlineMs: 60_000, resyncMs: 60_000 },
      { clock: systemClock, log: silentLogger, values: fakeValues({}) },
    );
    onTestFinished(async () => {
      await scheduler.close();
      await swarm.removeServices();
    });
    const see = async (): Promise<AppObservation | undefined> =>
      (await scheduler.observe(['mailer'], never)).apps.get('mailer');
    const seen = (what: string, expected: (app: AppObservation) => boolean): Promise<AppObservation> =>
      until(what, async () => {
        const app = await see();
        return app !== undefined && expected(app) ? app : undefined;
      });
    return {
      scheduler,
      see,
      seen,
      scale: (to: number): Promise<ApplyResult> =>
        scheduler.apply({ kind: 'scale', app: 'mailer', from: 0, to, reason: 'test' }, never),
      running: (count: number) =>
        seen(`${count} to run`, ({ running, killing }) => running === count && killing === 0),
    };
  }
  const inspect = async () => JSON.parse(await swarm.docker('service', 'inspect', 'mailer'))[0];
  const change = (...options: readonly string[]) =>
    swarm.docker('service', 'update', '--detach', '--no-resolve-image', ...options, 'mailer');

  it('keeps everything of its specification but the count, and restarts no task', async () => {
    const { scale, see, running } = world();
    await swarm.runService(
      'mailer',
      2,
      ...['--env', 'RATE=5', '--label', 'team=shop', '--container-label', 'a=b', '--limit-memory', '64M'],
      ...['--ulimit', 'fsize=9223372036854775807:9223372036854775807', '--restart-max-attempts', '9'],
      ...['--update-max-failure-ratio', '0.1', '--update-delay', '3m', '--rollback-parallelism', '3'],
      ...['--constraint', 'node.platform.os==linux'],
    );
    const before = await inspect();
    const tasks = (await see())?.tasks.map(({ id }) => id) ?? [];
    await scale(3);
    await running(3);
    const ulimits = await swarm.docker(
      'service',
      'inspect',
      '--format',
      '{{json .Spec.TaskTemplate}}',
      'mailer',
    );
    expect(ulimits).toContain('"Hard":9223372036854775807');
    const after = await inspect();
    expect(after.Spec).toEqual({ ...before.Spec, Mode: { Replicated: { Replicas: 3 } } });
    expect((await see())?.tasks.map(({ id }) => id)).toEqual(expect.arrayContaining(tasks));
    expect(await see()).toMatchObject({ writtenBy: 'us' });
  });

  it('is not written over what somebody writes at the same moment', async () => {
    const proxy = await engineProxy(swarm.host);
    onTestFinished(() => proxy.close());
    const { scheduler, scale, see } = world(proxy.host);
    await swarm.runService('mailer', 1);
    await see();
    proxy.before(UPDATE, () => change('--label-add', 'team=shop'));
    const failure = scale(3);
    await expect(failure).rejects.toThrow(TransientError);
    await expect(failure).rejects.toThrow(
      'scaling Service mailer to 3: somebody else has written it meanwhile; looking again',
    );
    expect((await inspect()).Spec).toMatchObject({
      Labels: { team: 'shop' },
      Mode: { Replicated: { Replicas: 1 } },
    });
    expect(scheduler.stats()).toMatchObject({ writes: 1, conflicts: 1 });
    await scale(3);
    expect(await see()).toMatchObject({ requested: 3 });
  });

  it('is left alone while an update of it is paused, which any write would have go on', async () => {
    const { scale, see, seen } = world();
    await swarm.runService('mailer', 2);
    await change('--update-monitor', '30s', '--image', '127.0.0.1:9/nope:1');
    const held = await seen('the update to be paused', ({ operations }) => operations.length === 1);
    await until('it to be paused', async () => (await inspect()).UpdateStatus.State === 'paused');
    const failure = scale(3);
    await expect(failure).rejects.toThrow(WaitError);
    await expect(failure).rejects.toThrow('docker service rollback mailer takes it back');
    expect((await inspect()).UpdateStatus.State).toBe('paused');
    const app = await seen('a reason', ({ waitingFor }) => waitingFor.length > 0);
    expect(app).toMatchObject({ requested: 2, running: 1, operations: held.operations });
    expect(textOf(app)).toContain('No such image: 127.0.0.1:9/nope:1');
    await swarm.docker('service', 'rollback', '--detach', 'mailer');
    await seen(
      'the update to be taken back',
      ({ operations, running }) => operations.length === 0 && running === 2,
    );
    await scale(3);
    expect(await see()).toMatchObject({ requested: 3 });
  });

  it.each([
    ['is global', 'global'],
    ['is a job', 'replicated-job'],
  ])('is refused by its name where it %s', async (words, mode) => {
    const { see, scale } = world();
    await swarm.docker(
      ...['service', 'create', '--detach', '--no-resolve-image', '--name', 'mailer', '--mode', mode],
      // No node runs its tasks: those of a job outlive it on the node's list.
      ...['--constraint', 'node.labels.none==here', SWARM_IMAGE, 'sleep', '600'],
    );
    expect(await see()).toMatchObject({ refused: expect.stringContaining(`Service mailer ${words}`) });
    await expect(scale(2)).rejects.toThrow(TargetRefused);
  });

  it('says why its containers do not run', async () => {
    const { seen } = world();
    await swarm.docker(
      ...['service', 'create', '--detach', '--no-resolve-image', '--name', 'mailer', '--restart-delay', '2s'],
      ...[SWARM_IMAGE, 'sh', '-c', 'exit 3'],
    );
    const app = await seen('it to back off', ({ backoffMs }) => backoffMs > 0);
    expect(app).toMatchObject({ requested: 1, running: 0, waiting: 1, backoffMs: 2_000 });
    expect(app.waitingFor).toEqual([
      { reason: 'BackingOff', text: expect.stringContaining('non-zero exit (3)') },
    ]);
    expect(textOf(app)).toContain('docker service logs mailer');
  });

  it('is another one when it is removed and made anew, and tasks of the old one hold their slots', async () => {
    const { see, seen, scale, running } = world();
    await swarm.runService('mailer', 1, '--stop-grace-period', '10m');
    await running(1);
    const old = await swarm.docker('ps', '--quiet');
    await swarm.docker('service', 'rm', 'mailer');
    await swarm.createService('mailer', 1);
    await expect(scale(2)).rejects.toThrow('it was removed and made anew; looking again');
    const both = await seen('both', ({ tasks }) => tasks.length === 2);
    expect(both).toMatchObject({ requested: 1, killing: 1 });
    await swarm.docker('kill', old);
    await running(1);
    expect(await see()).toMatchObject({ killing: 0 });
  });

  it('has room for as many more as the node has cpus that no task reserves', async () => {
    const { see, scheduler } = world();
    const cpus = Number(await swarm.docker('info', '--format', '{{.NCPU}}'));
    await swarm.runService('mailer', 1, '--reserve-cpu', String(cpus / 8));
    const app = await see();
    const question = { role: '*', headroom: 0, apps: [{ id: 'mailer', definition: app?.definition ?? {} }] };
    expect(app?.definition).toEqual({ cpus: cpus / 8 });
    expect(await scheduler.room(question, never)).toEqual(new Map([['mailer', 7]]));
  });

  it('is not read again while nothing happens to it', async () => {
    const { scheduler, see, running } = world();
    const watching = new AbortController();
    let woken = 0;
    const watch = scheduler.watch(() => woken++, watching.signal);
    onTestFinished(async () => {
      watching.abort();
      await watch;
    });
    await until('the stream to be open', () => woken > 0);
    await swarm.runService('mailer', 2);
    await running(2);
    await until('it to be settled', async () => {
      const before = scheduler.stats().reads;
      for (let i = 0; i < 20; i++) await see();
      return scheduler.stats().reads === before;
    });
  });

  it('goes on after the engine was restarted, with its count as it was', async () => {
    const { see, scale, running } = world();
    await swarm.runService('mailer', 2);
    await running(2);
    await swarm.stop();
    await expect(see()).rejects.toThrow(
      'start the engine (systemctl start docker), or name its socket in swarm.host',
    );
    await expect(scale(5)).rejects.toThrow(TransientError);
    await swarm.start();
    expect(await running(2)).toMatchObject({ requested: 2 });
  });

  // The last one: there is no swarm afterwards.
  it('cannot be looked at where the engine is in no swarm, and it is said what to do', async () => {
    const { see, scale } = world();
    await swarm.removeServices();
    await swarm.leave();
    for (const ask of [see, () => scale(2)]) {
      const failure = await ask().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TransientError);
      expect(String(failure)).toContain(
        `the engine at ${swarm.host} is in no swarm: name a manager in swarm.host, or make it one with docker swarm init`,
      );
    }
  });
});
