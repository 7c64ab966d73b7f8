import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { METRIC_SOURCES, metricSources } from '../../../../src/metric-sources/registry.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../../support/values.ts';
import { NOW_MS, never, ok, reasonOf, serverThat, serverWith, sourceOf } from '../../servers.ts';

const STATS = JSON.stringify({
  queue: {
    ready: 5,
    'un/acked': '2',
    total: 7,
    came: 107,
    done: 100,
    age: 1.5,
    stamp: '2025-12-31T23:59:57Z',
  },
});

function metric(url: string, over: object = {}): MetricSpec {
  return { http: { url, pointers: { waiting: '/queue/ready' }, ...over } };
}

metricSourceContract('http', {
  answering: async (onCall) => sourceOf(metric(await serverWith(200, STATS)), { onCall }),
  failing: async () => sourceOf(metric(`http://127.0.0.1:${await freePort()}`)),
  hanging: async () => sourceOf(metric(await serverThat(() => undefined))),
  cannot: {},
});

describe('an http reading', () => {
  it('has every field that a pointer leads to, at the time of the numbers', async () => {
    const pointers = {
      waiting: '/queue/ready',
      inFlight: '/queue/un~1acked',
      arrivedTotal: '/queue/came',
      completedTotal: '/queue/done',
      oldestAgeSeconds: '/queue/age',
      asOf: '/queue/stamp',
    };
    const source = sourceOf(metric(await serverWith(200, STATS), { pointers, inFlightPerInstance: 3 }));
    expect(ok(await source.read(never))).toEqual({
      state: 'ok',
      waiting: 5,
      inFlight: 2,
      heldPerInstance: 3,
      arrivedTotal: 107,
      completedTotal: 100,
      oldestAgeMs: 1_500,
      asOfMs: NOW_MS - 3_000,
    });
  });

  it.each([
    [{ total: '/queue/total' }, { waiting: 7 }],
    [
      { total: '/queue/total', inFlight: '/queue/un~1acked' },
      { waiting: 5, inFlight: 2 },
    ],
  ])('splits a total as far as it can: %j', async (pointers, expected) => {
    const source = sourceOf(metric(await serverWith(200, STATS), { pointers }));
    expect(ok(await source.read(never))).toEqual({ state: 'ok', asOfMs: NOW_MS, ...expected });
  });

  it.each([
    '2025-12-31T23:59:57Z',
    '2026-01-01T05:29:57+05:30',
    '2026-01-01 00:59:57.000+01',
    'Wed, 31 Dec 2025 23:59:57 GMT',
    '1767225597',
    '1767225597000',
  ])('takes %s for a moment', async (at) => {
    const url = await serverWith(200, JSON.stringify({ n: 5, at }));
    const sample = ok(await sourceOf(metric(url, { pointers: { waiting: '/n', asOf: '/at' } })).read(never));
    expect(sample.asOfMs).toBe(NOW_MS - 3_000);
  });

  it.each(['2026-01-01T00:00:00', '2026-01-01 00:00:00', '1 Jan 2026 00:00'])(
    'does not guess whose time %s is',
    async (at) => {
      const url = await serverWith(200, JSON.stringify({ n: 5, at }));
      const source = sourceOf(metric(url, { pointers: { waiting: '/n', asOf: '/at' } }));
      expect(reasonOf(await source.read(never))).toContain(
        'the value at /at has no time zone: it must end with Z',
      );
    },
  );

  it('leaves a total to be split by who runs, where it is known how many one holds', async () => {
    const given = { pointers: { total: '/queue/total' }, inFlightPerInstance: 2 };
    const source = sourceOf(metric(await serverWith(200, STATS), given));
    expect(ok(await source.read(never))).toMatchObject({
      waiting: 7,
      unsplit: { waitingAtLeast: 0, restInFlight: true },
      heldPerInstance: 2,
    });
  });

  it.each([
    ['-1', 'the value at /n is negative (-1), which no count can be'],
    ['1e300', 'the value at /n is too large to be a count (1e+300)'],
    ['"NaN"', 'the value at /n is a text, not a number'],
    ['null', 'the value at /n is null, not a number'],
    ['[]', 'the value at /n is a list, not a number'],
  ])('is none where the value is %s', async (value, why) => {
    const source = sourceOf(metric(await serverWith(200, `{"n":${value}}`), { pointers: { waiting: '/n' } }));
    expect(reasonOf(await source.read(never))).toMatch(/^reading \/ at 127\.0\.0\.1:\d+: /);
    expect(reasonOf(await source.read(never))).toContain(why);
  });

  it.each([
    ['/constructor/length', 'the value at /constructor/length is not there, not a number'],
    ['/queue/ready/more', 'the value at /queue/ready/more is not there, not a number'],
  ])('is none where %s leads nowhere', async (waiting, why) => {
    const source = sourceOf(metric(await serverWith(200, STATS), { pointers: { waiting } }));
    expect(reasonOf(await source.read(never))).toContain(why);
  });

  it.each([
    [401, '', 'answered 401: the credentials are missing or were refused; check auth'],
    [403, '', 'answered 403: these credentials have no right to read it'],
    [404, '', 'answered 404: there is no such thing'],
    [429, '', 'answered 429: too many requests; read less often'],
    [500, '', 'answered 500: the server is not well'],
    [302, '', 'answered 302, a redirect, which is not followed; name the server itself'],
    [200, '<html>', 'the answer is not JSON; check the address, and proxies on the way'],
    [200, `"${'x'.repeat(1024 * 1024)}"`, 'the answer is larger than 1048576 bytes'],
  ])('is none after an answer of %d', async (status, body, why) => {
    const url = await serverWith(status, body, { location: 'http://127.0.0.1:1/elsewhere' });
    expect(reasonOf(await sourceOf(metric(url)).read(never))).toContain(why);
  });

  it('comes back by itself when the server does', async () => {
    let status = 500;
    const url = await serverThat((_, response) => response.writeHead(status).end(STATS));
    const source = sourceOf(metric(url));
    reasonOf(await source.read(never));
    status = 200;
    expect(ok(await source.read(never)).waiting).toBe(5);
  });

  it('keeps its connection from read to read', async () => {
    const ports = new Set<number | undefined>();
    const url = await serverThat((request, response) => {
      ports.add(request.socket.remotePort);
      response.end(STATS);
    });
    const source = sourceOf(metric(url));
    for (let i = 0; i < 20; i++) await source.read(never);
    expect(ports.size).toBeLessThanOrEqual(2);
  });
});

