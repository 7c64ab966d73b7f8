import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RUNBOOK_REASONS, runbookOf } from '../../src/api/words/runbooks.ts';
import type { OperatorState } from '../../src/controller/status/view.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { TerminalError, TransientError, WaitError } from '../../src/runtime/errors.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import type { HttpBindings } from '../../src/runtime/network/http.ts';
import { createServerApp, type ServerAppOptions } from '../../src/server/app.ts';
import { ROOT } from '../support/programs/command.ts';
import { QueueDemo, queueDemoView } from '../support/queue-demo.ts';
import { ShownState } from '../support/shown-state.ts';

const API = '/apis/microscaling.io/v1alpha1';

/** The page's files by their path under it. */
function pageFiles(): readonly { readonly name: string; readonly text: string }[] {
  const page = join(import.meta.dirname, '../../src/server/page/dashboard');
  return readdirSync(page, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(page, name), 'utf8') }));
}

const STARTED = { startMs: Date.UTC(2026, 7, 1), pastMs: 20_000 };
const known = await queueDemoView(STARTED);

/** The server of a running operator. */
async function start(options: Partial<ServerAppOptions> = {}) {
  const demo = await QueueDemo.start(STARTED);
  return { ...serverOf(demo.state, { clock: demo.clock, ...options }), demo };
}

/** The server of an operator that shows what the test says. */
function startShown() {
  const state = new ShownState(known);
  return { ...serverOf(state), state };
}

function serverOf(state: OperatorState, options: Partial<ServerAppOptions> = {}) {
  const handler = createServerApp({
    state,
    clock: new VirtualClock(known.atMs),
    log: silentLogger,
    boundTo: '127.0.0.1',
    token: 'token-of-this-start',
    version: '1.2.3',
    ...options,
  });
  const ask = async (path: string, init: RequestInit = {}, host = '127.0.0.1:8090'): Promise<Response> => {
    const request = new Request(`http://${host}${path}`, init);
    request.headers.set('host', host);
    return handler(request, {} as HttpBindings);
  };
  const scale = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    ask('/ui/scale', {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        'x-microscaling-token': 'token-of-this-start',
        ...headers,
      },
    });
  return { ask, scale };
}

