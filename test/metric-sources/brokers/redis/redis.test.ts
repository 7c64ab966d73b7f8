import { Queue, Worker } from 'bullmq';
import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { withDeadline } from '../../../../src/metric-sources/connection/deadline.ts';
import type { MetricSource } from '../../../../src/metric-sources/source.ts';
import { systemClock, VirtualClock } from '../../../../src/runtime/clock.ts';
import { type Redis, redisMissing, startRedis } from '../../../support/programs/redis.ts';
import { until } from '../../../support/until.ts';
import { type FakeValues, fakeValues } from '../../../support/values.ts';
import { NOW_MS, never, ok, reasonOf, sourceOf } from '../../servers.ts';

describe.skipIf(redisMissing())('a real Redis', () => {
  let server: Redis;
  let client: Client;

  const clientOf = (url: string): Client => {
    const made = new Client(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    made.on('error', () => undefined);
    return made;
  };
  beforeAll(async () => {
    server = await startRedis();
    client = clientOf(server.url);
  });
  beforeEach(() => client.flushall());
  afterAll(async () => {
    client?.disconnect();
    await server?.stop();
  });

  const metric = (over: object): MetricSpec => ({ redis: { endpoint: server.url, database: 0, ...over } });
  const reader = (over: object, values: FakeValues = fakeValues()): MetricSource =>
    sourceOf(metric(over), { values, clock: new VirtualClock(NOW_MS) });
  const read = async (over: object) => ok(await reader(over).read(never));
  const why = async (over: object) => reasonOf(await reader(over).read(never));

  describe('with a list', () => {
    const list = { name: 'orders', processingList: 'orders:processing' };

    it('tells 5 waiting and 2 in flight of 7, of which a worker holds 2', async () => {
      await client.rpush('orders', 1, 2, 3, 4, 5, 6, 7);
      for (let i = 0; i < 2; i++) await client.lmove('orders', 'orders:processing', 'LEFT', 'RIGHT');
      const sample = { state: 'ok', asOfMs: NOW_MS, waiting: 5, inFlight: 2, heldPerInstance: 3 };
      expect(await read({ list, inFlightPerInstance: 3 })).toEqual(sample);
    });

    it('does not know what is in flight without a list of it', async () => {
      await client.rpush('orders', 1, 2);
      expect(await read({ list: { name: 'orders' } })).toEqual({ state: 'ok', asOfMs: NOW_MS, waiting: 2 });
    });

    it('tells an empty queue from a missing one by the marker', async () => {
      const marked = { list: { ...list, markerKey: 'orders:version' } };
      expect(await why(marked)).toMatch(
        /^reading list orders at 127\.0\.0\.1:\d+: the key orders:version is not there/,
      );
      await client.set('orders:version', 1);
      expect(await read(marked)).toMatchObject({ waiting: 0, inFlight: 0 });
    });

    it('is unknown where the key is something else', async () => {
      await client.set('orders', 'x');
      expect(await why({ list })).toContain('the key holds another type of value');
    });

    it('reads the database that the policy names', async () => {
      const other = clientOf(`${server.url}/3`);
      onTestFinished(() => other.disconnect());
      await other.rpush('orders', 1, 2, 3);
      expect(await read({ list, database: 3 })).toMatchObject({ waiting: 3 });
      expect(await read({ list })).toMatchObject({ waiting: 0 });
      expect(await why({ list, database: 999 })).toContain('no database of this number');
    });
  });

  describe('with a stream', () => {
    const stream = { name: 'mails', group: 'workers' };
    const add = async (n: number, size = 1): Promise<void> => {
      for (let i = 0; i < n; i++) await client.xadd('mails', '*', 'body', 'x'.repeat(size));
    };
    const take = (n: number) =>
      client.xreadgroup('GROUP', 'workers', 'w1', 'COUNT', n, 'STREAMS', 'mails', '>') as Promise<
        [string, [string, string[]][]][]
      >;

    it('tells 5 waiting and 2 in flight of 7, what came and what was worked off, and ages', async () => {
      await client.xgroup('CREATE', 'mails', 'workers', '0', 'MKSTREAM');
      await add(7);
      const [[, [first]] = ['', []]] = await take(2);
      const source = reader({ stream });
      const sample = ok(await source.read(never));
      expect(sample).toMatchObject({ waiting: 5, inFlight: 2, arrivedTotal: 7, completedTotal: 0 });
      expect(sample.oldestAgeMs).toBeGreaterThanOrEqual(0);
      expect(sample.oldestAgeMs).toBeLessThan(60_000);
      if (first === undefined) throw new Error('the worker has none');
      await client.xack('mails', 'workers', first[0]);
      const next = ok(await source.read(never));
      expect(next).toMatchObject({ waiting: 5, inFlight: 1, completedTotal: 1 });
      expect(next.arrivals).toHaveLength(5);
      expect([...(next.arrivals ?? [])].sort((a, b) => a - b)).toEqual(next.arrivals);
    });

    it('is empty when all was read, and then has no age', async () => {
      await client.xgroup('CREATE', 'mails', 'workers', '0', 'MKSTREAM');
      await add(2);
      await take(2);
      expect(await read({ stream })).toEqual({
        state: 'ok',
        asOfMs: NOW_MS,
        waiting: 0,
        inFlight: 2,
        arrivedTotal: 2,
        completedTotal: 0,
      });
    });

    it('counts one by one where the server cannot tell the lag', async () => {
      await add(9);
      const [, , [third] = ['']] = await client.xrange('mails', '-', '+', 'COUNT', 3);
      await client.xgroup('CREATE', 'mails', 'workers', third);
      const sample = await read({ stream });
      expect(sample).toMatchObject({ waiting: 6, inFlight: 0 });
      expect(sample.arrivedTotal).toBeUndefined();
    });

    it('is unknown, not zero and not a guess, where there are too many to count', async () => {
      await add(130);
      const [, , [third] = ['']] = await client.xrange('mails', '-', '+', 'COUNT', 3);
      await client.xgroup('CREATE', 'mails', 'workers', third);
      expect(await why({ stream })).toContain(
        'cannot tell how many entries group workers has not read, at least 100',
      );
    });

    it('looks at no more entries than fit, however large they are', async () => {
      await client.xgroup('CREATE', 'mails', 'workers', '0', 'MKSTREAM');
      await add(7, 400_000);
      const source = reader({ stream });
      ok(await source.read(never));
      expect(ok(await source.read(never))).toMatchObject({ waiting: 7 });
    });

    it('counts without ages where a single entry is too large to be read', async () => {
      await client.xgroup('CREATE', 'mails', 'workers', '0', 'MKSTREAM');
      await add(3, 2_000_000);
      const source = reader({ stream });
      for (let i = 0; i < 3; i++) {
        const sample = ok(await source.read(never));
        expect(sample).toMatchObject({ waiting: 3, inFlight: 0 });
        expect(sample.oldestAgeMs).toBeUndefined();
      }
    });

    it('knows no age where ids are no times', async () => {
      await client.xgroup('CREATE', 'mails', 'workers', '0', 'MKSTREAM');
      for (const id of ['1-1', '1-2']) await client.xadd('mails', id, 'a', 'b');
      const sample = await read({ stream });
      expect(sample.waiting).toBe(2);
      expect(sample.oldestAgeMs).toBeUndefined();
    });

    it('says whether the stream is missing or the group', async () => {
      expect(await why({ stream })).toContain('there is no such stream; check name and database');
      await add(1);
      expect(await why({ stream })).toContain('the stream has no group workers');
    });
  });

  describe('with BullMQ', () => {
    const bullmq = { queue: 'thumbnails', prefix: 'shop' };
    const connection = () => ({ host: '127.0.0.1', port: server.port, maxRetriesPerRequest: null });
    const queueOf = (): Queue => {
      const queue = new Queue('thumbnails', { connection: connection(), prefix: 'shop' });
      onTestFinished(() => queue.close());
      return queue;
    };

    it('tells 5 waiting and 2 in flight of 7, of which a worker holds 2', async () => {
      const queue = queueOf();
      for (let i = 0; i < 7; i++) await queue.add('work', { i });
      const release = Promise.withResolvers<void>();
      const worker = new Worker('thumbnails', () => release.promise, {
        connection: connection(),
        prefix: 'shop',
        concurrency: 2,
      });
      onTestFinished(async () => {
        release.resolve();
        await worker.close(true);
      });
      const source = reader({ bullmq });
      await until('the worker to hold two', async () => ok(await source.read(never)).inFlight === 2);
      expect(ok(await source.read(never))).toMatchObject({ waiting: 5, inFlight: 2 });
    });

    it('counts jobs with a priority, and delayed ones when they are due', async () => {
      const queue = queueOf();
      await queue.add('work', {}, { priority: 5 });
      await queue.add('work', {});
      await queue.add('work', {}, { delay: 3_600_000 });
      const clock = new VirtualClock(Date.now());
      const source = sourceOf(metric({ bullmq }), { clock });
      expect(ok(await source.read(never))).toMatchObject({ waiting: 2, inFlight: 0 });
      await clock.advance(3_700_000);
      expect(ok(await source.read(never))).toMatchObject({ waiting: 3, inFlight: 0 });
    });

    it('lets nothing wait for workers while the queue is paused', async () => {
      const queue = queueOf();
      await queue.add('work', {});
      await queue.pause();
      expect(await read({ bullmq })).toMatchObject({ waiting: 0 });
      await queue.resume();
      expect(await read({ bullmq })).toMatchObject({ waiting: 1 });
    });

    it('is unknown where there is no such queue', async () => {
      expect(await why({ bullmq })).toContain('there is no such queue; check queue, prefix and database');
    });
  });

  describe('in trouble', () => {
    const list = { name: 'orders' };

    it('is read over one connection', async () => {
      const source = reader({ list });
      for (let i = 0; i < 20; i++) ok(await source.read(never));
      // Those of other tests may end a moment after them.
      await expect
        .poll(async () => ((await client.client('LIST')) as string).trim().split('\n').length)
        .toBeLessThanOrEqual(2);
    });

    it('is read again after a restart, at once', async () => {
      const source = reader({ list });
      ok(await source.read(never));
      await server.restart();
      await client.rpush('orders', 1);
      expect(ok(await source.read(never)).waiting).toBe(1);
    });

    it('holds up no round while it hangs, and is read again when it goes on', async () => {
      const patient = reader({ list });
      ok(await patient.read(never));
      const source = withDeadline(patient, { deadlineMs: 300, clock: systemClock, label: () => 'it' });
      server.freeze();
      try {
        expect(reasonOf(await source.read(never))).toContain('no answer within');
      } finally {
        server.thaw();
      }
      await until('it to be read again', async () => (await source.read(never)).state === 'ok');
    });

    it('stays read while the signal of another read is aborted', async () => {
      const source = reader({ list });
      const [, kept] = await Promise.allSettled([
        source.read(AbortSignal.abort(new Error('enough'))),
        source.read(never),
      ]);
      expect(kept).toMatchObject({ status: 'fulfilled', value: { state: 'ok' } });
    });
  });

  it('asks who reads it, and says who may not', async () => {
    const guarded = await startRedis(['--requirepass', 's3cret']);
    onTestFinished(() => guarded.stop());
    const admin = clientOf(guarded.url.replace('//', '//:s3cret@'));
    onTestFinished(() => admin.disconnect());
    await admin.call('ACL', 'SETUSER', 'reader', 'on', '>r', '~orders', '+llen');
    await admin.rpush('orders', 1);
    const at = { endpoint: guarded.url, list: { name: 'orders' } };
    const as = (over: object) => ({ ...at, auth: { password: { fromEnv: 'PASSWORD' }, ...over } });
    const values = fakeValues({ PASSWORD: 'wr0ng' });

    expect(await why(at)).toContain('the server asks for credentials; give auth');
    const source = reader(as({}), values);
    const refused = reasonOf(await source.read(never));
    expect(refused).toContain('has another password; check auth');
    expect(refused).not.toContain('wr0ng');
    values.env['PASSWORD'] = 's3cret';
    expect(ok(await source.read(never)).waiting).toBe(1);

    // Redis keeps a connection whose password is no longer the right one; the source is as whoever it is now.
    await admin.config('SET', 'requirepass', 'r0tated');
    values.env['PASSWORD'] = 'r0tated';
    expect(ok(await source.read(never)).waiting).toBe(1);
    values.env['PASSWORD'] = 's3cret';
    expect(reasonOf(await source.read(never))).toContain('has another password; check auth');

    const asReader = fakeValues({ PASSWORD: 'r' });
    const reading = await reader(as({ username: 'reader' }), asReader).read(never);
    expect(ok(reading).waiting).toBe(1);
    const stream = { ...as({ username: 'reader' }), list: undefined, stream: { name: 'orders', group: 'g' } };
    expect(reasonOf(await reader(stream, asReader).read(never))).toContain(
      'the user has no right to these commands',
    );
  });

  it('says of a cluster that it does not serve', async () => {
    const cluster = await startRedis([
      '--cluster-enabled',
      'yes',
      '--cluster-config-file',
      `nodes-${process.pid}.conf`,
    ]);
    onTestFinished(() => cluster.stop());
    const admin = clientOf(cluster.url);
    onTestFinished(() => admin.disconnect());
    expect(await why({ endpoint: cluster.url, list: { name: 'orders' } })).toContain(
      'it is a cluster that is down',
    );
  });
});
