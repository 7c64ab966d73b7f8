// An operator that listens beyond its own machine: what is open, what needs which role, by which names it answers, and
// that nothing goes on with a token that is gone.

import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../src/runtime/document-store.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import type { HttpBindings } from '../../src/runtime/network/http.ts';
import { createToken, revokeToken } from '../../src/server/access/tokens.ts';
import { createServerApp, type ServerAppOptions } from '../../src/server/app.ts';
import { queueDemoView } from '../support/queue-demo.ts';
import { ShownState } from '../support/shown-state.ts';

const POLICIES = '/apis/microscaling.io/v1alpha1/microscalingpolicies';
const HOST = '192.0.2.7:8090';

/** A connection from this address. */
function from(address: string): HttpBindings {
  const incoming = new IncomingMessage(new Socket());
  Object.defineProperty(incoming.socket, 'remoteAddress', { value: address });
  return { incoming, outgoing: new ServerResponse(incoming) };
}

const known = await queueDemoView({ startMs: Date.UTC(2026, 7, 1) });

function start(options: Partial<ServerAppOptions> = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 7, 1));
  const documents = createMemoryDocumentStore();
  const make = (role: 'read' | 'write'): string =>
    createToken(documents, { name: role, role, nowMs: 0, randomBytes: (n) => Buffer.alloc(n, role) });
  const tokens = { read: make('read'), write: make('write') };
  const handler = createServerApp({
    state: new ShownState(known),
    clock,
    log: silentLogger,
    boundTo: '0.0.0.0',
    token: 'page-token',
    version: '1.2.3',
    documents,
    hosts: { machine: ['agent7'], allowed: ['scaling.example.com'] },
    ...options,
  });
  const ask = async (
    path: string,
    headers: Readonly<Record<string, string>> = {},
    init: RequestInit = {},
    address = '198.51.100.1',
  ): Promise<Response> => {
    const request = new Request(`http://${HOST}${path}`, { ...init, headers: { host: HOST, ...headers } });
    return handler(request, from(address));
  };
  const bearer = (role: 'read' | 'write') => ({ authorization: `Bearer ${tokens[role]}` });
  const logIn = (token: string, address?: string) =>
    ask(
      '/login',
      { 'content-type': 'application/json' },
      { method: 'POST', body: JSON.stringify({ token }) },
      address,
    );
  return { clock, documents, ask, bearer, logIn, tokens };
}

const GUARDED = [
  '/ui/stream',
  '/ui/history',
  '/metrics',
  '/assets/main.js',
  '/version',
  '/api',
  '/apis',
  '/openapi/v3',
  '/nothing',
  POLICIES,
  '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies/queue-demo/explain',
];

describe('without a token', () => {
  it.each(GUARDED)('%s is refused, and says how to get in', async (path) => {
    const response = await start().ask(path);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await response.json()).toMatchObject({ message: expect.stringMatching(/\/login.*token create/) });
  });

  it('the page leads to the form, which has what it consists of', async () => {
    const { ask } = start();
    const page = await ask('/');
    const runbook = await ask('/docs/runbooks/reasons/AtCapacity.md');
    expect([runbook.status, runbook.headers.get('location')]).toEqual([
      303,
      '/login?to=%2Fdocs%2Frunbooks%2Freasons%2FAtCapacity.md',
    ]);
    expect([page.status, page.headers.get('location')]).toEqual([303, '/login']);
    const form = await ask('/login');
    const files = [...(await form.text()).matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) expect([path, (await ask(path)).status]).toEqual([path, 200]);
  });

  it.each(['/healthz', '/readyz'])('%s answers', async (path) => {
    expect((await start().ask(path)).status).toBe(200);
  });

  it('answers metrics where they were opened, and nothing else', async () => {
    const { ask } = start({ openMetrics: true });
    expect([(await ask('/metrics')).status, (await ask('/ui/history')).status]).toEqual([200, 401]);
  });
});

