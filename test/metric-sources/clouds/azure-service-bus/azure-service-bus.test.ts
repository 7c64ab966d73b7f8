// There is no Service Bus here: a stand-in counts, checks and refuses as the service is documented to.

import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { metricSources } from '../../../../src/metric-sources/registry.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { selfSigned } from '../../../support/programs/tls/certificate.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { type FakeValues, fakeValues } from '../../../support/values.ts';
import { NOW_MS, never, ok, reasonOf, serverThat, serverWith, sourceOf } from '../../servers.ts';
import { type Right, ServiceBusStandIn } from './stand-in.ts';

const KEY = 'c2VjcmV0LWtleQ==';
const SUBSCRIPTION = 'shop/subscriptions/mails';

function metric(endpoint: string | undefined, over: object = { queueName: 'orders' }): MetricSpec {
  return {
    azureServiceBus: {
      ...(endpoint !== undefined && { endpoint }),
      auth: { sharedAccessKey: { name: 'operator', key: { fromEnv: 'KEY' } } },
      ...over,
    },
  };
}

function values(env: Record<string, string> = {}): FakeValues {
  return fakeValues({ KEY, ...env });
}

/** A namespace with the queue `orders`: seven messages were sent, consumers have two of them. */
async function namespaceWithOrders(
  rights: readonly Right[] = ['Manage'],
): Promise<{ readonly bus: ServiceBusStandIn; readonly url: string }> {
  const bus = new ServiceBusStandIn(NOW_MS);
  bus.policies.set('operator', { key: KEY, rights });
  bus.create('orders');
  bus.send('orders', 7);
  bus.receive('orders', 2);
  return { bus, url: await bus.start() };
}

const read = async (spec: MetricSpec, known: FakeValues = values()) =>
  await sourceOf(spec, { values: known }).read(never);

metricSourceContract('azureServiceBus', {
  answering: async (onCall) =>
    sourceOf(metric((await namespaceWithOrders()).url), { values: values(), onCall }),
  failing: async () => sourceOf(metric(`http://127.0.0.1:${await freePort()}`), { values: values() }),
  hanging: async () => sourceOf(metric(await serverThat(() => undefined)), { values: values() }),
  cannot: {},
});

describe('an azureServiceBus reading', () => {
  it('is the active messages, locked ones among them, which the law tells apart by the instances', async () => {
    const { url } = await namespaceWithOrders();
    const over = { queueName: 'orders', inFlightPerInstance: 3 };
    expect(ok(await read(metric(url, over)))).toEqual({
      state: 'ok',
      asOfMs: NOW_MS,
      waiting: 7,
      unsplit: { waitingAtLeast: 0, restInFlight: true },
      heldPerInstance: 3,
    });
  });

  it('follows what becomes of the messages', async () => {
    const { bus, url } = await namespaceWithOrders();
    const source = sourceOf(metric(url), { values: values() });
    const counted = async () => ok(await source.read(never)).waiting;
    expect(await counted()).toBe(7);
    bus.settle('orders', 'complete', 1);
    expect(await counted()).toBe(6);
    bus.settle('orders', 'abandon', 1);
    expect(await counted()).toBe(6);
    bus.schedule('orders', 100);
    expect(await counted()).toBe(6);
    bus.receive('orders', 6);
    bus.settle('orders', 'deadLetter', 2);
    expect(await counted()).toBe(4);
    bus.settle('orders', 'defer', 1);
    expect(await counted()).toBe(4);
    bus.settle('orders', 'complete', 3);
    expect(await counted()).toBe(1);
  });

  it('of a subscription is that of this one alone', async () => {
    const { bus, url } = await namespaceWithOrders();
    for (const path of [SUBSCRIPTION, 'shop/subscriptions/other']) bus.create(path);
    bus.send(SUBSCRIPTION, 2);
    bus.send('shop/subscriptions/other', 9);
    const over = { topicName: 'shop', subscriptionName: 'mails' };
    expect(ok(await read(metric(url, over))).waiting).toBe(2);
    expect(bus.asked).toEqual([`/${SUBSCRIPTION}?api-version=2021-05`]);
  });

  it.each([
    ['queueName', { queueName: 'eu/north/mails & more' }, 'eu/north/mails & more'],
    ['topicName', { topicName: 'eu/shop', subscriptionName: 'm' }, 'eu/shop/subscriptions/m'],
  ])('finds a %s of several segments', async (_, over, path) => {
    const { bus, url } = await namespaceWithOrders();
    bus.create(path);
    bus.send(path, 3);
    expect(ok(await read(metric(url, over))).waiting).toBe(3);
  });

  it('is asked for with a signature that holds for ten minutes, and for this entity', async () => {
    let signed = '';
    const url = await serverThat((request, response) => {
      signed = String(request.headers.authorization);
      response.end();
    });
    await read(metric(url));
    const given = new URLSearchParams(signed.replace('SharedAccessSignature ', '').replaceAll('+', '%2B'));
    const expiry = NOW_MS / 1000 + 600;
    const resource = encodeURIComponent(`${url}/orders`);
    const sig = createHmac('sha256', KEY).update(`${resource}\n${expiry}`).digest('base64');
    expect(given.get('sr')).toBe(`${url}/orders`);
    expect([given.get('se'), given.get('skn'), given.get('sig')]).toEqual([String(expiry), 'operator', sig]);
  });

  it('comes with the values of variables', async () => {
    const { url } = await namespaceWithOrders();
    const over = { endpointFrom: { fromEnv: 'WHERE' }, queueNameFrom: { fromEnv: 'WHICH' } };
    const known = values({ WHERE: url, WHICH: 'orders' });
    expect(ok(await read(metric(undefined, over), known)).waiting).toBe(7);
    expect(metricSources.describe(metric(undefined, over), known)).toBe('queue named by WHICH');
  });
});

