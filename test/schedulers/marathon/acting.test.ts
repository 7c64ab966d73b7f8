import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change, FieldDiff } from '../../../src/core/change.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError, TransientError, WaitError } from '../../../src/runtime/errors.ts';
import { SurplusWaits } from '../../../src/schedulers/scheduler.ts';
import type { SeenRequest } from '../../support/marathon/fake-marathon.ts';
import { never, type Setup, setUp } from './setup.ts';

const APP = '/shop/orders';
const OWNER = 'default/shop';
const OURS = { labels: { 'microscaling.io/policy': OWNER } };

let world: Setup;
let clock: VirtualClock;
beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2024, 4, 2));
  world = await setUp({}, { clock });
});
afterEach(() => world.close());

const apply = (change: Change) => world.scheduler.apply(change, never);
const scale = (to: number) => apply({ kind: 'scale', app: APP, from: 0, to, reason: 'test' });
const remove = () => apply({ kind: 'delete', app: APP, reason: 'test' });
const create = (more: Partial<Extract<Change, { kind: 'create' }>> = {}) =>
  apply({
    kind: 'create',
    app: APP,
    instances: 2,
    definition: { cmd: 'work' },
    envFrom: [],
    owner: OWNER,
    reason: 'test',
    ...more,
  });
const field = (name: string): FieldDiff => ({ field: name, before: 'old', after: 'new' });
const update = (definition: Record<string, unknown>, ...fields: string[]) =>
  apply({ kind: 'update', app: APP, definition, envFrom: [], fields: fields.map(field), reason: 'test' });
const observe = () => world.scheduler.observe([APP], never);
const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  );
const isWrite = (request: SeenRequest): boolean => request.method !== 'GET';
const written = () => world.marathon.writes().map((r) => [r.method, r.path, r.query.toString(), r.body]);

describe('scaling', () => {
  it('sends instances alone, once', async () => {
    world.marathon.addApp(APP, 2);
    await observe();
    world.marathon.requests.length = 0;
    expect(await scale(5)).toMatchObject({ outcome: 'accepted' });
    expect(world.marathon.requests.map((r) => [r.method, r.path, r.query.toString(), r.body])).toEqual([
      ['PUT', `/v2/apps${APP}`, 'force=false', { instances: 5 }],
    ]);
  });

  it('sends along what a partial update would lose, so that the scale is no restart', async () => {
    const limits = {
      resourceLimits: { cpus: 'unlimited' },
      executorResources: { cpus: 0.1, mem: 32, disk: 0 },
    };
    const app = world.marathon.addApp(APP, 2, limits);
    const configured = app.lastConfigChangeAt;
    await scale(5);
    expect(written()).toEqual([['PUT', `/v2/apps${APP}`, 'force=false', { instances: 5, ...limits }]]);
    expect(app.lastConfigChangeAt).toBe(configured);
  });

  it('writes nothing when the count is there', async () => {
    world.marathon.addApp(APP, 2);
    expect(await scale(2)).toEqual({ outcome: 'noop' });
    expect(written()).toEqual([]);
  });

  it('knows its own last write to an app, and does not need the list for it', async () => {
    world.marathon.addApp(APP, 2);
    await observe();
    await scale(5);
    world.marathon.requests.length = 0;
    expect(await scale(5)).toEqual({ outcome: 'noop' });
    expect(world.marathon.requests.map((r) => [r.method, r.path])).toEqual([['GET', `/v2/apps${APP}`]]);
  });

  it('looks again when the app has gone meanwhile, which Marathon answers like a wrong body', async () => {
    world.marathon.addApp(APP, 2);
    await observe();
    world.marathon.apps.delete(APP);
    const error = await failure(scale(5));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe(`scaling ${APP} to 5: the app is not in Marathon any more; looking again`);
  });

  it('knows the same answer of Marathon 1.4, which says 400', async () => {
    world.marathon.addApp(APP, 2);
    await observe();
    world.marathon.apps.delete(APP);
    const details = [{ path: '/', errors: ["must contain one of 'cmd' or 'args'"] }];
    world.marathon.next(isWrite, { status: 400, body: { message: 'Object is not valid', details } });
    expect((await failure(scale(5))).message).toMatch(/not in Marathon any more; looking again$/);
  });

  it('takes the same answer about an app that is there for a refusal', async () => {
    world.marathon.addApp(APP, 2);
    const details = [{ path: '/', errors: ['not allowed'] }];
    world.marathon.next(isWrite, { status: 422, body: { message: 'Object is not valid', details } });
    const error = await failure(scale(5));
    expect(error).toBeInstanceOf(TerminalError);
    expect(error.message).toMatch(/answered 422: Object is not valid; \/ not allowed/);
  });
});

