// The wire is checked against a real Azurite, its troubles against small servers that misbehave.

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccountSASPermissions, type QueueClient, QueueSASPermissions } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MetricReading, MetricSample } from '../../../../src/core/observation.ts';
import { defined } from '../../../../src/lang/defined.ts';
import type { AzureStorageQueueMetric } from '../../../../src/metric-sources/clouds/azure-queue/config.ts';
import {
  createAzureQueue,
  describeAzureQueue,
} from '../../../../src/metric-sources/clouds/azure-queue/index.ts';
import { withDeadline } from '../../../../src/metric-sources/connection/deadline.ts';
import type { MetricSource } from '../../../../src/metric-sources/source.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { TerminalError } from '../../../../src/runtime/errors.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { ACCOUNT_KEY, ACCOUNT_NAME, type Azurite, startAzurite } from '../../../support/programs/azurite.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { type FakeValues, fakeValues } from '../../../support/values.ts';

const NOW_MS = 1_000_000;
const never = new AbortController().signal;

let azurite: Azurite;
let queueNumber = 0;
const cleanUp: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

interface Given extends Partial<AzureStorageQueueMetric> {
  readonly name?: string;
  readonly values?: FakeValues;
  readonly onCall?: (() => void) | undefined;
}

function sourceOf({ name = 'orders', values, onCall, ...given }: Given): MetricSource {
  const config = { queueName: name, count: 'Waiting', inFlightPerInstance: 1, ...given } as const;
  const source = createAzureQueue(config, {
    clock: new VirtualClock(NOW_MS),
    log: silentLogger,
    values: values ?? fakeValues(azurite.env(name)),
    onCall,
  });
  cleanUp.push(() => source.close());
  return source;
}

async function newQueue(messages = 0): Promise<{ client: QueueClient; name: string }> {
  const name = `queue-${queueNumber++}`;
  const client = azurite.queue(name);
  await client.create();
  for (let i = 0; i < messages; i++) await client.sendMessage(`${i}`);
  return { client, name };
}

/** A server of our own in place of the service. */
async function serverThat(listener: RequestListener): Promise<{ endpoint: string; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${ACCOUNT_NAME}`, server };
}

function ok(reading: MetricReading): MetricSample {
  if (reading.state !== 'ok') throw new Error(reading.reason);
  return reading;
}

function reasonOf(reading: MetricReading): string {
  if (reading.state === 'ok') throw new Error(`was ok with ${reading.waiting}`);
  return reading.reason;
}

metricSourceContract('azureStorageQueue', {
  answering: async (onCall) => sourceOf({ name: (await newQueue(1)).name, onCall }),
  failing: async () => sourceOf({ endpoint: `http://127.0.0.1:${await freePort()}/a` }),
  hanging: async () => sourceOf({ endpoint: (await serverThat(() => undefined)).endpoint }),
  cannot: {},
});