describe('who asks', () => {
  const signature = (key: string, se: number): string => {
    const sr = encodeURIComponent('http://127.0.0.1');
    const sig = encodeURIComponent(createHmac('sha256', key).update(`${sr}\n${se}`).digest('base64'));
    return `SharedAccessSignature sr=${sr}&sig=${sig}&se=${se}&skn=operator`;
  };
  const inAnHour = NOW_MS / 1000 + 3600;
  const connected = (text: string) => ({
    env: { TEXT: text },
    over: { queueName: 'orders', auth: { connectionString: { fromEnv: 'TEXT' } } },
  });

  it.each([
    ['a key in a connection string', connected(`SharedAccessKeyName=operator;SharedAccessKey=${KEY}`)],
    ['a signature in one', connected(`SharedAccessSignature=${signature(KEY, inAnHour)}`)],
    [
      'the connection string of the entity itself',
      connected(`SharedAccessKeyName=operator;SharedAccessKey=${KEY};EntityPath=Orders`),
    ],
    [
      'a token',
      { env: { TOKEN: 'e30.e30' }, over: { queueName: 'orders', auth: { token: { fromEnv: 'TOKEN' } } } },
    ],
  ])('is told by %s', async (_, { env, over }) => {
    const { bus, url } = await namespaceWithOrders();
    bus.tokens.add('e30.e30');
    expect(ok(await read(metric(url, over), values({ ...env }))).waiting).toBe(7);
  });

  it.each([
    ['a wrong key', { KEY: 'd3Jvbmc=' }, {}, 'answered 401: the key or signature is wrong; check auth'],
    ['a right that does not do', {}, { rights: ['Listen', 'Send'] }, 'have no right to read it; give their'],
    [
      'a token that nobody knows',
      { TOKEN: 'n0body' },
      { auth: { token: { fromEnv: 'TOKEN' } } },
      'were refused',
    ],
    [
      'a signature that has expired',
      { TEXT: `SharedAccessSignature=${signature(KEY, NOW_MS / 1000 - 1)}` },
      { auth: { connectionString: { fromEnv: 'TEXT' } } },
      'answered 401: the signature or token has expired',
    ],
  ] as const)('is refused for %s, without it being repeated', async (_, env, over, words) => {
    const { rights = ['Manage'], ...auth } = { ...over } as { rights?: readonly Right[] };
    const { url } = await namespaceWithOrders(rights);
    const reason = reasonOf(await read(metric(url, { queueName: 'orders', ...auth }), values({ ...env })));
    expect(reason).toMatch(/^reading queue orders at 127\.0\.0\.1:\d+: answered 401: /);
    expect(reason).toContain(words);
    for (const secret of [KEY, ...Object.values(env)]) expect(reason).not.toContain(secret);
  });

  it('may change: the next read uses the new key', async () => {
    const { bus, url } = await namespaceWithOrders();
    const known = values();
    const source = sourceOf(metric(url), { values: known });
    expect(ok(await source.read(never)).waiting).toBe(7);
    bus.policies.set('operator', { key: 'bmV3', rights: ['Manage'] });
    expect(reasonOf(await source.read(never))).toContain('the key or signature is wrong');
    known.env['KEY'] = 'bmV3';
    expect(ok(await source.read(never)).waiting).toBe(7);
  });

  it('may be told by a file that is renewed', async () => {
    const { bus, url } = await namespaceWithOrders();
    const dir = scratch();
    const fromFile = join(dir, 'token');
    const source = sourceOf(metric(url, { queueName: 'orders', auth: { token: { fromFile } } }), {
      values: values(),
    });
    for (const token of ['first.token', 'second.token']) {
      bus.tokens.clear();
      bus.tokens.add(token);
      writeFileSync(fromFile, `${token}\n`);
      expect(ok(await source.read(never)).waiting).toBe(7);
    }
  });
});