describe('locks', () => {
  it('goes over its own scaling with force and without running into the lock', async () => {
    world.marathon.addApp(APP, 2);
    world.marathon.holdDeployments = true;
    await scale(5);
    expect(await scale(6)).toMatchObject({ outcome: 'accepted' });
    expect(written().map(([, , query]) => query)).toEqual(['force=false', 'force=true']);
    expect(world.scheduler.stats()).toMatchObject({ writes: 2, conflicts: 0 });
    expect(world.marathon.deployments).toHaveLength(1);
  });

  it('goes over its own creation', async () => {
    world.marathon.holdDeployments = true;
    await create();
    expect(await scale(6)).toMatchObject({ outcome: 'accepted' });
  });

  it("does not go over somebody else's creation of an app", async () => {
    world.marathon.addApp(APP, 2);
    world.marathon.deploy('StartApplication', APP);
    expect(await failure(scale(6))).toBeInstanceOf(WaitError);
  });

  it.each([
    ['a restart', 'RestartApplication', [APP]],
    ['a stop', 'StopApplication', [APP]],
    ['a scale of several apps', 'ScaleApplication', [APP, '/shop/other']],
  ])('waits for %s and touches nothing, not even when asked to delete', async (_, action, apps) => {
    world.marathon.addApp(APP, 2, OURS);
    world.marathon.addApp('/shop/other', 1);
    const deployment = world.marathon.deploy(action, ...apps);
    for (const attempt of [() => scale(6), () => update({ mem: 64 }, 'mem'), remove]) {
      const error = await failure(attempt());
      expect(error).toBeInstanceOf(WaitError);
      expect(error.message).toContain(`locked by deployment ${deployment.id} (${action} ${apps[0]}`);
      for (const app of apps) expect(error.message).toContain(`${action} ${app}`);
    }
    expect(written()).toEqual([]);
    expect(world.marathon.deployments).toEqual([deployment]);
  });

  it('runs into a restart that began after the last look, and yields', async () => {
    world.marathon.addApp(APP, 2);
    await observe();
    const restart = world.marathon.deploy('RestartApplication', APP);
    const error = await failure(scale(6));
    expect(error).toBeInstanceOf(WaitError);
    expect(error.message).toContain(restart.id);
    expect(world.scheduler.stats()).toMatchObject({ conflicts: 1 });
    expect(world.marathon.deployments).toEqual([restart]);
  });

  it('meet a foreign scale that began after the last look, and replace it', async () => {
    world.marathon.addApp(APP, 2);
    await observe();
    world.marathon.deploy('ScaleApplication', APP);
    expect(await scale(6)).toMatchObject({ outcome: 'accepted' });
    expect(written().map(([, , query]) => query)).toEqual(['force=false', 'force=true']);
  });

  it('tries again without force when the lock has gone meanwhile', async () => {
    world.marathon.addApp(APP, 2);
    const lock = { status: 409, body: { message: 'locked', deployments: [{ id: 'gone-again' }] } };
    world.marathon.next(isWrite, lock);
    expect(await scale(6)).toMatchObject({ outcome: 'accepted' });
    expect(written().map(([, , query]) => query)).toEqual(['force=false', 'force=false']);
  });

  it('does not try for ever', async () => {
    world.marathon.addApp(APP, 2);
    const lock = { status: 409, body: { message: 'locked', deployments: [{ id: 'unseen' }] } };
    world.marathon.scripts.push((r) => (isWrite(r) ? lock : undefined));
    expect(await failure(scale(6))).toBeInstanceOf(WaitError);
    expect(written()).toHaveLength(3);
  });

  it('lets the fix of a broken app through its own scaling that can never end', async () => {
    world.marathon.addApp(APP, 2, OURS);
    world.marathon.deploy('ScaleApplication', APP);
    expect(await update({ cmd: 'fixed' }, 'cmd')).toMatchObject({ outcome: 'accepted' });
    expect(world.marathon.apps.get(APP)).toMatchObject({ instances: 2, definition: { cmd: 'fixed' } });
  });
});

