import { afterEach, describe, expect, it } from 'vitest';
import { TerminalError, TransientError } from '../../../../src/runtime/errors.ts';
import type { MarathonConfig, MarathonScheduler } from '../../../../src/schedulers/marathon/index.ts';
import { FakeMarathon, type Scripted, type SeenRequest } from '../../../support/marathon/fake-marathon.ts';
import { fakeValues } from '../../../support/values.ts';
import { createScheduler, never } from '../setup.ts';

const APP = '/shop/orders';
const BASIC: MarathonConfig['auth'] = {
  basic: { username: 'operator', password: { fromEnv: 'PASSWORD' } },
};
const PASSWORD = 'correct horse';
const AUTHORIZATION = `Basic ${Buffer.from(`operator:${PASSWORD}`).toString('base64')}`;

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of started.splice(0)) await thing.close();
});

async function aMarathon(): Promise<FakeMarathon> {
  const marathon = new FakeMarathon();
  await marathon.start();
  started.push({ close: () => marathon.stop() });
  marathon.addApp(APP, 2);
  return marathon;
}

function aScheduler(config: Partial<MarathonConfig> & Pick<MarathonConfig, 'urls'>): MarathonScheduler {
  const scheduler = createScheduler(config, { values: fakeValues({ PASSWORD, SECRET: 's3cr3t' }) });
  started.push(scheduler);
  return scheduler;
}

const observe = (scheduler: MarathonScheduler) => scheduler.observe([APP], never);
const scale = (scheduler: MarathonScheduler, to: number) =>
  scheduler.apply({ kind: 'scale', app: APP, from: 2, to, reason: 'test' }, never);
const create = (scheduler: MarathonScheduler) =>
  scheduler.apply(
    {
      kind: 'create',
      app: '/shop/new',
      instances: 1,
      definition: { cmd: 'sleep 60' },
      envFrom: [{ name: 'KEY', from: { fromEnv: 'SECRET' }, optional: false }],
      owner: 'default/shop',
      reason: 'test',
    },
    never,
  );
const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: Error) => error,
  );
const isWrite = (request: SeenRequest): boolean => request.method !== 'GET';
const isList = (request: SeenRequest): boolean => request.path === '/v2/apps' && request.method === 'GET';
const always = (marathon: FakeMarathon, answer: Scripted, when = (_: SeenRequest) => true): void => {
  marathon.scripts.push((request) => (when(request) ? answer : undefined));
};

describe('an answer of a Marathon in trouble', () => {
  it.each([
    [
      'a proxy page',
      { status: 502, body: '<html><head><title>502 Bad Gateway</title></head></html>' },
      /answered 502: 502 Bad Gateway/,
    ],
    [
      'an HTML page',
      { status: 200, body: '<html>Sign in</html>' },
      /answered 200 with a web page instead of JSON; is the url the base of a Marathon API, or/,
    ],
    ['a text', { status: 200, body: 'pong' }, /answered 200 with a text instead of JSON/],
    ['nothing', { status: 200, body: '' }, /answered 200 with nothing instead of JSON/],
    ['an unknown route', { status: 500, body: { message: 'URI not found' } }, /answered 500: URI not found/],
    [
      'other JSON',
      { status: 200, body: { items: [] } },
      /answered 200 with JSON that is not Marathon's \(there is no 'apps' in it\)/,
    ],
    [
      'an app without its tasks',
      { status: 200, body: { apps: [{ id: APP, instances: 2 }] } },
      /\/shop\/orders tasks is not a list/,
    ],
    [
      'a count that is none',
      { status: 200, body: { apps: [{ id: APP, instances: '2', tasks: [] }] } },
      /instances is not a count/,
    ],
    [
      'refused credentials',
      { status: 401, body: '<html>Unauthorized</html>' },
      /answered 401: Unauthorized; check marathon.auth/,
    ],
    ['a wrong path', { status: 404, body: '<html>nginx</html>' }, /answered 404: nginx; is the url the base/],
    [
      'a broken connection',
      { status: 0, drop: true },
      /connection was closed before the answer was complete/,
    ],
  ] as const)('%s: cannot be read, said in words', async (_, answer, message) => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({ urls: [marathon.url] });
    always(marathon, answer, isList);
    const error = await failure(observe(scheduler));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`reading /v2/apps: marathon ${marathon.url}`);
    expect(scheduler.info()).toMatchObject({ reachable: false, message: error.message });
  });

  it('answers late: gives up after the deadline', async () => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({ urls: [marathon.url], deadlineMs: 50 });
    always(marathon, { status: 0, hang: true });
    const error = await failure(observe(scheduler));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toContain('no answer within 50 ms');
    // The next one gets more time, within bounds: a Marathon that comes back is slow at first.
    for (const words of ['no answer within 75 ms', 'no answer within 75 ms'])
      expect((await failure(observe(scheduler))).message).toContain(words);
  });

  it('is not there, then comes back on the same port with what it had: reading goes on', async () => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({ urls: [marathon.url] });
    await observe(scheduler);
    const { port } = marathon;
    await marathon.stop();
    const error = await failure(scale(scheduler, 3));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toContain(`scaling ${APP} to 3`);
    expect((await failure(observe(scheduler))).message).toMatch(/connection (refused|was closed)/);
    expect(scheduler.info().reachable).toBe(false);
    await marathon.start(port);
    expect((await observe(scheduler)).apps.get(APP)).toMatchObject({ requested: 2 });
    expect(scheduler.info()).toMatchObject({
      reachable: true,
      version: '1.10.26',
      message: 'Marathon 1.10.26',
    });
  });

  it('has closed the connection while it was idle: what may be repeated is, a creation is not', async () => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({ urls: [marathon.url] });
    await observe(scheduler);
    marathon.next(isWrite, { status: 0, drop: true });
    expect(await scale(scheduler, 3)).toMatchObject({ outcome: 'accepted' });
    marathon.next(isWrite, { status: 0, drop: true });
    expect(await failure(create(scheduler))).toBeInstanceOf(TransientError);
    expect(marathon.writes().map((r) => r.method)).toEqual(['PUT', 'PUT', 'POST']);
  });

  it('ends with the reason of the caller, not with an error of its own', async () => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({ urls: [marathon.url] });
    await observe(scheduler);
    always(marathon, { status: 0, hang: true });
    const stop = new AbortController();
    const change = { kind: 'scale', app: APP, from: 2, to: 3, reason: '' } as const;
    const work = failure(scheduler.apply(change, stop.signal));
    stop.abort(new Error('shutting down'));
    expect((await work).message).toBe('shutting down');
  });
});