describe('azureStorageQueue counts', () => {
  it('nothing in an empty queue, and knows that nothing is visible', async () => {
    const { name } = await newQueue();
    expect(ok(await sourceOf({ name }).read(never))).toEqual({
      state: 'ok',
      waiting: 0,
      inFlight: 0,
      heldPerInstance: 1,
      asOfMs: NOW_MS,
    });
  });

  it('all messages, those taken but not deleted included, and tells them apart', async () => {
    const { client, name } = await newQueue(7);
    await client.receiveMessages({ numberOfMessages: 3, visibilityTimeout: 60 });
    expect(ok(await sourceOf({ name }).read(never))).toMatchObject({ waiting: 4, inFlight: 3 });
  });

  it('deleted messages no more', async () => {
    const { client, name } = await newQueue(3);
    const [taken] = (await client.receiveMessages()).receivedMessageItems;
    await client.deleteMessage(taken!.messageId, taken!.popReceipt);
    expect(ok(await sourceOf({ name }).read(never))).toMatchObject({ waiting: 2, inFlight: 0 });
  });

  it.each([
    { messages: 31, told: { inFlight: 0 } },
    { messages: 32, told: { unsplit: { waitingAtLeast: 32, restInFlight: true } } },
    { messages: 40, told: { unsplit: { waitingAtLeast: 32, restInFlight: true } } },
  ])('$messages visible ones with $told: a peek shows 32 at most', async ({ messages, told }) => {
    const { name } = await newQueue(messages);
    const { waiting, inFlight, unsplit } = ok(await sourceOf({ name }).read(never));
    expect({ waiting, ...defined({ inFlight, unsplit }) }).toEqual({ waiting: messages, ...told });
  });

  it('the age of the oldest visible message from the moment of the reading', async () => {
    const { name } = await newQueue(2);
    const { oldestAgeMs, arrivals } = ok(await sourceOf({ name }).read(never));
    expect(oldestAgeMs).toBeGreaterThanOrEqual(0);
    expect(oldestAgeMs).toBeLessThan(60_000);
    expect(arrivals).toHaveLength(2);
    expect(arrivals?.[0]).toBe(NOW_MS - (oldestAgeMs ?? 0));
  });

  it('how many messages were taken from the front since the reading before, while one of them is still there', async () => {
    const { client, name } = await newQueue(4);
    const source = sourceOf({ name });
    const first = ok(await source.read(never));
    expect(first.taken).toBeUndefined();
    await client.receiveMessages({ numberOfMessages: 3 });
    await client.sendMessage('later');
    expect(ok(await source.read(never))).toMatchObject({
      waiting: 2,
      inFlight: 3,
      taken: { sinceMs: first.asOfMs, count: 3, seen: 4 },
    });
    await client.receiveMessages({ numberOfMessages: 2 });
    await client.sendMessage('latest');
    expect(ok(await source.read(never)).taken).toBeUndefined();
  });

  it('which of those that were taken had been given back before', async () => {
    const { client, name } = await newQueue(2);
    const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 2 });
    for (const { messageId, popReceipt } of receivedMessageItems)
      await client.updateMessage(messageId, popReceipt, 'again', 0);
    const source = sourceOf({ name });
    const first = ok(await source.read(never));
    await client.receiveMessages({ numberOfMessages: 1, visibilityTimeout: 60 });
    const { taken } = ok(await source.read(never));
    expect(taken).toEqual({ sinceMs: first.asOfMs, count: 1, seen: 2, again: 1 });
  });

  it('peeks for the age alone when only the total is wanted', async () => {
    const { name } = await newQueue(3);
    const reading = ok(await sourceOf({ name, count: 'Total' }).read(never));
    expect(reading).toEqual({ state: 'ok', waiting: 3, oldestAgeMs: expect.any(Number), asOfMs: NOW_MS });
  });
});

