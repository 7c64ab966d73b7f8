// The bench's queue speaks to the client that the operator uses: the real SDK.

import { QueueClient, StorageSharedKeyCredential } from '@azure/storage-queue';
import { afterEach, describe, expect, it } from 'vitest';
import { type QueueService, serveQueue, type VisibleMessage } from '../../../bench/reality/queue-service.ts';
import { createAzureQueue } from '../../../src/metric-sources/clouds/azure-queue/index.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { fakeValues } from '../../support/values.ts';

const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 10, 900);
const ACCOUNT = 'devstoreaccount1';
const KEY = Buffer.from('a key').toString('base64');
const never = new AbortController().signal;

let service: QueueService;

afterEach(() => service.close());

async function serving(count: number, visible: readonly VisibleMessage[]): Promise<void> {
  const queue = { name: 'orders', count: () => count, peek: (most: number) => visible.slice(0, most) };
  service = await serveQueue(queue, () => NOW_MS);
}

function messages(...agesMs: readonly number[]): readonly VisibleMessage[] {
  return agesMs.map((ageMs, i) => ({ id: `m-${i}`, insertedMs: NOW_MS - ageMs }));
}

function client(name = 'orders'): QueueClient {
  const credential = new StorageSharedKeyCredential(ACCOUNT, KEY);
  return new QueueClient(`${service.endpoint}/${name}`, credential, { retryOptions: { maxTries: 1 } });
}

describe('the queue of a real run', () => {
  it('tells its count', async () => {
    await serving(7, messages(0));
    expect((await client().getProperties()).approximateMessagesCount).toBe(7);
  });

  it('shows visible messages with the times they came at, in whole seconds', async () => {
    await serving(3, messages(2500, 100));
    const { peekedMessageItems, date } = await client().peekMessages({ numberOfMessages: 32 });
    expect(peekedMessageItems.map(({ messageId, insertedOn }) => [messageId, insertedOn.getTime()])).toEqual([
      ['m-0', Date.UTC(2026, 10, 29, 12, 0, 8)],
      ['m-1', Date.UTC(2026, 10, 29, 12, 0, 10)],
    ]);
    expect(date?.getTime()).toBe(Date.UTC(2026, 10, 29, 12, 0, 10));
  });

  it('shows no more than are asked for, and 32 at most', async () => {
    await serving(40, messages(...Array.from({ length: 40 }, () => 0)));
    expect((await client().peekMessages({ numberOfMessages: 3 })).peekedMessageItems).toHaveLength(3);
    expect((await client().peekMessages({ numberOfMessages: 32 })).peekedMessageItems).toHaveLength(32);
    await expect(client().peekMessages({ numberOfMessages: 33 })).rejects.toMatchObject({ statusCode: 400 });
  });

  it('knows no other queue, and nothing that would change it', async () => {
    await serving(0, []);
    await expect(client('others').getProperties()).rejects.toMatchObject({ statusCode: 404 });
    await expect(client().sendMessage('a')).rejects.toMatchObject({ statusCode: 400 });
  });

  it('is read by the metric source as a real one is', async () => {
    await serving(5, messages(3000, 0, 0));
    const config = { queueName: 'orders', count: 'Waiting', inFlightPerInstance: 1 } as const;
    const source = createAzureQueue(config, {
      clock: new VirtualClock(NOW_MS),
      log: silentLogger,
      values: fakeValues({
        AZURE_STORAGE_ACCOUNT_NAME: ACCOUNT,
        AZURE_STORAGE_ACCOUNT_KEY: KEY,
        AZURE_STORAGE_QUEUE_ENDPOINT: service.endpoint,
      }),
    });
    try {
      expect(await source.read(never)).toMatchObject({
        state: 'ok',
        waiting: 3,
        inFlight: 2,
        oldestAgeMs: 3000,
      });
    } finally {
      await source.close();
    }
  });
});