describe('several base URLs', () => {
  it.each([
    ['is gone', (m: FakeMarathon) => m.stop()],
    [
      'knows no leader',
      async (m: FakeMarathon) => always(m, { status: 502, body: '<html>no leader</html>' }),
    ],
    ['is overloaded', async (m: FakeMarathon) => always(m, { status: 503, body: 'Too many requests' })],
    ['hangs', async (m: FakeMarathon) => always(m, { status: 0, hang: true })],
  ])('asks the next one when one %s, and stays there', async (_, trouble) => {
    const [first, second] = [await aMarathon(), await aMarathon()];
    const scheduler = aScheduler({ urls: [first.url, second.url], deadlineMs: 3_000 });
    await trouble(first);
    expect((await observe(scheduler)).apps.has(APP)).toBe(true);
    expect(await scale(scheduler, 3)).toMatchObject({ outcome: 'accepted' });
    expect(second.apps.get(APP)?.instances).toBe(3);
    expect(scheduler.info().url).toBe(second.url);
    const asked = first.requests.length;
    await observe(scheduler);
    expect(first.requests.length).toBe(asked);
  });

  it('says what each of them answered when none is well', async () => {
    const [first, second] = [await aMarathon(), await aMarathon()];
    const scheduler = aScheduler({ urls: [first.url, second.url] });
    always(first, { status: 502, body: '<html>no leader</html>' });
    await second.stop();
    const { message } = await failure(observe(scheduler));
    expect(message).toContain(`marathon ${first.url} answered 502: no leader`);
    expect(message).toContain(`marathon ${second.url}: connection refused`);
  });

  it('repeats a scale whose answer was lost: the same count twice is the same', async () => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({
      urls: [marathon.url, `${marathon.url}/`, marathon.url.replace('127.0.0.1', 'localhost')],
    });
    await observe(scheduler);
    marathon.next(isWrite, { status: 0, dropAfterEffect: true });
    expect(await scale(scheduler, 3)).toMatchObject({ outcome: 'accepted' });
    expect(marathon.apps.get(APP)?.instances).toBe(3);
  });

  it('says that a scale may land again when one that got it did not answer', async () => {
    const [first, second] = [await aMarathon(), await aMarathon()];
    const scheduler = aScheduler({ urls: [first.url, second.url], deadlineMs: 3_000 });
    await observe(scheduler);
    first.next(isWrite, { status: 0, hang: true });
    expect(await scale(scheduler, 3)).toMatchObject({ outcome: 'accepted', mayLandAgain: true });
    expect(await scale(scheduler, 4)).not.toHaveProperty('mayLandAgain');
  });

  it('does not repeat a creation that may have happened', async () => {
    const [first, second] = [await aMarathon(), await aMarathon()];
    const scheduler = aScheduler({ urls: [first.url, second.url] });
    first.next(isWrite, { status: 0, drop: true });
    expect(await failure(create(scheduler))).toBeInstanceOf(TransientError);
    expect(second.writes()).toEqual([]);
  });

  it('does repeat a creation that was never sent', async () => {
    const [first, second] = [await aMarathon(), await aMarathon()];
    const scheduler = aScheduler({ urls: [first.url, second.url] });
    await first.stop();
    expect(await create(scheduler)).toMatchObject({ outcome: 'accepted' });
    expect(second.apps.has('/shop/new')).toBe(true);
  });

  it('keeps a path prefix', async () => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({ urls: [`${marathon.url}/service/marathon/`] });
    const list = { status: 200, body: { apps: [] } };
    marathon.next((r) => r.path === '/service/marathon/v2/apps', list);
    expect((await observe(scheduler)).apps.size).toBe(0);
  });
});

