// There is no Service Bus here: its answers are those of its documentation.

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../src/api/policy.ts';
import { importDocuments, problemsOf } from '../../../src/app/commands/import/keda.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { metricSourceContract } from '../../contract/metric-source.ts';
import { freePort } from '../../support/programs/azurite.ts';
import { fakeValues } from '../../support/values.ts';
import { NOW_MS, never, ok, reasonOf, serverThat, serverWith, sourceOf } from '../servers.ts';

const KEY = 'c2VjcmV0LWtleQ==';

function entry(active: string, status = 'Active', kind = 'Queue'): string {
  return `<entry xmlns="http://www.w3.org/2005/Atom"><title type="text">orders</title><content type="application/xml"><${kind}Description xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect"><MessageCount>19</MessageCount><Status>${status}</Status><CountDetails xmlns:d2p1="http://schemas.microsoft.com/netservices/2011/06/servicebus"><d2p1:ActiveMessageCount>${active}</d2p1:ActiveMessageCount><d2p1:DeadLetterMessageCount>8</d2p1:DeadLetterMessageCount><d2p1:ScheduledMessageCount>4</d2p1:ScheduledMessageCount></CountDetails></${kind}Description></content></entry>`;
}

const NO_SUCH =
  '<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title></feed>';

function metric(endpoint: string, over: object = { queueName: 'orders' }): MetricSpec {
  return {
    azureServiceBus: {
      endpoint,
      auth: { sharedAccessKey: { name: 'operator', key: { fromEnv: 'KEY' } } },
      ...over,
    },
  };
}

const values = fakeValues({ KEY });
const read = async (spec: MetricSpec) => await sourceOf(spec, { values }).read(never);

metricSourceContract('azureServiceBus', {
  answering: async (onCall) => sourceOf(metric(await serverWith(200, entry('7'))), { values, onCall }),
  failing: async () => sourceOf(metric(`http://127.0.0.1:${await freePort()}`), { values }),
  hanging: async () => sourceOf(metric(await serverThat(() => undefined)), { values }),
  cannot: {},
});

describe('an azureServiceBus reading', () => {
  it('is the active messages, locked ones among them; dead letters and scheduled ones are apart', async () => {
    const over = { queueName: 'orders', inFlightPerInstance: 3 };
    expect(ok(await read(metric(await serverWith(200, entry('7')), over)))).toEqual({
      state: 'ok',
      asOfMs: NOW_MS,
      waiting: 7,
      unsplit: { waitingAtLeast: 0, restInFlight: true },
      heldPerInstance: 3,
    });
  });

  it('of a subscription asks for that one, signed by the key for ten minutes', async () => {
    let path: string | undefined;
    let signed = '';
    const url = await serverThat((request, response) => {
      path = request.url;
      signed = String(request.headers.authorization);
      response.end(entry('2', 'Active', 'Subscription'));
    });
    const over = { topicName: 'shop', subscriptionName: 'mails & more' };
    expect(ok(await read(metric(url, over))).waiting).toBe(2);
    expect(path).toBe('/shop/subscriptions/mails%20%26%20more?api-version=2021-05');
    const given = new URLSearchParams(signed.replace('SharedAccessSignature ', '').replaceAll('+', '%2B'));
    const expiry = NOW_MS / 1000 + 600;
    const resource = encodeURIComponent(String(given.get('sr')));
    const sig = createHmac('sha256', KEY).update(`${resource}\n${expiry}`).digest('base64');
    expect(given.get('sr')).toBe(`${url}/shop/subscriptions/mails%20%26%20more`);
    expect([given.get('se'), given.get('skn'), given.get('sig')]).toEqual([String(expiry), 'operator', sig]);
  });

  it.each([
    ['no such queue', 200, NO_SUCH, 'there is no such queue'],
    ['404', 404, '', 'there is no such queue'],
    ['a refused key', 401, '', 'the credentials were refused'],
    ['another service', 200, '<html></html>', 'the answer describes no queue'],
    ['a disabled queue', 200, entry('7', 'ReceiveDisabled'), 'it is ReceiveDisabled'],
    ['a negative count', 200, entry('-1'), 'is negative'],
    ['an empty count', 200, entry(''), 'not a number'],
    ['a count beyond all', 200, entry('1e300'), 'too large'],
    ['an endless answer', 200, entry('7').padEnd(70_000), 'larger than 65536 bytes'],
    ['a redirect', 302, '', 'a redirect'],
  ])('is none of %s', async (_, status, body, words) => {
    const reason = reasonOf(
      await read(metric(await serverWith(status, body, { location: 'http://127.0.0.1:1' }))),
    );
    expect(reason).toContain('reading queue orders at 127.0.0.1:');
    expect(reason).toContain(words);
    expect(reason).not.toContain(KEY);
  });

  it('goes to the endpoint, whatever the connection string names', async () => {
    const text = `Endpoint=sb://127.0.0.1:1/;SharedAccessKeyName=operator;SharedAccessKey=${KEY}`;
    const url = await serverWith(200, entry('7'));
    const over = { queueName: 'orders', auth: { connectionString: { fromEnv: 'TEXT' } } };
    const source = sourceOf(metric(url, over), { values: fakeValues({ TEXT: text }) });
    expect(ok(await source.read(never)).waiting).toBe(7);
  });

  it('needs a key in a connection string', async () => {
    const over = { queueName: 'orders', auth: { connectionString: { fromEnv: 'KEY' } } };
    await expect(read(metric('http://127.0.0.1:1', over))).rejects.toThrow(
      'auth.connectionString: has neither',
    );
  });
});

describe("KEDA's trigger azure-servicebus", () => {
  it('becomes the metric, with its reference, and no field is dropped', () => {
    const trigger = {
      type: 'azure-servicebus',
      metadata: {
        topicName: 'shop',
        subscriptionName: 'mails',
        messageCount: '20',
        namespace: 'ns',
        connectionFromEnv: 'BUS',
        activationMessageCount: '3',
        other: 'x',
      },
    };
    const { text, notes } = importDocuments([
      {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name: 'web' },
        spec: { scaleTargetRef: { name: 'web' }, triggers: [trigger] },
      },
    ]);
    expect(problemsOf(text)).toEqual([]);
    expect(loadPolicies(text, 'imported').problems).toEqual([]);
    for (const part of [
      'perInstance: 20',
      'https://ns.servicebus.windows.net',
      'topicName: shop',
      'subscriptionName: mails',
      'fromEnv: BUS',
    ])
      expect(text).toContain(part);
    const said = notes.map(({ field }) => field).join();
    for (const field of ['connectionFromEnv', 'activationMessageCount', 'other'])
      expect(said).toContain(field);
  });
});