describe('an update that is still under way', () => {
  const change: Change = {
    kind: 'update',
    app: APP,
    definition: { cmd: 'new' },
    envFrom: [],
    fields: [field('cmd')],
    reason: 'test',
  };

  it('gives way to our next one', async () => {
    world.marathon.addApp(APP, 2, OURS);
    const { id } = world.marathon.deploy('RestartApplication', APP);
    await apply({ ...change, supersedes: id });
    expect(written()).toMatchObject([['PATCH', `/v2/apps${APP}`, 'force=true', { cmd: 'new' }]]);
  });

  it("does not give way when it is somebody else's", async () => {
    world.marathon.addApp(APP, 2, OURS);
    world.marathon.deploy('RestartApplication', APP);
    await expect(apply({ ...change, supersedes: 'another' })).rejects.toThrow(WaitError);
    expect(written()).toEqual([]);
  });
});

describe('403', () => {
  const refused = { status: 403, body: { message: 'Max number (100) of running deployments is achieved.' } };

  it('waits as a whole while Marathon runs as many deployments as it may', async () => {
    world.marathon.addApp(APP, 2);
    world.marathon.addApp('/other', 1);
    world.marathon.deploy('RestartApplication', '/other');
    world.marathon.next(isWrite, refused);
    const first = await failure(scale(3));
    expect(first).toBeInstanceOf(WaitError);
    expect(first.message).toMatch(
      /scaling \/shop\/orders to 3: .*Max number \(100\).*\(1 deployments are running\)/,
    );
    const second = await failure(create({ app: '/shop/second' }));
    expect(second).toBeInstanceOf(WaitError);
    expect(written()).toHaveLength(1);
    await clock.advance((second as WaitError).retryAfterMs);
    expect(await scale(3)).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    ['Marathon says so and nothing runs', { status: 403, body: { message: 'Not authorized' } }],
    ['an HTML page says so', { status: 403, body: '<html>Forbidden</html>' }],
  ])('is a matter of rights when %s', async (_, answer) => {
    world.marathon.addApp(APP, 2);
    world.marathon.next(isWrite, answer);
    const error = await failure(scale(3));
    expect(error).toBeInstanceOf(TerminalError);
    expect(error.message).toContain('the configured account may not do this');
  });
});

describe('creating', () => {
  it('sends the definition, the count, our label, secrets and an upgrade that stays within budget', async () => {
    await create({
      definition: {
        id: 'ignored',
        instances: 9,
        version: 'x',
        cmd: 'work',
        cpus: 0.1,
        env: { RATE: '5' },
        user: null,
      },
      envFrom: [
        { name: 'KEY', from: { fromEnv: 'SECRET' }, optional: false },
        { name: 'MAYBE', from: { fromEnv: 'NOT_SET' }, optional: true },
      ],
    });
    expect(world.marathon.writes()[0]?.query.toString()).toBe('force=false');
    expect(world.marathon.writes()[0]?.body).toEqual({
      id: APP,
      instances: 2,
      cmd: 'work',
      cpus: 0.1,
      env: { RATE: '5', KEY: 's3cr3t' },
      labels: { 'microscaling.io/policy': OWNER },
      upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
    });
  });

  it.each([
    [
      'both',
      { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.2 },
      { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.2 },
    ],
    [
      'the health floor',
      { minimumHealthCapacity: 0.5 },
      { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    ],
    ['the ceiling', { maximumOverCapacity: 1 }, { minimumHealthCapacity: 1, maximumOverCapacity: 1 }],
  ])('respects an upgradeStrategy that names %s', async (_, own, expected) => {
    await create({ definition: { cmd: 'work', upgradeStrategy: own } });
    expect(world.marathon.writes()[0]?.body).toMatchObject({ upgradeStrategy: expected });
  });

  it('refuses before it writes when a needed secret is not there', async () => {
    const envFrom = [{ name: 'KEY', from: { fromEnv: 'NOT_SET' }, optional: false }];
    expect(await failure(create({ envFrom }))).toBeInstanceOf(TerminalError);
    expect(world.marathon.requests).toEqual([]);
  });

  it('passes on, with path and reason, what Marathon finds wrong', async () => {
    const details = [{ path: '/cmd', errors: ['must not be an empty string', 'is odd'] }];
    world.marathon.next(isWrite, { status: 422, body: { message: 'Object is not valid', details } });
    const error = await failure(create());
    expect(error).toBeInstanceOf(TerminalError);
    expect(error.message).toContain(
      'creating /shop/orders: marathon http://127.0.0.1:' +
        world.marathon.port +
        ' answered 422: Object is not valid; /cmd must not be an empty string; /cmd is odd',
    );
  });

  it('waits when the name is still held by a deployment', async () => {
    const stop = world.marathon.deploy('StopApplication', APP);
    const body = { message: 'App is locked', deployments: [{ id: stop.id }] };
    world.marathon.next(isWrite, { status: 409, body });
    const error = await failure(create());
    expect(error).toBeInstanceOf(WaitError);
    expect(error.message).toContain(`locked by deployment ${stop.id} (StopApplication ${APP})`);
  });
});

/** What a change of several instances of ours carries, so that they roll within the budget. */
const ROLLING = { upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } };

describe('updating', () => {
  it.each([
    [
      'rolls half of several instances at a time',
      4,
      OURS,
      {},
      { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    ],
    ['stops a single instance first', 1, OURS, {}, { minimumHealthCapacity: 0, maximumOverCapacity: 0 }],
    [
      'leaves the strategy that the policy names',
      4,
      OURS,
      { upgradeStrategy: { maximumOverCapacity: 1 } },
      undefined,
    ],
    ['leaves the strategy of an app made by others', 4, {}, {}, undefined],
  ])('%s', async (_, instances, extra, named, expected) => {
    world.marathon.addApp(APP, instances, extra);
    await update({ cmd: 'work', mem: 64, ...named }, 'mem');
    const body = world.marathon.writes()[0]?.body as { readonly upgradeStrategy?: object };
    expect(body.upgradeStrategy).toEqual(expected);
  });

  it('sends what differs, never the count, and never creates', async () => {
    world.marathon.addApp(APP, 2, { ...OURS, resourceLimits: { mem: 64 } });
    await update({ id: APP, instances: 9, cmd: 'work', mem: 64, cpus: 1 }, 'mem');
    expect(written()).toEqual([
      ['PATCH', `/v2/apps${APP}`, 'force=false', { mem: 64, resourceLimits: { mem: 64 }, ...ROLLING }],
    ]);
  });

  it('replaces env and labels of an app of ours, and keeps its creation label', async () => {
    world.marathon.addApp(APP, 2, {
      env: { RATE: '1', STRAY: 'x' },
      labels: { ...OURS.labels, team: 'old', stray: 'x' },
    });
    await update({ env: { RATE: '5' }, labels: { team: 'new' } }, 'env.RATE', 'labels.team');
    expect(world.marathon.writes()[0]?.body).toEqual({
      env: { RATE: '5' },
      labels: { ...OURS.labels, team: 'new' },
      ...ROLLING,
    });
  });

  it('adds to env and labels of an adopted app, and does not mark it as ours', async () => {
    world.marathon.addApp(APP, 2, { env: { RATE: '1', THEIRS: 'x' }, labels: { theirs: 'x' } });
    await update({ env: { RATE: '5' }, labels: { team: 'new' } }, 'env.RATE', 'labels.team');
    expect(world.marathon.writes()[0]?.body).toEqual({
      env: { RATE: '5', THEIRS: 'x' },
      labels: { theirs: 'x', team: 'new' },
    });
  });

  it('brings the secrets along when it writes env, and keeps one that it cannot look at', async () => {
    world.marathon.addApp(APP, 2, { ...OURS, env: { KEY: 'old', MAYBE: 'kept' } });
    await apply({
      kind: 'update',
      app: APP,
      definition: { env: { RATE: '5' } },
      envFrom: [
        { name: 'KEY', from: { fromEnv: 'SECRET' }, optional: false },
        { name: 'MAYBE', from: { fromEnv: 'NOT_SET' }, optional: true },
      ],
      fields: [field('env.RATE')],
      reason: 'test',
    });
    expect(world.marathon.writes()[0]?.body).toEqual({
      env: { RATE: '5', KEY: 's3cr3t', MAYBE: 'kept' },
      ...ROLLING,
    });
  });

  it.each([
    ['ports', { ports: [0] }, 'portDefinitions'],
    ['uris', { uris: ['http://x/y.tgz'] }, 'fetch'],
  ])('sends the older spelling %s as it is written', async (_, definition, named) => {
    world.marathon.addApp(APP, 2, OURS);
    await update(definition, named);
    expect(world.marathon.writes()[0]?.body).toEqual({ ...definition, ...ROLLING });
  });
});

describe('deleting', () => {
  it('says that it does not force, which Marathon would do by default', async () => {
    world.marathon.addApp(APP, 2, OURS);
    await remove();
    expect(written()).toEqual([['DELETE', `/v2/apps${APP}`, 'force=false', undefined]]);
  });

  it('takes an app that goes away meanwhile for deleted', async () => {
    world.marathon.addApp(APP, 2, OURS);
    world.marathon.scripts.push((r) => {
      if (r.method === 'DELETE') world.marathon.apps.delete(APP);
      return undefined;
    });
    expect(await remove()).toEqual({ outcome: 'noop' });
  });
});

describe('shrinking while instances wait', () => {
  /** 3 run, 5 wait. */
  const crowded = (): void => {
    world.marathon.addApp(APP, 3);
    world.marathon.launching = false;
    world.marathon.setInstances(APP, 8);
  };

  it('holds when running work would have to go for what only waits', async () => {
    crowded();
    const reasons = { rejectSummaryLastOffers: [{ reason: 'InsufficientCpus', declined: 4, processed: 9 }] };
    world.marathon.queue.set(APP, { processedOffersSummary: reasons });
    const error = await failure(scale(4));
    expect(error).toBeInstanceOf(SurplusWaits);
    expect(error.message).toMatch(
      /5 of its 8 instances still wait to launch \(InsufficientCpus\).*stop 3 running/,
    );
    expect(written()).toEqual([]);
  });

  it('names the youngest as victims when some have to go', async () => {
    crowded();
    const tasks = world.marathon.apps.get(APP)?.tasks ?? [];
    expect(await scale(2)).toMatchObject({ outcome: 'accepted', instances: 7 });
    expect(written()).toEqual([
      ['POST', '/v2/tasks/delete', 'scale=true&force=false', { ids: [tasks[2]?.id] }],
    ]);
    expect((await observe()).apps.get(APP)).toMatchObject({ requested: 7, running: 2, waiting: 5 });
  });

  it('leaves it to Marathon up to 1.7, which purges the waiting ones first', async () => {
    world.marathon.version = '1.7.236';
    crowded();
    await observe();
    expect(await scale(4)).toMatchObject({ outcome: 'accepted' });
    expect(written()).toEqual([['PUT', `/v2/apps${APP}`, 'force=false', { instances: 4 }]]);
  });
});

describe('a fall of an app whose instances tell whether they are idle', () => {
  const idleVictims = { path: '/busy', portIndex: 0, within: '200ms' } as const;
  const fall = (to: number, more: { readonly idleVictims?: typeof idleVictims } = { idleVictims }) =>
    apply({ kind: 'scale', app: APP, from: 4, to, reason: 'test', ...more });
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Four tasks, the youngest last; who is not in `says` does not answer. */
  async function telling(
    says: Readonly<Record<number, string | (() => string)>>,
  ): Promise<readonly string[]> {
    world.marathon.addApp(APP, 4);
    const tasks = world.marathon.apps.get(APP)?.tasks ?? [];
    for (const [i, task] of tasks.entries()) {
      task.host = '127.0.0.1';
      task.ports = [1];
      const word = says[i];
      if (word === undefined) continue;
      const said = typeof word === 'string' ? () => word : word;
      const server = createServer((_, answer) => answer.end(said())).listen(0, '127.0.0.1');
      await once(server, 'listening');
      servers.push(server);
      task.ports = [(server.address() as AddressInfo).port];
    }
    return tasks.map(({ id }) => id);
  }

  it('takes the idle ones in one write', async () => {
    const ids = await telling({ 0: 'idle', 1: 'busy', 2: 'idle', 3: 'busy' });
    expect(await fall(2)).toMatchObject({ outcome: 'accepted', instances: 2 });
    expect(written()).toEqual([
      [
        'POST',
        '/v2/tasks/delete',
        'scale=true&force=false',
        { ids: expect.arrayContaining([ids[0], ids[2]]) },
      ],
    ]);
    expect((await observe()).apps.get(APP)).toMatchObject({ requested: 2, running: 2 });
  });

  it('leaves the choice to Marathon where nobody says that it is idle', async () => {
    await telling({ 0: 'busy' });
    await fall(2);
    expect(written()).toEqual([['PUT', `/v2/apps${APP}`, 'force=false', { instances: 2 }]]);
  });

  it('knows which count came of it where a victim had ended by itself', async () => {
    const ids = await telling({
      0: 'idle',
      1: 'busy',
      2: () => {
        // Another one takes its place, and nobody has heard of it yet.
        world.marathon.apps.get(APP)?.tasks.splice(2, 1, world.marathon.task(APP, 'TASK_RUNNING'));
        return 'idle';
      },
      3: 'busy',
    });
    await observe();
    expect(await fall(2)).toMatchObject({ outcome: 'accepted', instances: 3 });
    expect(written().map(([, , , body]) => body)).toEqual([
      { ids: expect.arrayContaining([ids[0], ids[2]]) },
    ]);
    expect((await observe()).apps.get(APP)).toMatchObject({ requested: 3 });
  });

  it('takes the count for what was asked for where it cannot be looked at', async () => {
    await telling({ 0: 'idle', 1: 'idle' });
    await observe();
    world.marathon.scripts.push((r) =>
      r.path === `/v2/apps${APP}` && world.marathon.writes().length > 0 ? { status: 403 } : undefined,
    );
    expect(await fall(2)).toMatchObject({ outcome: 'accepted', instances: 2 });
  });

  it('does not take the count of somebody else, who came after it, for its own', async () => {
    await telling({ 0: 'idle', 1: 'idle' });
    await observe();
    world.marathon.scripts.push((r) => {
      if (r.path === `/v2/apps${APP}` && world.marathon.writes().length > 0)
        world.marathon.setInstances(APP, 9);
      return undefined;
    });
    expect(await fall(2)).toMatchObject({ outcome: 'accepted', instances: 2 });
  });

  it('asks again before another attempt, for what was said first is out of date by then', async () => {
    const isFirst = () => written().length === 0;
    const ids = await telling({
      0: () => (isFirst() ? 'idle' : 'busy'),
      1: () => (isFirst() ? 'busy' : 'idle'),
    });
    const lock = { status: 409, body: { message: 'locked', deployments: [{ id: 'gone-again' }] } };
    world.marathon.next(isWrite, lock);
    await fall(3);
    expect(written().map(([, , , body]) => body)).toEqual([{ ids: [ids[0]] }, { ids: [ids[1]] }]);
  });

  it('looks at the locks before it asks, so that little time passes from an answer to the write', async () => {
    const readsBefore: number[] = [];
    const deployments = () => world.marathon.reads('/v2/deployments');
    await telling({
      0: () => {
        readsBefore.push(deployments());
        return 'idle';
      },
    });
    world.marathon.deploy('ScaleApplication', APP);
    await observe();
    await fall(3);
    expect(readsBefore).toEqual([deployments()]);
  });

  it('asks nobody before a rise, before a fall to nothing, and where the policy does not say so', async () => {
    await telling({ 0: 'idle', 1: 'idle', 2: 'idle', 3: 'idle' });
    await fall(2, {});
    await fall(3);
    await fall(0);
    expect(written().map(([method, path]) => `${method} ${path}`)).toEqual(
      Array.from({ length: 3 }, () => `PUT /v2/apps${APP}`),
    );
  });
});