describe('redirects and credentials', () => {
  const redirect = (status: number, to: string): Scripted => ({
    status,
    headers: { location: to },
    body: '',
  });

  it('sends the credentials to the configured origin, and none when there are none', async () => {
    const marathon = await aMarathon();
    await observe(aScheduler({ urls: [marathon.url], auth: BASIC }));
    expect(marathon.requests.map((r) => r.headers.authorization)).toContain(AUTHORIZATION);
    marathon.requests.length = 0;
    await observe(aScheduler({ urls: [marathon.url] }));
    expect(marathon.requests.every((r) => r.headers.authorization === undefined)).toBe(true);
  });

  it.each([302, 307])('follows a %d with writes, too: whoever redirects has not acted', async (status) => {
    const [standby, leader] = [await aMarathon(), await aMarathon()];
    const scheduler = aScheduler({ urls: [standby.url], auth: BASIC });
    always(standby, redirect(status, `${leader.url}/v2/apps${APP}?force=false`), isWrite);
    await observe(scheduler);
    expect(await scale(scheduler, 5)).toMatchObject({ outcome: 'accepted' });
    expect(leader.apps.get(APP)?.instances).toBe(5);
    expect(leader.requests.map((r) => [r.method, r.headers.authorization])).toEqual([['PUT', undefined]]);
  });

  it('keeps the credentials when the redirect leads to another configured origin', async () => {
    const [standby, leader] = [await aMarathon(), await aMarathon()];
    const scheduler = aScheduler({ urls: [standby.url, leader.url], auth: BASIC });
    always(standby, redirect(307, `${leader.url}/v2/apps?embed=apps.tasks`), isList);
    await observe(scheduler);
    expect(leader.requests[0]?.headers.authorization).toBe(AUTHORIZATION);
  });

  it('never carries an app with secrets to an origin that is not configured', async () => {
    const [standby, stranger] = [await aMarathon(), await aMarathon()];
    const scheduler = aScheduler({ urls: [standby.url] });
    always(standby, redirect(307, `${stranger.url}/v2/apps`), isWrite);
    const error = await failure(create(scheduler));
    expect(error).toBeInstanceOf(TerminalError);
    expect(error.message).toContain(`redirects to ${stranger.url}`);
    expect(stranger.requests).toEqual([]);
  });

  it('gives up on a redirect that leads in a circle, or out of http', async () => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({ urls: [marathon.url] });
    marathon.next(isList, redirect(302, 'file:///etc/passwd'));
    expect((await failure(observe(scheduler))).message).toContain('not an http address');
    always(marathon, redirect(302, '/v2/apps'), isList);
    expect((await failure(observe(scheduler))).message).toContain('redirected more than 3 times');
  });

  it('shows no secret in any error', async () => {
    const marathon = await aMarathon();
    const scheduler = aScheduler({ urls: [marathon.url], auth: BASIC });
    const echo = { status: 400, body: { message: 'Invalid JSON', details: 'near {"KEY":"s3cr3t"}' } };
    marathon.next(isWrite, echo);
    const errors = [await failure(create(scheduler))];
    await marathon.stop();
    errors.push(await failure(observe(scheduler)), await failure(create(scheduler)));
    for (const error of errors) {
      const everything = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
      expect(everything).not.toMatch(/s3cr3t|correct horse/);
      expect(everything).not.toContain(AUTHORIZATION);
    }
    expect(errors[0]?.message).toContain('near {"KEY":"***"}');
  });
});
