import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemoryDocumentStore, type DocumentStore } from '../../../src/runtime/document-store.ts';
import { type Logger, silentLogger } from '../../../src/runtime/log.ts';
import { createToken } from '../../../src/server/access/tokens.ts';
import { createServerApp } from '../../../src/server/app.ts';
import { QueueDemo } from '../../support/queue-demo.ts';

const TOKEN = 'a-token-of-the-page';
const POLICY = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies/queue-demo';
const bindings = {} as Parameters<ReturnType<typeof createServerApp>>[1];

async function aServer(
  beyond: { readonly writeToken?: string; readonly documents?: DocumentStore } | undefined = undefined,
  log: Logger = silentLogger,
) {
  const demo = await QueueDemo.start({ startMs: Date.UTC(2026, 0, 1) - 1_000 });
  const host = beyond === undefined ? '127.0.0.1' : '10.0.0.5';
  const app = createServerApp({
    state: demo.state,
    clock: demo.clock,
    log,
    boundTo: host,
    token: TOKEN,
    version: '0',
    ...beyond,
  });
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await app(
      new Request(`http://${host}${path}`, {
        method,
        headers: { host, 'content-type': 'application/json', ...headers },
        ...(body instanceof ReadableStream
          ? { body, duplex: 'half' }
          : body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      } as RequestInit),
      bindings,
    );
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  };
  const policy = () => demo.view().pools[0]?.policies[0];
  const app1 = (name: string) => policy()?.apps.find((app) => app.name === name);
  return { call, policy, app: app1, interventions: () => demo.view().interventions };
}