describe('the credentials of an http source', () => {
  const values = () => fakeValues({ USER: 'reader', PASSWORD: 's3cret', TOKEN: 't0ken', KEY: 'k3y' });

  async function asked(over: object, given = values()): Promise<Record<string, unknown>> {
    let headers: Record<string, unknown> = {};
    const url = await serverThat((request, response) => {
      headers = request.headers;
      response.end(STATS);
    });
    ok(await sourceOf(metric(`${url}/stats?q=1`, over), { values: given }).read(never));
    return headers;
  }

  it('are sent as the policy says', async () => {
    const basic = { basic: { usernameFrom: { fromEnv: 'USER' }, password: { fromEnv: 'PASSWORD' } } };
    expect(await asked({ auth: basic })).toMatchObject({
      authorization: `Basic ${Buffer.from('reader:s3cret').toString('base64')}`,
    });
    expect(await asked({ auth: { token: { fromEnv: 'TOKEN' } } })).toMatchObject({
      authorization: 'Bearer t0ken',
    });
    expect(await asked({ headers: [{ name: 'X-Key', from: { fromEnv: 'KEY' } }] })).toMatchObject({
      'x-key': 'k3y',
    });
  });

  it('are resolved for every read, so that a rotated one is used at once', async () => {
    const seen: unknown[] = [];
    const url = await serverThat((request, response) => {
      seen.push(request.headers.authorization);
      response.end(STATS);
    });
    const given = values();
    const source = sourceOf(metric(url, { auth: { token: { fromEnv: 'TOKEN' } } }), { values: given });
    await source.read(never);
    given.env['TOKEN'] = 'rotated';
    await source.read(never);
    expect(seen).toEqual(['Bearer t0ken', 'Bearer rotated']);
  });

  it('are not repeated when they are refused', async () => {
    const url = await serverWith(401, 'no');
    const source = sourceOf(metric(url, { auth: { token: { fromEnv: 'TOKEN' } } }), { values: values() });
    expect(reasonOf(await source.read(never))).not.toContain('t0ken');
  });

  it('are named, not shown, when they are not set', async () => {
    const source = sourceOf(metric('http://127.0.0.1:1', { auth: { token: { fromEnv: 'TOKEN' } } }));
    await expect(source.read(never)).rejects.toThrow('http.auth.token: TOKEN is not set');
  });
});

describe('an http block', () => {
  function policy(block: object): string {
    return JSON.stringify({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'shop' },
      spec: {
        capacity: { slots: 4 },
        apps: [{ name: 'front', priority: 1, targets: [{ queueLength: 5, metric: { http: block } }] }],
      },
    });
  }
  const pointers = { waiting: '/n' };
  const at = 'spec.apps[0].targets[0].metric.http';

  it.each([
    [{ url: 'http://u:p@shop', pointers }, 'holds credentials'],
    [{ url: 'http://shop?api_key=1', pointers }, 'a secret does not belong in a URL'],
    [{ url: 'ftp://shop', pointers }, 'does not begin with http:// or https://'],
    [{ url: 'http://shop', pointers: {} }, 'pointers'],
    [{ url: 'http://shop', pointers: { waiting: 'n' } }, '(JSON pointer to messages that nobody works on)'],
    [{ url: 'http://shop', pointers: { total: 'n' } }, `${at}.pointers.total`],
    [{ url: 'http://shop', pointers: { waiting: '/n', total: '/t' } }, `${at}.pointers`],
    [
      { url: 'http://shop', pointers, headers: [{ name: 'Authorization', from: { fromEnv: 'A' } }] },
      'Authorization is not set here: give auth',
    ],
    [{ pointers }, 'url'],
  ])('%j is refused with its place', (block, says) => {
    const { problems } = loadPolicies(policy(block), 'shop.yaml');
    const text = problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
    expect(text).toContain(says);
    expect(text).not.toContain('u:p@');
  });

  it('of an untrusted home needs its endpoint to be allowed, and no other one', () => {
    const [loaded] = loadPolicies(policy({ url: 'https://shop.example:443/x', pointers }), 'f').resources;
    if (loaded === undefined) throw new Error('it is not valid');
    const judge = (endpoints: readonly string[]) =>
      createTrustCheck(
        { ...NOTHING_ALLOWED, endpoints },
        METRIC_SOURCES,
      )(loaded.resource).map(({ message }) => message);
    expect(judge([])).toEqual([expect.stringContaining("--allow-endpoint 'https://shop.example'")]);
    expect(judge(['http://shop.example'])).toHaveLength(1);
    expect(judge(['https://shop.example'])).toEqual([]);
  });

  it('is called by its URL without the query', () => {
    const label = metricSources.describe(metric('https://shop.example/stats?queue=a'), fakeValues());
    expect(label).toBe('https://shop.example/stats');
  });
});