describe('trouble', () => {
  it('is a queue that is not there or gone, also when others are below its name', async () => {
    const { bus, url } = await namespaceWithOrders();
    bus.create('orders/eu');
    const source = sourceOf(metric(url), { values: values() });
    expect(ok(await source.read(never)).waiting).toBe(7);
    bus.delete('orders');
    expect(reasonOf(await source.read(never))).toContain('there is no such queue or subscription; check');
    bus.create('orders');
    expect(ok(await source.read(never)).waiting).toBe(0);
  });

  it('is a queue that nobody can receive from', async () => {
    const { bus, url } = await namespaceWithOrders();
    const source = sourceOf(metric(url), { values: values() });
    for (const status of ['Disabled', 'ReceiveDisabled']) {
      bus.set('orders', status);
      expect(reasonOf(await source.read(never))).toContain(`it is ${status}, so nobody can receive from it`);
    }
    bus.set('orders', 'SendDisabled');
    expect(ok(await source.read(never)).waiting).toBe(7);
  });

  it('passes when the service is there again', async () => {
    const { bus, url } = await namespaceWithOrders();
    const source = sourceOf(metric(url), { values: values() });
    expect(ok(await source.read(never)).waiting).toBe(7);
    await bus.stop();
    expect(reasonOf(await source.read(never))).toMatch(/connection (refused|was closed)/);
    await bus.start();
    expect(ok(await source.read(never)).waiting).toBe(7);
  });

  const entry = (active: string): string =>
    `<entry><content><QueueDescription><Status>Active</Status><CountDetails xmlns:d2p1="http://schemas.microsoft.com/netservices/2011/06/servicebus"><d2p1:ActiveMessageCount>${active}</d2p1:ActiveMessageCount></CountDetails></QueueDescription></content></entry>`;

  it.each([
    ['404', 404, '', 'there is no such queue'],
    ['refusal without a word', 403, '', 'answered 403: the credentials were refused; check auth'],
    ['throttling', 429, '', 'too many requests; read less often'],
    ['another service', 200, '<html></html>', 'the answer describes no queue'],
    ['an empty answer', 200, '', 'the answer describes no queue'],
    ['a topic', 200, '<entry><TopicDescription></TopicDescription></entry>', 'the answer describes no queue'],
    [
      'no count',
      200,
      '<entry><QueueDescription></QueueDescription></entry>',
      'ActiveMessageCount is not there',
    ],
    ['a negative count', 200, entry('-1'), 'is negative'],
    ['an empty count', 200, entry(''), 'not a number'],
    ['a count beyond all', 200, entry('1e300'), 'too large'],
    ['an endless answer', 200, entry('7').padEnd(70_000), 'larger than 65536 bytes'],
    ['a redirect', 302, '', 'a redirect'],
  ])('that is %s is no reading', async (_, status, body, words) => {
    const url = await serverWith(status, body, { location: 'http://127.0.0.1:1' });
    const reason = reasonOf(await read(metric(url)));
    expect(reason).toContain('reading queue orders at 127.0.0.1:');
    expect(reason).toContain(words);
  });
});

describe('a certificate', () => {
  it('of an own authority is trusted by caFile alone', async () => {
    const dir = scratch();
    const [own, other] = [selfSigned(dir), selfSigned(dir, '127.0.0.2')];
    const bus = new ServiceBusStandIn(NOW_MS);
    bus.policies.set('operator', { key: KEY, rights: ['Manage'] });
    bus.create('orders');
    const url = await bus.start(own);
    const withCa = (caFile?: string) => read(metric(url, { queueName: 'orders', ...(caFile && { caFile }) }));
    expect(ok(await withCa(own.certFile)).waiting).toBe(0);
    expect(reasonOf(await withCa())).toContain('its authority must be made known');
    expect(reasonOf(await withCa(other.certFile))).toMatch(/certificate/);
    await expect(withCa(own.keyFile)).rejects.toThrow(
      /^azureServiceBus\.caFile: .* holds no certificate in PEM/,
    );
    await expect(withCa(join(dir, 'none'))).rejects.toThrow(/^azureServiceBus\.caFile: /);
  });
});

function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'service-bus-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
