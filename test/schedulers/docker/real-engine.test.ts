// What becomes of an app on a real engine: whatever people, programs and the engine itself do to its containers.

import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AppDefinition } from '../../../src/api/policy.ts';
import type { AppObservation } from '../../../src/core/observation.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { engineProxy } from '../docker-engine/proxy.ts';
import { BUSYBOX_IMAGE, dockerMissing, startEngine, type TestEngine } from '../docker-engine/real-engine.ts';
import { APP, dockerWorld, never, SLEEPER } from './setup.ts';

const SECRET = { name: 'KEY', from: { fromEnv: 'SECRET' }, optional: false } as const;
const textOf = ({ waitingFor }: AppObservation): string => waitingFor.map(({ text }) => text).join();

describe.skipIf(dockerMissing())('an app on a real engine', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.remove());

  it('is as many containers as were asked for, labelled as ours and with no secret on a label', async () => {
    const world = dockerWorld(engine);
    await world.create(2, { ...SLEEPER, env: { RATE: '5' } }, { envFrom: [SECRET] });
    await world.running(2);
    const [name = '', ...others] = await world.names();
    expect(others).toHaveLength(1);
    const container = JSON.parse(await engine.docker('inspect', name))[0].Config;
    expect(container.Env).toEqual(expect.arrayContaining(['RATE=5', 'KEY=s3cr3t']));
    expect(container.Labels).toMatchObject({
      'microscaling.io/app': APP,
      'microscaling.io/policy': 'default/shop',
      'microscaling.io/generation': '1',
    });
    expect(JSON.stringify(container.Labels)).not.toContain('s3cr3t');
    expect(await world.scheduler.owned?.(never)).toEqual(new Map([[APP, 'default/shop']]));
  });

  it('replaces a container that somebody removes, and tells it at once', async () => {
    const world = dockerWorld(engine);
    const stop = new AbortController();
    const woken: (ReadonlySet<string> | undefined)[] = [];
    const watching = world.scheduler.watch((apps) => woken.push(apps), stop.signal);
    onTestFinished(async () => {
      stop.abort();
      await watching;
    });
    await until('the stream to be open', () => woken.length > 0);
    await world.create(2);
    await world.running(2);
    const before = await world.names();
    woken.length = 0;
    await engine.docker('rm', '--force', before[0] ?? '');
    await until('a wake-up', () => woken.some((apps) => apps?.has(APP)));
    await until('another in its place', async () => {
      await world.look();
      const names = await world.names();
      return names.length === 2 && !names.includes(before[0] ?? '');
    });
    expect((await world.look()).requested).toBe(2);
  });

  it('stops a container that somebody starts beside those that were asked for', async () => {
    const world = dockerWorld(engine);
    await world.create(1);
    await world.running(1);
    const [ours = ''] = await world.names();
    const labels = JSON.parse(await engine.docker('inspect', ours))[0].Config.Labels;
    const flags = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    await engine.docker(
      'run',
      '--detach',
      '--stop-signal',
      'SIGKILL',
      ...flags,
      BUSYBOX_IMAGE,
      'sleep',
      '600',
    );
    await until('only one again', async () => {
      await world.look();
      return (await world.names()).length === 1;
    });
    expect((await world.look()).requested).toBe(1);
  });

  it('starts again what ended after a while, and backs off with the reason where it ends at once', async () => {
    const world = dockerWorld(engine);
    await world.create(1, { ...SLEEPER, command: ['sh', '-c', 'exit 3'] });
    const app = await world.seen('it to back off', ({ backoffMs }) => backoffMs > 0);
    expect(app).toMatchObject({ requested: 1, running: 0, waiting: 1 });
    expect(textOf(app)).toMatch(/ended with exit code 3; docker logs shop-batch-\w+ shows what it said/);
    await world.update(SLEEPER);
    expect(await world.running(1)).toMatchObject({ waiting: 0, waitingFor: [], backoffMs: 0 });
  });

  it.each([
    ['an image that is not there', { ...SLEEPER, image: 'nope:1' }, 'NotPlaced', 'No such image: nope:1'],
    ['more cpus than the machine has', { ...SLEEPER, cpus: 1000 }, 'NoRoom', 'Range of CPUs'],
    [
      'a command that is not there',
      { ...SLEEPER, command: ['nosuch'] },
      'BackingOff',
      'executable file not found',
    ],
    [
      'a network that is not there',
      { ...SLEEPER, network: 'nosuch' },
      'NotPlaced',
      'network nosuch not found',
    ],
  ])("waits for %s with the engine's words", async (_, definition, reason, words) => {
    const world = dockerWorld(engine);
    await world.create(2, definition);
    const app = await world.seen(
      'both to wait',
      ({ waiting, waitingFor }) => waiting === 2 && waitingFor.length > 0,
    );
    expect(app).toMatchObject({ requested: 2, running: 0, waitingFor: [{ reason }] });
    expect(textOf(app)).toContain(words);
    expect(app.backoffMs).toBeGreaterThan(0);
    await world.scale(0);
    await world.seen('nothing to be left', ({ tasks, waiting }) => tasks.length === 0 && waiting === 0);
  });

  it('publishes ports, says where, and waits for one that is taken', async () => {
    const network = await engine.network();
    const world = dockerWorld(engine);
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
    });
    await until('a port', () => server.listening);
    const address = server.address();
    const taken = typeof address === 'object' ? address?.port : undefined;
    const ports = [{ containerPort: 80, hostAddress: '127.0.0.1' }];
    const command = [
      'sh',
      '-c',
      'mkdir -p /tmp/w && echo hello >/tmp/w/index.html && exec httpd -f -h /tmp/w',
    ];
    await world.create(2, { ...SLEEPER, command, network, ports });
    const app = await world.running(2);
    const given = app.tasks.map((task) => task.ports?.[0] ?? 0);
    expect(new Set(given).size).toBe(2);
    for (const port of given)
      await until(
        'an answer',
        async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))?.ok === true,
      );
    await world.update({ ...SLEEPER, network, ports: [{ ...ports[0], hostPort: taken }] });
    const waiting = await world.seen('a reason', ({ waitingFor }) => waitingFor.length > 0);
    expect(textOf(waiting)).toMatch(/address already in use|port is already allocated/);
    expect(waiting).toMatchObject({
      requested: 2,
      running: 1,
      waiting: 1,
      operations: [{ kinds: ['Restart'] }],
    });
  });

  it('counts as ready what its image calls healthy', async () => {
    const world = dockerWorld(engine);
    const healthCheck = {
      command: ['test', '-e', '/tmp/ready'],
      interval: '1s',
      timeout: '5s',
      retries: 100,
    };
    await world.create(1, { ...SLEEPER, healthCheck });
    expect(await world.running(1)).toMatchObject({ hasHealthChecks: true, ready: 0 });
    const [name = ''] = await world.names();
    await engine.docker('exec', name, 'mkdir', '/tmp/ready');
    expect(await world.seen('it to be healthy', ({ ready }) => ready === 1)).toMatchObject({ running: 1 });
  });

  it('takes over a new definition one by one and never holds more slots than were asked for', async () => {
    const world = dockerWorld(engine);
    await world.create(3);
    await world.running(3);
    const before = await world.names();
    await world.update({ ...SLEEPER, env: { RATE: '7' } });
    let most = 0;
    let fewest = Infinity;
    await world.seen('it to be rolled out', (app) => {
      most = Math.max(most, app.tasks.length);
      fewest = Math.min(fewest, app.running);
      return app.operations.length === 0 && app.running === 3;
    });
    expect(most).toBe(3);
    expect(fewest).toBeGreaterThanOrEqual(2);
    const after = await world.names();
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });

  it('keeps all but one instance running under a definition that does not work', async () => {
    const world = dockerWorld(engine);
    await world.create(3);
    await world.running(3);
    await world.update({ ...SLEEPER, command: ['false'] });
    const app = await world.seen('it to back off', ({ backoffMs }) => backoffMs > 1_000);
    expect(app).toMatchObject({ requested: 3, running: 2, waiting: 1, operations: [{ kinds: ['Restart'] }] });
    await world.update(SLEEPER);
    await world.running(3);
  });

  it('stops the instance first that says that it is idle', async () => {
    const network = await engine.network();
    const world = dockerWorld(engine);
    const busy = 'mkdir -p /tmp/w && echo working >/tmp/w/busy && exec httpd -f -h /tmp/w';
    const ports = [{ containerPort: 80, hostAddress: '127.0.0.1' }];
    await world.create(3, { ...SLEEPER, command: ['sh', '-c', busy], network, ports });
    const { tasks } = await world.running(3);
    const idle = tasks.map(({ id }) => id).toSorted()[1] ?? '';
    for (const port of tasks.map((task) => task.ports?.[0]))
      await until(
        'it to answer',
        async () => (await fetch(`http://127.0.0.1:${port}/busy`).catch(() => undefined))?.ok === true,
      );
    await engine.docker('exec', idle, 'sh', '-c', 'echo idle >/tmp/w/busy');
    await world.scale(2, { idleVictims: { path: '/busy', portIndex: 0, within: '5s' } });
    await world.running(2);
    expect(await world.names()).not.toContain(idle);
  });

  it('goes on after the engine was restarted, with the counts as they were', async () => {
    const world = dockerWorld(engine);
    await world.create(2);
    await world.running(2);
    await engine.stop();
    await expect(world.look()).rejects.toThrow(TransientError);
    await expect(world.look()).rejects.toThrow('start the engine (systemctl start docker)');
    await expect(world.scale(5)).rejects.toThrow(TransientError);
    await engine.start();
    expect(await world.running(2)).toMatchObject({ requested: 2 });
  });

  it('sees what happened while nothing was heard of the engine', async () => {
    const proxy = await engineProxy(engine.host);
    onTestFinished(() => proxy.close());
    const world = dockerWorld(engine, { config: { host: proxy.host } });
    const stop = new AbortController();
    let woken = 0;
    const watching = world.scheduler.watch(() => woken++, stop.signal);
    onTestFinished(async () => {
      stop.abort();
      await watching;
    });
    await world.create(2);
    await world.running(2);
    const [gone = ''] = await world.names();
    const connect = proxy.cut();
    await engine.docker('rm', '--force', gone);
    await expect(world.look()).rejects.toThrow(TransientError);
    const before = woken;
    connect();
    await until('a wake-up', () => woken > before);
    await world.running(2);
    expect(await world.names()).not.toContain(gone);
  });

  it('says that the engine hangs, and goes on when it does not', async () => {
    const patient = dockerWorld(engine);
    await patient.create(1);
    await patient.running(1);
    const world = dockerWorld(engine, { config: { deadlineMs: 300 } });
    engine.freeze();
    onTestFinished(() => engine.thaw());
    // What it said a moment ago may serve once more.
    await until('it to be missed', () =>
      world.look().then(
        () => false,
        (error: Error) => error.message.includes('the engine hangs or is overloaded'),
      ),
    );
    engine.thaw();
    const answered = await until('it to answer', () => world.look().catch(() => undefined));
    expect(answered).toMatchObject({ requested: 1, running: 1 });
  });

  it('is found again by an operator that starts anew: from its store, and else from the labels', async () => {
    const documents = createMemoryDocumentStore();
    const first = dockerWorld(engine, { deps: { documents } });
    await first.create(2, { ...SLEEPER, env: { RATE: '5' } }, { envFrom: [SECRET] });
    await first.running(2);
    await first.scheduler.close();
    const rotated = fakeValues({ SECRET: 'n3w' });
    const second = dockerWorld(engine, { deps: { documents, values: rotated } });
    const third = dockerWorld(engine, { deps: { values: rotated } });
    for (const world of [second, third]) {
      const app = await world.look();
      expect(app).toMatchObject({ requested: 2, running: 2, owner: 'default/shop', operations: [] });
      // What was rotated meanwhile is seen, for that is what restarts it.
      const wanted = { definition: { ...SLEEPER, env: { RATE: '5' } }, envFrom: [SECRET] };
      expect(world.scheduler.diff(wanted, app)).toEqual([
        { field: 'env.KEY', before: '(secret)', after: '(secret)' },
      ]);
      expect(world.scheduler.diff({ ...wanted, envFrom: [] }, app).map(({ field }) => field)).toEqual([
        'env.KEY',
      ]);
    }
    await third.scale(3);
    await third.running(3);
    const env = await Promise.all(
      (await third.names()).map((name) => engine.docker('inspect', '--format', '{{json .Config.Env}}', name)),
    );
    // The new one is like the others until the definition is written anew.
    expect(env.every((text) => text.includes('KEY=s3cr3t'))).toBe(true);
  });

  it('has the count that another process gave it meanwhile, when this one acts again', async () => {
    let isActing = true;
    const world = dockerWorld(engine, {
      deps: { isActing: () => isActing, documents: createMemoryDocumentStore() },
    });
    await world.create(3);
    await world.running(3);
    isActing = false;
    await world.look();
    const other = dockerWorld(engine);
    await other.scale(1);
    await other.running(1);
    isActing = true;
    expect(await world.look()).toMatchObject({ requested: 1, running: 1 });
    expect(await world.names()).toHaveLength(1);
  });

  it('has room for as many more as the machine has cpus and memory that nobody reserves', async () => {
    const { NCPU: cpus, MemTotal: bytes } = JSON.parse(await engine.docker('info', '--format', '{{json .}}'));
    const memMb = Math.floor(bytes / 1024 / 1024);
    const world = dockerWorld(engine);
    const definition = { ...SLEEPER, cpus: cpus / 8, mem: 32 };
    const room = async (asked: AppDefinition, headroom = 0): Promise<number | undefined> => {
      const question = { role: '*', headroom, apps: [{ id: APP, definition: asked }] };
      return (await world.scheduler.room?.(question, never))?.get(APP);
    };
    expect(await room(definition)).toBe(8);
    expect(await room(definition, 0.5)).toBe(4);
    expect(await room({ ...SLEEPER, cpus: 0.01, mem: memMb / 4 })).toBe(4);
    await world.create(2, definition);
    await world.running(2);
    await engine.docker('run', '--detach', '--cpus', String(cpus / 2), BUSYBOX_IMAGE, 'sleep', '600');
    expect(await room(definition)).toBe(2);
  });

  it("is left alone by somebody else's operator, which only lists whose it is", async () => {
    const world = dockerWorld(engine);
    await world.create(2);
    await world.running(2);
    const other = dockerWorld(engine);
    const watching = new AbortController();
    let woken = 0;
    const watch = other.scheduler.watch(() => woken++, watching.signal);
    await until('it to follow the engine', () => woken > 0);
    expect(await other.scheduler.owned?.(never)).toEqual(new Map([[APP, 'default/shop']]));
    for (const count of [1, 3, 1]) {
      const before = woken;
      await world.scale(count);
      await world.running(count);
      await until('the other to have heard of it', () => woken > before);
    }
    expect(other.scheduler.stats().writes).toBe(0);
    watching.abort();
    await watch;
  });

  it('is left alone when it is released, and by a process that does not act', async () => {
    const world = dockerWorld(engine);
    await world.create(2);
    await world.running(2);
    await world.apply({ kind: 'release', app: APP, reason: 'test' });
    const standby = dockerWorld(engine, { deps: { isActing: () => false } });
    await standby.look();
    const [gone = ''] = await world.names();
    await engine.docker('rm', '--force', gone);
    for (const each of [world, standby]) {
      await each.seen('one fewer', ({ running }) => running === 1);
      await each.look();
    }
    expect(await world.names()).toHaveLength(1);
    await world.scale(2);
    await world.running(2);
  });
});