describe('azureStorageQueue credentials', () => {
  const noValues = (extra: Record<string, string>): FakeValues => fakeValues(extra);

  it('reads with a connection string', async () => {
    const { name } = await newQueue(2);
    const values = noValues({ CS: azurite.connectionString });
    const source = sourceOf({ name, values, connectionString: { fromEnv: 'CS' } });
    expect(ok(await source.read(never)).waiting).toBe(2);
  });

  it('reads with a SAS of the queue that may read', async () => {
    const { client, name } = await newQueue(2);
    const url = client.generateSasUrl({
      permissions: QueueSASPermissions.parse('r'),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
    const values = noValues({ SAS: new URL(url).search });
    const endpoint = azurite.endpoint;
    const source = sourceOf({ name, values, endpoint, sasToken: { fromEnv: 'SAS' } });
    expect(ok(await source.read(never))).toMatchObject({ waiting: 2, inFlight: 0 });
  });

  it('goes on with the count alone where a SAS does not allow to peek', async () => {
    const { name } = await newQueue(2);
    const { QueueServiceClient, StorageSharedKeyCredential } = await import('@azure/storage-queue');
    const service = new QueueServiceClient(
      azurite.endpoint,
      new StorageSharedKeyCredential(ACCOUNT_NAME, ACCOUNT_KEY),
    );
    // Resource type `c`: containers (the queue), not objects (its messages).
    const url = service.generateAccountSasUrl(
      new Date(Date.now() + 3_600_000),
      AccountSASPermissions.parse('r'),
      'c',
    );
    const values = noValues({ SAS: new URL(url).search });
    const endpoint = azurite.endpoint;
    const source = sourceOf({ name, values, endpoint, sasToken: { fromEnv: 'SAS' } });
    expect(ok(await source.read(never))).toEqual({
      state: 'ok',
      waiting: 2,
      unsplit: { waitingAtLeast: 0, restInFlight: true },
      heldPerInstance: 1,
      asOfMs: NOW_MS,
    });
  });

  it.each(['expired', 'forged'])('says that an %s SAS was refused, and shows nothing of it', async (how) => {
    const { client, name } = await newQueue();
    const url = new URL(
      client.generateSasUrl({
        permissions: QueueSASPermissions.parse('r'),
        expiresOn: new Date(Date.now() + (how === 'expired' ? -60_000 : 60_000)),
      }),
    );
    if (how === 'forged') url.searchParams.set('sig', 'Zm9yZ2Vk');
    const values = noValues({ SAS: url.search });
    const endpoint = azurite.endpoint;
    const reason = reasonOf(
      await sourceOf({ name, values, endpoint, sasToken: { fromEnv: 'SAS' } }).read(never),
    );
    expect(reason).toMatch(
      new RegExp(`queue ${name} at 127.0.0.1:${azurite.port}: answered 403 .*SAS token`),
    );
    expect(reason).not.toContain(url.searchParams.get('sig'));
    expect(reason).not.toContain('sv=');
  });

  it('says that a wrong key was refused', async () => {
    const { name } = await newQueue();
    const values = fakeValues({ ...azurite.env(name), AZURE_STORAGE_ACCOUNT_KEY: 'd3Jvbmc=' });
    const reason = reasonOf(await sourceOf({ name, values }).read(never));
    expect(reason).toMatch(/answered 403 \w+: the account key was refused; check it/);
    expect(reason).not.toContain('d3Jvbmc');
  });

  it('uses a rotated key at the next read', async () => {
    const { name } = await newQueue(1);
    const values = fakeValues({ ...azurite.env(name), AZURE_STORAGE_ACCOUNT_KEY: 'd3Jvbmc=' });
    const source = sourceOf({ name, values });
    reasonOf(await source.read(never));
    values.env['AZURE_STORAGE_ACCOUNT_KEY'] = ACCOUNT_KEY;
    expect(ok(await source.read(never)).waiting).toBe(1);
  });

  it.each([
    {
      name: 'a missing variable',
      given: { values: fakeValues() },
      says: /AZURE_STORAGE_ACCOUNT_NAME is not set/,
    },
    {
      name: 'an address without account',
      given: { endpoint: 'http://127.0.0.1:1/' },
      says: /lacks the account; write it/,
    },
    {
      name: 'a local name without account',
      given: { endpoint: 'http://azurite.local:10001' },
      says: /lacks the account; write it/,
    },
  ])('throws at every read for $name', async ({ given, says }) => {
    const source = sourceOf(given);
    for (const _attempt of [1, 2]) {
      await expect(source.read(never)).rejects.toThrow(TerminalError);
      await expect(source.read(never)).rejects.toThrow(says);
    }
    await source.close();
  });
});

describe('azureStorageQueue in trouble', () => {
  it('says that the queue does not exist', async () => {
    const reason = reasonOf(await sourceOf({ name: 'not-there' }).read(never));
    expect(reason).toMatch(/queue not-there at .*: the queue does not exist; create it/);
  });

  it('is unavailable while the storage is stopped, and reads again when it is back', async () => {
    const former = await startAzurite();
    cleanUp.push(() => former.stop());
    await former.queue('orders').create();
    const source = sourceOf({ values: fakeValues(former.env('orders')) });
    expect(ok(await source.read(never)).waiting).toBe(0);
    await former.stop();
    expect(reasonOf(await source.read(never))).toMatch(/at 127.0.0.1:\d+: (connection refused|.*closed)/);
    const latter = await startAzurite({ port: former.port });
    cleanUp.push(() => latter.stop());
    await latter.queue('orders').create();
    await latter.queue('orders').sendMessage('1');
    expect(ok(await source.read(never)).waiting).toBe(1);
  });

  it('is read by the first round that the storage answers, after a minute of rounds without it', async () => {
    const former = await startAzurite();
    cleanUp.push(() => former.stop());
    await former.queue('orders').create();
    const clock = new VirtualClock(NOW_MS);
    const source = withDeadline(sourceOf({ values: fakeValues(former.env('orders')) }), {
      clock,
      deadlineMs: 2_000,
      label: () => 'queue orders',
    });
    expect(ok(await source.read(never)).waiting).toBe(0);
    await former.stop();
    for (let second = 0; second < 60; second++) {
      expect((await source.read(never)).state).toBe('unavailable');
      await clock.advance(1_000);
    }
    const latter = await startAzurite({ port: former.port });
    cleanUp.push(() => latter.stop());
    await latter.queue('orders').create();
    await latter.queue('orders').sendMessage('1');
    expect(ok(await source.read(never)).waiting).toBe(1);
  });

  const html = '<!doctype html><html><body>Please log in</body></html>';
  it.each([
    { name: 'HTML with 200', status: 200, headers: {}, says: /not from Azure Queue Storage/ },
    {
      name: 'a count that is none',
      status: 200,
      headers: { 'x-ms-approximate-messages-count': 'many' },
      says: /not from Azure/,
    },
    {
      name: 'a negative count',
      status: 200,
      headers: { 'x-ms-approximate-messages-count': '-1' },
      says: /not from Azure/,
    },
    { name: 'a gateway error', status: 502, headers: {}, says: /answered 502: the service is not well/ },
  ])('takes $name for no count', async ({ status, headers, says }) => {
    const { endpoint } = await serverThat((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(html);
    });
    expect(reasonOf(await sourceOf({ endpoint: endpoint }).read(never))).toMatch(says);
  });

  it('reads no answer beyond a bound, and goes on with the count alone', async () => {
    let sent = 0;
    const { endpoint } = await serverThat((request, response) => {
      if (!request.url?.includes('/messages')) {
        response.writeHead(200, { 'x-ms-approximate-messages-count': '5' }).end();
        return;
      }
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' '))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    });
    expect(ok(await sourceOf({ endpoint }).read(never))).toMatchObject({ waiting: 5, unsplit: {} });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('follows no redirect, which would carry a SAS along', async () => {
    const paths: string[] = [];
    const { endpoint } = await serverThat((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x');
      paths.push(pathname);
      if (pathname === '/elsewhere')
        response.writeHead(200, { 'x-ms-approximate-messages-count': '5' }).end();
      else response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const reason = reasonOf(await sourceOf({ endpoint: endpoint }).read(never));
    expect(reason).toMatch(/answered 302, a redirect; name the queue service itself/);
    expect(paths).not.toContain('/elsewhere');
  });

  it('makes one call for the count and one to peek, and repeats neither', async () => {
    const calls: string[] = [];
    const { endpoint } = await serverThat((request, response) => {
      calls.push(new URL(request.url ?? '', 'http://x').pathname.split('/').slice(2).join('/'));
      response.writeHead(503).end();
    });
    reasonOf(await sourceOf({ endpoint: endpoint }).read(never));
    expect(calls.filter((c) => c === 'orders')).toHaveLength(1);
    expect(calls.filter((c) => c !== 'orders').length).toBeLessThanOrEqual(1);
  });

  it.each([
    { length: 100, asked: ['32', '32', '32', '32'] },
    { length: 10_000, asked: ['32', '6', '6', '32'] },
    { length: 100_000, asked: ['32', '1', '1', '32'] },
  ])(
    'peeks at $asked messages of $length characters: 64 KiB of a long queue',
    async ({ length, asked: is }) => {
      let count = 1000;
      const message = `<QueueMessage><MessageText>${'x'.repeat(length)}</MessageText></QueueMessage>`;
      const asked: (string | null)[] = [];
      const { endpoint } = await serverThat((request, response) => {
        const url = new URL(request.url ?? '', 'http://x');
        if (url.pathname.endsWith('/messages')) {
          asked.push(url.searchParams.get('numofmessages'));
          response.writeHead(200, { 'content-type': 'application/xml' });
          response.end(`<?xml version="1.0"?><QueueMessagesList>${message}${message}</QueueMessagesList>`);
        } else {
          response.writeHead(200, { 'x-ms-approximate-messages-count': String(count) }).end();
        }
      });
      const source = sourceOf({ endpoint: endpoint });
      for (const next of [1000, 1000, 10, 10]) {
        count = next;
        ok(await source.read(never));
      }
      expect(asked).toEqual(is);
    },
  );

  it('believes a peek that saw more than was counted, and ages by the clock of the service', async () => {
    const { endpoint } = await serverThat((request, response) => {
      response.setHeader('date', 'Thu, 01 Jan 2026 00:00:30 GMT');
      if (!request.url?.includes('/messages')) {
        response.writeHead(200, { 'x-ms-approximate-messages-count': '1' }).end();
        return;
      }
      const messages = ['00:00:25', '00:00:20'].map(
        (time, i) =>
          `<QueueMessage><MessageId>${i}</MessageId><InsertionTime>Thu, 01 Jan 2026 ${time} GMT</InsertionTime>` +
          '<ExpirationTime>Thu, 08 Jan 2026 00:00:00 GMT</ExpirationTime><DequeueCount>0</DequeueCount>' +
          '<MessageText>x</MessageText></QueueMessage>',
      );
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><QueueMessagesList>${messages.join('')}</QueueMessagesList>`);
    });
    expect(ok(await sourceOf({ endpoint: endpoint }).read(never))).toEqual({
      state: 'ok',
      waiting: 2,
      inFlight: 0,
      heldPerInstance: 1,
      asOfMs: NOW_MS,
      oldestAgeMs: 10_000,
      arrivals: [NOW_MS - 10_000, NOW_MS - 5_000],
    });
  });

  it('does not send what is on this machine through a proxy', async () => {
    const { name } = await newQueue(1);
    const proxied: string[] = [];
    const proxy = await serverThat((request, response) => {
      proxied.push(request.url ?? '');
      response.writeHead(502).end();
    });
    const before = process.env['HTTP_PROXY'];
    process.env['HTTP_PROXY'] = new URL(proxy.endpoint).origin;
    cleanUp.push(() => {
      if (before === undefined) delete process.env['HTTP_PROXY'];
      else process.env['HTTP_PROXY'] = before;
    });
    expect(ok(await sourceOf({ name }).read(never)).waiting).toBe(1);
    expect(proxied).toEqual([]);
  });

  it('is unavailable once closed', async () => {
    const source = sourceOf({ name: (await newQueue()).name });
    await source.close();
    expect(reasonOf(await source.read(never))).toContain('closed');
  });
});

describe('describeAzureQueue', () => {
  const config = { count: 'Waiting', inFlightPerInstance: 1 } as const;
  it.each([
    { queueName: 'orders', label: 'queue orders' },
    { queueNameFrom: { fromEnv: 'Q' }, label: 'queue demo-queue' },
    { queueNameFrom: { fromEnv: 'UNSET' }, label: 'queue named by UNSET' },
  ])('calls it $label', ({ label, ...named }) => {
    const values = fakeValues({ Q: 'demo-queue' });
    expect(describeAzureQueue({ ...config, ...named }, values)).toBe(label);
  });
});