describe('interventions through the API', () => {
  it('puts a definition back, and says when there is no such app', async () => {
    const { call } = await aServer();
    expect(await call('POST', `${POLICY}/apps/consumer/put-back`)).toMatchObject({
      status: 200,
      body: { policy: 'default/queue-demo' },
    });
    const refused = await call('POST', `${POLICY}/apps/nobody/put-back`);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.body['message']).toContain('has no app `nobody`');
  });

  it('keeps a definition for a while, and ends that', async () => {
    const { call, interventions } = await aServer();
    const kept = () => interventions().map(({ type, app, reason }) => ({ type, app, reason }));
    expect((await call('PUT', `${POLICY}/keeps/consumer`, { for: '2h', reason: 'more memory' })).status).toBe(
      200,
    );
    expect(kept()).toEqual([{ type: 'Keep', app: 'consumer', reason: 'more memory' }]);
    expect((await call('DELETE', `${POLICY}/keeps/consumer`)).status).toBe(200);
    expect(kept()).toEqual([]);
    expect((await call('PUT', `${POLICY}/keeps/consumer`, { for: '25h' })).body['message']).toContain(
      'at most 24h',
    );
  });

  it('pauses for a while, says until when, and resumes', async () => {
    const { call, policy } = await aServer();
    const paused = await call('PUT', `${POLICY}/pause`, { for: '1h', reason: 'deploying' });
    expect(paused).toMatchObject({
      status: 200,
      body: {
        policy: 'default/queue-demo',
        paused: { until: '2026-01-01T01:00:00.000Z', reason: 'deploying' },
        overrides: {},
      },
    });
    expect(policy()?.paused?.reason).toBe('deploying');
    expect(await call('DELETE', `${POLICY}/pause`)).toMatchObject({ status: 200, body: { overrides: {} } });
    expect(policy()?.paused).toBeUndefined();
  });

  it('takes a body that breaks off for the fault of its client', async () => {
    const errors: string[] = [];
    const log = { ...silentLogger, error: (message: string) => errors.push(message) };
    const { call, policy } = await aServer(undefined, log);
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) });
    const answer = await call('PUT', `${POLICY}/pause`, body, { 'content-length': '20' });
    expect(answer).toMatchObject({ status: 422, body: { message: 'the body broke off: aborted' } });
    expect([errors, policy()?.paused]).toEqual([[], undefined]);
  });

  it('pauses for an hour with no body at all, and holds for an hour without `for`', async () => {
    const { call } = await aServer();
    expect((await call('PUT', `${POLICY}/pause`)).body).toMatchObject({
      paused: { until: '2026-01-01T01:00:00.000Z' },
    });
    await call('DELETE', `${POLICY}/pause`);
    expect((await call('PUT', `${POLICY}/overrides/consumer`, { instances: 3 })).body).toMatchObject({
      overrides: { consumer: { instances: 3, until: '2026-01-01T01:00:00.000Z' } },
    });
  });

  it('knows who it is by the name of the token', async () => {
    const documents = createMemoryDocumentStore();
    const token = createToken(documents, { name: 'alice', role: 'write', nowMs: 0, randomBytes });
    const { call, policy, app } = await aServer({ documents });
    const alice = { authorization: `Bearer ${token}` };
    const paused = await call('PUT', `${POLICY}/pause`, { reason: 'deploying' }, alice);
    expect(paused.body).toMatchObject({ paused: { by: 'alice', reason: 'deploying' } });
    expect(policy()?.paused?.by).toBe('alice');
    await call('DELETE', `${POLICY}/pause`, {}, alice);
    await call('PUT', `${POLICY}/overrides/consumer`, { instances: 3 }, alice);
    expect(app('consumer')?.override?.by).toBe('alice');
    await call('DELETE', `${POLICY}/overrides/consumer`, {}, alice);
    await call('PUT', `${POLICY}/pause`, {}, { ...alice, 'x-microscaling-token': '' });
    expect(policy()?.paused?.by).toBe('alice (page)');
    expect(JSON.stringify(paused)).not.toContain(token);
  });

  it('overrides a count and gives it back', async () => {
    const { call, app } = await aServer();
    const held = await call('PUT', `${POLICY}/overrides/consumer`, { instances: 7, for: '30m' });
    expect(held.body).toMatchObject({
      overrides: { consumer: { instances: 7, until: '2026-01-01T00:30:00.000Z' } },
    });
    expect(app('consumer')?.override?.instances).toBe(7);
    await call('DELETE', `${POLICY}/overrides/consumer`);
    expect(app('consumer')?.override).toBeUndefined();
  });

  const wrong = [
    {
      name: 'an intervention without end',
      path: 'pause',
      body: { for: 'ever' },
      says: /`for` must be a duration.*what is to last belongs into the policy/,
    },
    { name: 'a number of hours', path: 'overrides/consumer', body: { instances: 3, for: 1 }, says: /`for`/ },
    {
      name: 'no time',
      path: 'overrides/consumer',
      body: { instances: 3, for: '0s' },
      says: /longer than nothing/,
    },
    {
      name: 'half an instance',
      path: 'overrides/consumer',
      body: { instances: 1.5, for: '1h' },
      says: /whole number/,
    },
    { name: 'a text', path: 'overrides/consumer', body: { instances: '3', for: '1h' }, says: /whole number/ },
    { name: 'a misspelt field', path: 'pause', body: { For: '1h' }, says: /unknown field `For`/ },
    { name: 'a novel', path: 'pause', body: { reason: 'x'.repeat(300) }, says: /200 are enough/ },
    { name: 'no JSON', path: 'pause', body: '{', says: /not JSON/ },
    { name: 'a list', path: 'pause', body: [], says: /JSON object/ },
    {
      name: 'an app that is not there',
      path: 'overrides/nobody',
      body: { instances: 3, for: '1h' },
      says: /nobody/,
    },
  ];
  it.each(wrong)('refuses $name', async ({ path, body, says }) => {
    const { call, policy } = await aServer();
    const { status, body: answer } = await call('PUT', `${POLICY}/${path}`, body);
    expect(status).toBe(422);
    expect(answer).toMatchObject({ kind: 'Status', reason: 'Invalid', message: expect.stringMatching(says) });
    expect(policy()?.paused).toBeUndefined();
  });

  it('refuses a body that nobody needs', async () => {
    const { call } = await aServer();
    expect((await call('PUT', `${POLICY}/pause`, { reason: 'x'.repeat(5_000) })).status).toBe(413);
  });

  it('names the policies that there are', async () => {
    const { call } = await aServer();
    const { status, body } = await call('PUT', `${POLICY}-2/pause`, {});
    expect(status).toBe(404);
    expect(body['message']).toMatch(/default\/queue-demo-2 is running here; there are: default\/queue-demo/);
  });

  it('needs the token beyond this machine, and one to have been given', async () => {
    const writeToken = 'a-token-of-32-characters-or-more';
    const { call, policy } = await aServer({ writeToken });
    expect((await call('PUT', `${POLICY}/pause`, {})).status).toBe(401);
    expect((await call('PUT', `${POLICY}/pause`, {}, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect(policy()?.paused).toBeUndefined();
    expect((await call('PUT', `${POLICY}/pause`, {}, { authorization: `Bearer ${writeToken}` })).status).toBe(
      200,
    );
    expect((await (await aServer({})).call('PUT', `${POLICY}/pause`, {})).status).toBe(401);
  });

  it('does nothing for a web page of another origin', async () => {
    const { call, policy } = await aServer();
    const { status } = await call('PUT', `${POLICY}/pause`, {}, { origin: 'http://evil.example' });
    expect(status).toBe(403);
    expect(policy()?.paused).toBeUndefined();
  });
});

describe('interventions through the page', () => {
  const mine = { 'x-microscaling-token': TOKEN };

  it('pauses and resumes, overrides and ends the override', async () => {
    const { call, policy: seen, app } = await aServer();
    expect((await call('PUT', `${POLICY}/pause`, { for: '15m' }, mine)).status).toBe(200);
    expect(seen()?.paused).toMatchObject({ untilMs: Date.UTC(2026, 0, 1, 0, 15), by: 'page' });
    await call('DELETE', `${POLICY}/pause`, {}, mine);
    expect(seen()?.paused).toBeUndefined();
    const body = { instances: 2, for: '1h' };
    expect((await call('PUT', `${POLICY}/overrides/remainder`, body, mine)).status).toBe(200);
    expect(app('remainder')?.override?.instances).toBe(2);
    await call('DELETE', `${POLICY}/overrides/remainder`, {}, mine);
    expect(app('remainder')?.override).toBeUndefined();
  });

  it.each([
    ['without the token of this start', {}],
    ['with an empty token', { 'x-microscaling-token': '' }],
    ['with the token of an earlier start', { 'x-microscaling-token': 'of-yesterday' }],
  ])('does nothing for a browser %s', async (_name, headers: Record<string, string>) => {
    const { call, policy: seen } = await aServer();
    const browser = { origin: 'http://127.0.0.1', ...headers };
    expect((await call('PUT', `${POLICY}/pause`, {}, browser)).status).toBe(403);
    expect(seen()?.paused).toBeUndefined();
  });

  it('does nothing for a page of an earlier start, even where the browser names no origin', async () => {
    const { call, policy: seen } = await aServer();
    const old = { 'x-microscaling-token': 'of-yesterday' };
    expect((await call('PUT', `${POLICY}/pause`, {}, old)).status).toBe(403);
    expect(seen()?.paused).toBeUndefined();
  });

  it('says what is wrong', async () => {
    const { call } = await aServer();
    const { status, body } = await call('PUT', `${POLICY}-2/pause`, {}, mine);
    expect([status, body['message']]).toEqual([404, expect.stringContaining('no MicroscalingPolicy')]);
    const override = { instances: 2, for: '1h' };
    expect((await call('PUT', `${POLICY}/overrides/producer`, override, mine)).status).toBe(422);
  });
});