describe('the page', () => {
  it('is served with a policy that lets nothing in from elsewhere', async () => {
    const response = await (await start()).ask('/');
    expect(response.headers.get('content-type')).toContain('text/html');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|http|\*|data:/);
  });

  it('has no inline script or style, and asks nobody else for anything', async () => {
    const html = await (await (await start()).ask('/')).text();
    expect(html).not.toMatch(/<style|style=|\son\w+=|https?:|\/\//);
    expect(html.match(/<script[^>]*>(?!<\/script>)/)).toBeNull();
  });

  it('serves every file that its files name', async () => {
    const { ask } = await start();
    const named = pageFiles().flatMap(({ name, text }) => [
      ...[...text.matchAll(/"(\/assets\/[^"]+)"/g)].map((m) => m[1] ?? ''),
      ...[...text.matchAll(/from '(\.[^']+\.js)'/g)].map((m) =>
        posix.join('/assets', dirname(name), m[1] ?? ''),
      ),
    ]);
    expect(named.length).toBeGreaterThan(20);
    for (const path of new Set(named)) expect([path, (await ask(path)).status]).toEqual([path, 200]);
  });

  it('never makes markup of data', () => {
    const code = pageFiles()
      .filter(({ name }) => name.endsWith('.js'))
      .map(({ text }) => text)
      .join('\n');
    expect(code).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/);
  });

  it('serves the runbooks, to be read', async () => {
    const { ask } = await start({ runbooks: join(ROOT, 'docs/runbooks') });
    for (const reason of RUNBOOK_REASONS) {
      const response = await ask(`/${runbookOf(reason)}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/plain; charset=utf-8',
      ]);
      expect(await response.text()).toMatch(new RegExp(`^# ${reason}\n`));
    }
    expect((await ask('/docs/runbooks/../../package.json')).status).toBe(404);
  });

  it('has a page without them', async () => {
    const { ask } = await start({ runbooks: join(ROOT, 'nowhere') });
    expect((await ask('/')).status).toBe(200);
    expect((await ask('/docs/runbooks/reasons.md')).status).toBe(404);
  });

  it('answers 304 when the browser has the file', async () => {
    const { ask } = await start();
    const etag = (await ask('/assets/main.js')).headers.get('etag') ?? '';
    expect((await ask('/assets/main.js', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.each(['/assets/../app.ts', '/assets/%2e%2e/app.ts', '/assets/index.html', '/nothing'])(
    'has no %s',
    async (path) => {
      const response = await (await start()).ask(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-security-policy')).toBeTruthy();
    },
  );

  it('is not for other hosts and other sites', async () => {
    const { ask } = await start();
    expect((await ask('/ui/history', {}, 'evil.example')).status).toBe(403);
    expect((await ask('/ui/history', { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await ask('/api/v1/events', {}, 'evil.example')).status).toBe(403);
  });
});

describe('GET /ui/history', () => {
  it('gives columns of equal length', async () => {
    const history = (await (await (await start()).ask('/ui/history')).json()) as {
      atMs: number[];
      series: Record<string, unknown[]>;
    };
    expect(history.atMs.length).toBeGreaterThan(0);
    expect(Object.keys(history.series)).not.toEqual([]);
    for (const column of Object.values(history.series)) expect(column).toHaveLength(history.atMs.length);
  });
});

describe('POST /ui/scale', () => {
  it('scales', async () => {
    const { scale, demo } = await start();
    const response = await scale({ app: '/queue-demo/producer', instances: 6 });
    expect([response.status, await response.json()]).toEqual([
      202,
      { app: '/queue-demo/producer', instances: 6 },
    ]);
    await demo.advance(500);
    expect(demo.app('producer').requested).toBe(6);
  });

  it.each([
    ['not JSON', '{', 400],
    ['no object', 'null', 400],
    ['no app', { instances: 1 }, 400],
    ['no instances', { app: '/queue-demo/producer' }, 400],
    ['a negative count', { app: '/queue-demo/producer', instances: -1 }, 400],
    ['half an instance', { app: '/queue-demo/producer', instances: 1.5 }, 400],
    ['a number in words', { app: '/queue-demo/producer', instances: '3' }, 400],
    ['a body of 10 kB', { app: 'x'.repeat(10_000), instances: 1 }, 413],
    ['more than is allowed', { app: '/queue-demo/producer', instances: 11 }, 422],
    ['an app that people may not move', { app: '/queue-demo/consumer', instances: 2 }, 422],
  ])('refuses %s and changes nothing', async (_name, body, status) => {
    const { scale, demo } = await start();
    const before = demo.view().pools[0]?.policies[0]?.apps.map((app) => app.requested);
    const response = await scale(body);
    expect(response.status).toBe(status);
    const { message } = (await response.json()) as { message: string };
    expect(message.length).toBeGreaterThan(10);
    await demo.advance(0);
    expect(demo.view().pools[0]?.policies[0]?.apps.map((app) => app.requested)).toEqual(before);
  });

  it.each([
    ['without the token', { 'x-microscaling-token': '' }, 403],
    ['as a form', { 'content-type': 'text/plain' }, 415],
    ['from another site', { origin: 'http://evil.example' }, 403],
  ])('refuses a write %s', async (_name, headers, status) => {
    expect((await (await start()).scale({ app: '/queue-demo/producer', instances: 6 }, headers)).status).toBe(
      status,
    );
  });

  it.each([
    [new TerminalError('not allowed'), 422, 'not allowed'],
    [new WaitError('locked', 1_000), 409, 'locked'],
    [new TransientError('marathon answered 503'), 503, 'marathon answered 503'],
    [new Error('password=hunter2'), 500, 'the operator failed to scale it; its log says why'],
  ])('answers %s with %i', async (error, status, message) => {
    const shown = new ShownState(known);
    const state: OperatorState = {
      view: () => known,
      subscribe: () => () => undefined,
      standstill: () => undefined,
      actions: { ...shown.actions, scale: () => Promise.reject(error) },
    };
    const response = await serverOf(state).scale({ app: '/a', instances: 1 });
    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  it('needs the bearer beyond loopback', async () => {
    const { scale } = await start({ boundTo: '0.0.0.0', writeToken: 'w' });
    const wish = { app: '/queue-demo/producer', instances: 6 };
    expect((await scale(wish)).status).toBe(401);
    expect((await scale(wish, { authorization: 'Bearer w' })).status).toBe(202);
  });
});

describe('health', () => {
  it('says ok', async () => {
    const { ask } = await start();
    expect([(await ask('/healthz')).status, (await ask('/readyz')).status]).toEqual([200, 200]);
  });

  it('fails while nothing goes on, and says so', async () => {
    const { ask, state } = startShown();
    state.standingStill = 'rounds stand still for 70 s';
    for (const path of ['/healthz', '/readyz']) {
      const response = await ask(path);
      expect([response.status, await response.text()]).toEqual([503, 'rounds stand still for 70 s\n']);
    }
  });

  it.each([
    [{ ready: false }, /policies are not loaded/],
    [
      { ready: false, cluster: { ...known.cluster, reachable: false, message: 'connection refused' } },
      /Marathon at http:\/\/127\.0\.0\.1:8080 .*connection refused/,
    ],
  ])('says why it is not ready', async (trouble, reason) => {
    const { ask, state } = startShown();
    state.show(trouble);
    const response = await ask('/readyz');
    expect(response.status).toBe(503);
    expect(await response.text()).toMatch(reason);
  });
});

describe('the read API', () => {
  it.each(['/microscalingpolicies', '/namespaces/default/microscalingpolicies'])(
    'lists at %s',
    async (path) => {
      expect(await (await (await start()).ask(API + path)).json()).toMatchObject({
        apiVersion: 'microscaling.io/v1alpha1',
        kind: 'MicroscalingPolicyList',
        items: [{ kind: 'MicroscalingPolicy', metadata: { name: 'queue-demo', namespace: 'default' } }],
      });
    },
  );

  it('lists nothing of another namespace', async () => {
    const list = await (await (await start()).ask(`${API}/namespaces/other/microscalingpolicies`)).json();
    expect(list).toMatchObject({ items: [] });
  });

  it('shows one policy with metadata, spec and status', async () => {
    const response = await (await start()).ask(`${API}/namespaces/default/microscalingpolicies/queue-demo`);
    expect(await response.json()).toMatchObject({
      metadata: {
        generation: 1,
        creationTimestamp: '2026-08-01T00:00:00Z',
        annotations: { 'microscaling.io/source': 'specs/policies/queue-demo.yaml:1' },
      },
      spec: { interval: '500ms' },
      status: {
        observedGeneration: 1,
        appCount: 3,
        conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
        capacity: { total: 10 },
        apps: [
          {
            name: 'consumer',
            id: '/queue-demo/consumer',
            metric: expect.stringMatching(/^\d+\/50 messages$/),
          },
          { name: 'remainder' },
          { name: 'producer', requested: 3, running: 3 },
        ],
      },
    });
  });

  it('shows no number for a metric that was not read', async () => {
    const { ask, demo } = await start();
    demo.loseQueue('no answer');
    await demo.advance(20_000);
    const policy = await (await ask(`${API}/namespaces/default/microscalingpolicies/queue-demo`)).json();
    expect(policy).toMatchObject({ status: { apps: [{ metric: 'unavailable' }, {}, {}] } });
  });

  it('explains', async () => {
    const response = await (await start()).ask(
      `${API}/namespaces/default/microscalingpolicies/queue-demo/explain`,
    );
    expect(await response.json()).toMatchObject({
      policy: 'default/queue-demo',
      apps: [
        {
          name: 'consumer',
          id: '/queue-demo/consumer',
          from: expect.any(Number),
          wanted: expect.any(Number),
          summary: expect.stringContaining('waiting'),
          steps: expect.arrayContaining([expect.objectContaining({ rule: 'law' })]),
          figures: { waiting: expect.any(Number) },
          metrics: [{ label: 'queue demo-queue' }],
        },
        { name: 'remainder' },
        { name: 'producer' },
      ],
    });
  });

  it('lists events in the shape of Kubernetes, those of apps with their policy', async () => {
    const response = await (await start()).ask('/api/v1/events');
    const { items } = (await response.json()) as { items: { reason: string }[] };
    const policy = { kind: 'MicroscalingPolicy', namespace: 'default', name: 'queue-demo' };
    expect(items.find(({ reason }) => reason === 'PolicyAccepted')).toMatchObject({
      kind: 'Event',
      type: 'Normal',
      involvedObject: policy,
      lastTimestamp: '2026-08-01T00:00:00Z',
    });
    expect(items.find(({ reason }) => reason === 'Created')).toMatchObject({
      involvedObject: { ...policy, fieldPath: expect.stringMatching(/^spec\.apps\{\w+\}$/) },
      message: expect.stringMatching(/^\/queue-demo\/\w+: created with \d/),
    });
  });

  it.each([
    '/namespaces/default/microscalingpolicies/nope',
    '/namespaces/default/microscalingpolicies/nope/explain',
    '/pods',
  ])('answers %s with a Status', async (path) => {
    const response = await (await start()).ask(API + path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      code: 404,
    });
  });

  it('says which policies there are when one is not', async () => {
    const response = await (await start()).ask(`${API}/namespaces/default/microscalingpolicies/nope`);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('default/queue-demo') });
  });

  it('says where a policy that is not there may be stuck', async () => {
    const problems = Array.from({ length: 7 }, (_, i) => ({ source: `${i}.yaml:5`, message: 'is wrong' }));
    const response = await serverOf(new ShownState({ ...known, problems })).ask(
      `${API}/namespaces/default/microscalingpolicies/nope`,
    );
    expect(await response.json()).toMatchObject({
      message: expect.stringMatching(
        /; files with problems: 0\.yaml:5: is wrong; .*4\.yaml:5: .*; and 2 more$/,
      ),
      details: {
        causes: expect.toSatisfy((all: { message: string }[]) =>
          /^and 2 more problems, which the page and the log name$/.test(all[5]?.message ?? ''),
        ),
      },
    });
  });

  it('answers with a Status when the state cannot be read', async () => {
    const { ask, state } = startShown();
    state.trouble = new Error('password=hunter2');
    const response = await ask(`${API}/namespaces/default/microscalingpolicies/queue-demo/explain`);
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('InternalError');
    expect(text).not.toContain('hunter2');
  });
});