describe('with a token', () => {
  it.each(GUARDED.filter((path) => path !== '/nothing'))('that may read, %s answers', async (path) => {
    const { ask, bearer } = start();
    const response = await ask(path, bearer('read'));
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it('that may read, nothing is written', async () => {
    const { ask, bearer } = start();
    const json = { 'content-type': 'application/json' };
    for (const path of ['/ui/scale', '/ui/pause', POLICIES.replace('/micro', '/namespaces/default/micro')])
      expect([path, (await ask(path, { ...bearer('read'), ...json }, { method: 'POST' })).status]).toEqual([
        path,
        403,
      ]);
  });
});

describe('a replay', () => {
  const body = JSON.stringify({ policy: 'default/queue-demo', fromMs: 1_000, toMs: 2_000 });
  const table = { title: 'what if', verdict: 'no difference', heads: [], rows: [], notes: [] };
  const recorded = { replays: { run: async () => table, yaml: () => '' } };
  const json = { 'content-type': 'application/json' };
  const asked = { method: 'POST', body };

  it('is a question: whoever may read may ask, and nobody without a token', async () => {
    const { ask, bearer } = start(recorded);
    expect((await ask('/ui/replay', { ...bearer('read'), ...json }, asked)).status).toBe(200);
    expect((await ask('/ui/replay', json, asked)).status).toBe(401);
    for (const path of ['/ui/replay/', '/ui//replay', '/ui/replay/x', '/ui/scale?/ui/replay'])
      expect([path, (await ask(path, { ...bearer('read'), ...json }, asked)).status]).toEqual([path, 403]);
    expect(
      (await ask('/ui/replay', { ...bearer('read'), ...json }, { ...asked, method: 'PUT' })).status,
    ).toBe(403);
  });

  it('of one who may only read ends where one who may write asks, and is not asked for all the time', async () => {
    let running = 0;
    const isReading = Promise.withResolvers<void>();
    const run = async (_: unknown, signal: AbortSignal): Promise<typeof table> => {
      running += 1;
      if (running > 1) return table;
      isReading.resolve();
      return await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    };
    const { ask, bearer, clock } = start({ replays: { run, yaml: () => '' } });
    const reading = ask('/ui/replay', { ...bearer('read'), ...json }, asked);
    await isReading.promise;
    await clock.advance(50_000);
    expect((await ask('/ui/replay', { ...bearer('write'), ...json }, asked)).status).toBe(200);
    expect([(await reading).status, await (await reading).json()]).toEqual([
      503,
      { message: expect.stringContaining('somebody who may write') },
    ]);
    running = 0;
    const again = ask('/ui/replay', { ...bearer('read'), ...json }, asked);
    await clock.advance(60_000);
    expect((await again).status).toBe(504);
    running = 0;
    const third = ask('/ui/replay', { ...bearer('read'), ...json }, asked);
    await clock.advance(60_000);
    expect((await third).status).toBe(504);
    const refused = await ask('/ui/replay', { ...bearer('read'), ...json }, asked);
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
  });

  it('is asked by the page of a session that may only read, and not by a cookie alone', async () => {
    const { ask, logIn, tokens } = start(recorded);
    const cookie = (await logIn(tokens.read)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const stream = (await ask('/ui/stream', { cookie })).body?.getReader();
    const hello = new TextDecoder().decode((await stream?.read())?.value);
    await stream?.cancel();
    const { token, replays, writes } = JSON.parse(/^data: (.*)$/m.exec(hello)?.[1] ?? '{}');
    expect([token, replays, writes]).toEqual(['page-token', true, 'off']);
    const ofPage = { cookie, ...json, 'x-microscaling-token': token };
    expect((await ask('/ui/replay', ofPage, asked)).status).toBe(200);
    expect((await ask('/ui/replay', { cookie, ...json }, asked)).status).toBe(403);
    expect((await ask('/ui/scale', ofPage, { ...asked, body: '{}' })).status).toBe(403);
  });
});

describe('a Host', () => {
  it.each([
    ['evil.example', 403],
    ['evil.example:8090', 403],
    ['scaling.example.com.evil.example', 403],
    ['SCALING.example.com:8090', undefined],
    ['192.0.2.7', undefined],
    ['[2001:db8::1]:8090', undefined],
    ['localhost:8090', undefined],
    ['agent7:31005', undefined],
    ['microscaling.shop.svc', undefined],
    ['microscaling.shop.svc.cluster.local:8090', undefined],
  ])('%s is answered with %s', async (host, status) => {
    const { ask } = start({ openMetrics: true });
    for (const path of ['/', '/login', '/ui/history', '/metrics', '/assets/login/login.js', POLICIES]) {
      const response = await ask(path, { host });
      expect([path, response.status === 403 ? 403 : undefined]).toEqual([path, status]);
      if (status === 403) expect(await response.text()).toMatch(/--allow-host (evil|scaling)/);
    }
  });

  it('does not matter to probes, nor to whoever has a token', async () => {
    const { ask, bearer } = start();
    const host = 'evil.example';
    expect((await ask('/healthz', { host })).status).toBe(200);
    expect((await ask(POLICIES, { host, ...bearer('read') })).status).toBe(200);
    expect((await ask(POLICIES, { host, authorization: 'Bearer guess' })).status).toBe(403);
  });
});

describe('a login', () => {
  it('opens a session that no script reads and no other site sends', async () => {
    const { ask, logIn, tokens } = start();
    const response = await logIn(tokens.read);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(response.status).toBe(204);
    expect(cookie).toMatch(
      /^microscaling_session_8090=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    const session = { cookie: cookie.split(';')[0] ?? '' };
    expect((await ask('/ui/history', session)).status).toBe(200);
    expect(await (await ask('/login/session', session)).json()).toEqual({
      user: { name: 'read', role: 'read', by: 'session' },
    });
    await ask('/logout', { ...session, 'content-type': 'application/json' }, { method: 'POST', body: '{}' });
    expect((await ask('/ui/history', session)).status).toBe(401);
  });

  it('ends by itself after half a day', async () => {
    const { ask, logIn, tokens, clock } = start();
    const cookie = (await logIn(tokens.read)).headers.get('set-cookie')?.split(';')[0] ?? '';
    await clock.advance(12 * 3_600_000 - 1);
    expect((await ask('/ui/history', { cookie })).status).toBe(200);
    await clock.advance(1);
    expect((await ask('/ui/history', { cookie })).status).toBe(401);
  });

  it('is not guessed: after five wrong tokens an address waits, and others do not', async () => {
    const { logIn, tokens, clock } = start();
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push((await logIn(`wrong-${i}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const waiting = await logIn(tokens.read);
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '5']);
    expect((await logIn(tokens.read, '198.51.100.2')).status).toBe(204);
    await clock.advance(5_000);
    expect((await logIn(tokens.read)).status).toBe(204);
  });

  it.each([
    ['no JSON', 'token=x', 400],
    ['a list', '[]', 400],
    ['no token', '{}', 400],
    ['an empty one', '{"token":" "}', 400],
    ['a number', '{"token":1}', 400],
    ['a large one', JSON.stringify({ token: 'x'.repeat(10_000) }), 413],
  ])('refuses %s', async (_, body, status) => {
    const { ask } = start();
    const type = { 'content-type': 'application/json' };
    const response = await ask('/login', type, { method: 'POST', body });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([status, null]);
  });

  it('is not for forms of other sites', async () => {
    const { ask, tokens } = start();
    const body = JSON.stringify({ token: tokens.read });
    const login = (headers: Record<string, string>) => ask('/login', headers, { method: 'POST', body });
    expect((await login({ 'content-type': 'text/plain' })).status).toBe(415);
    const foreign = { 'content-type': 'application/json', origin: 'http://evil.example' };
    expect((await login(foreign)).status).toBe(403);
    const proxied = { 'content-type': 'application/json', origin: `https://${HOST}` };
    const answer = await login({ ...proxied, 'x-forwarded-proto': 'https' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/; Secure$/),
    ]);
  });
});

describe('a stream', () => {
  it.each([
    ['a watch', `${POLICIES}?watch=true`],
    ['a stream of the page', '/ui/stream'],
  ])('%s ends within two seconds of its token', async (_, path) => {
    const { ask, bearer, documents, clock } = start();
    const reader = (await ask(path, bearer('read'))).body?.getReader();
    await reader?.read();
    revokeToken(documents, 'write');
    await clock.advance(2_000);
    revokeToken(documents, 'read');
    const ended = (async () => {
      for (;;) if ((await reader?.read())?.done !== false) return 'ended';
    })();
    await clock.advance(2_000);
    expect(await ended).toBe('ended');
  });

  it('ends with its session', async () => {
    const { ask, logIn, tokens, clock } = start();
    const cookie = (await logIn(tokens.read)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const reader = (await ask('/ui/stream', { cookie })).body?.getReader();
    await reader?.read();
    const type = { 'content-type': 'application/json' };
    await ask('/logout', { cookie, ...type }, { method: 'POST', body: '{}' });
    const ended = (async () => {
      for (;;) if ((await reader?.read())?.done !== false) return 'ended';
    })();
    await clock.advance(2_000);
    expect(await ended).toBe('ended');
  });

  it('leaves a watch that nobody reads nothing to read once its token is gone', async () => {
    const { ask, bearer, documents, clock } = start();
    const watch = await ask(`${POLICIES}?watch=true`, bearer('read'));
    revokeToken(documents, 'read');
    await clock.advance(2_000);
    // What was handed over before is gone already; nothing follows it.
    const reader = watch.body?.getReader();
    await reader?.read();
    expect((await reader?.read())?.done).toBe(true);
  });
});

describe('streams of the page', () => {
  const many = async (boundTo: string) => {
    const world = start({ boundTo });
    const headers = boundTo === '0.0.0.0' ? world.bearer('read') : { host: 'localhost' };
    const open = () => world.ask('/ui/stream', headers);
    return { ...world, open, streams: await Promise.all(Array.from({ length: 200 }, open)) };
  };

  it.each(['0.0.0.0', '127.0.0.1'])('on %s are two hundred at most, read or not', async (boundTo) => {
    const { open, streams } = await many(boundTo);
    const refused = await open();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toEqual({ message: expect.stringMatching(/200 pages are open already/) });
    await streams[0]?.body?.cancel();
    expect((await open()).status).toBe(200);
  });

  it('make room for others when nobody reads them', async () => {
    const { open, streams, clock } = await many('127.0.0.1');
    for (const stream of streams) await stream.body?.getReader().read();
    await clock.advance(30_000);
    expect((await open()).status).toBe(200);
  });
});
