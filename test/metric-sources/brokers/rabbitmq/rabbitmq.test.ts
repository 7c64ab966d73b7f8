import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import type { MetricSample } from '../../../../src/core/observation.ts';
import { withDeadline } from '../../../../src/metric-sources/connection/deadline.ts';
import type { MetricSource } from '../../../../src/metric-sources/source.ts';
import { systemClock, VirtualClock } from '../../../../src/runtime/clock.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import {
  type Rabbitmq,
  rabbitmqMissing,
  STATISTICS_MS,
  startRabbitmq,
} from '../../../support/programs/rabbitmq.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { until } from '../../../support/until.ts';
import { type FakeValues, fakeValues } from '../../../support/values.ts';
import { NOW_MS, never, ok, reasonOf, serverThat, sourceOf } from '../../servers.ts';

/** On a machine that has other things to do. */
const SLOW_START_MS = 200_000;

describe.skipIf(rabbitmqMissing())('a real RabbitMQ', () => {
  let server: Rabbitmq;
  let connection: ChannelModel;
  let channel: ConfirmChannel;

  const join = async (): Promise<void> => {
    connection = await connect(server.amqpUrl);
    connection.on('error', () => undefined);
    channel = await connection.createConfirmChannel();
  };
  beforeAll(async () => {
    server = await startRabbitmq();
    await join();
  }, SLOW_START_MS);
  afterAll(async () => {
    await connection?.close().catch(() => undefined);
    await server?.stop();
  });

  const values = () => fakeValues({ PASSWORD: 'guest' });
  const metric = (queueName: string, over: object = {}): MetricSpec => ({
    rabbitmq: {
      endpoint: server.url,
      vhost: '/',
      queueName,
      auth: { basic: { username: 'guest', password: { fromEnv: 'PASSWORD' } } },
      statisticsInterval: `${STATISTICS_MS}ms`,
      ...over,
    },
  });
  type Test = Pick<TestContext, 'onTestFinished'>;
  const reader = (
    test: Test,
    queueName: string,
    over: object = {},
    given: FakeValues = values(),
  ): MetricSource => sourceOf(metric(queueName, over), { values: given, test });

  let queues = 0;
  async function queueWith(
    test: Test,
    messages: number,
    type = 'classic',
    name = `orders/é ${queues++}`,
  ): Promise<string> {
    await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': type } });
    test.onTestFinished(async () => void (await channel.deleteQueue(name).catch(() => undefined)));
    for (let i = 0; i < messages; i++) channel.sendToQueue(name, Buffer.from(`${i}`), { persistent: true });
    await channel.waitForConfirms();
    return name;
  }

  /** A worker that takes so many and keeps them; `ack` works off those that it has. */
  async function workerOn(
    test: Test,
    queue: string,
    prefetch: number,
  ): Promise<{ ack(): void; taken(): number }> {
    const own = await connect(server.amqpUrl);
    own.on('error', () => undefined);
    test.onTestFinished(() => own.close().catch(() => undefined));
    const hands = await own.createChannel();
    await hands.prefetch(prefetch);
    let taken = 0;
    await hands.consume(queue, () => void taken++);
    return { ack: () => hands.ackAll(), taken: () => taken };
  }

  async function readingOf(source: MetricSource, expected: Partial<MetricSample>): Promise<MetricSample> {
    let last: unknown;
    const look = async (): Promise<MetricSample | undefined> => {
      const reading = await source.read(never);
      last = reading;
      const found = reading.state === 'ok' ? reading : undefined;
      const same = Object.entries(expected).every(([k, v]) => found?.[k as keyof MetricSample] === v);
      return same ? found : undefined;
    };
    try {
      return await until(JSON.stringify(expected), look);
    } catch (error) {
      throw new Error(`instead it said ${JSON.stringify(last)}`, { cause: error });
    }
  }

  // Each has a queue of its own: they wait for the same statistics.
  describe('asked about queues', { concurrent: true }, () => {
    it.for(['classic', 'quorum'])(
      'tells 5 waiting and 2 in flight of 7 in a %s queue, of which a worker holds 2',
      async (type, test) => {
        const queue = await queueWith(test, 7, type);
        const worker = await workerOn(test, queue, 2);
        const source = reader(test, queue);
        await readingOf(source, {
          waiting: 5,
          inFlight: 2,
          arrivedTotal: 7,
          completedTotal: 0,
          heldPerInstance: 2,
        });
        worker.ack();
        await readingOf(source, { waiting: 3, inFlight: 2, arrivedTotal: 7, completedTotal: 2 });
      },
    );

    it('counts what a worker takes without acknowledging as worked off', async (test) => {
      const queue = await queueWith(test, 3);
      await channel.consume(queue, () => undefined, { noAck: true });
      const sample = await readingOf(reader(test, queue), { waiting: 0, arrivedTotal: 3, completedTotal: 3 });
      expect(sample.heldPerInstance).toBeUndefined();
    });

    it('takes what one instance holds from the policy before it looks at the consumers', async (test) => {
      const queue = await queueWith(test, 3);
      await workerOn(test, queue, 2);
      await readingOf(reader(test, queue, { inFlightPerInstance: 9 }), {
        waiting: 1,
        inFlight: 2,
        heldPerInstance: 9,
      });
    });

    it('does not know what one instance holds where workers differ', async (test) => {
      const queue = await queueWith(test, 9);
      await workerOn(test, queue, 2);
      await workerOn(test, queue, 3);
      const sample = await readingOf(reader(test, queue), { waiting: 4, inFlight: 5 });
      expect(sample.heldPerInstance).toBeUndefined();
    });

    it('says that the numbers are old: up to two intervals', async (test) => {
      const queue = await queueWith(test, 1);
      const source = sourceOf(metric(queue), { values: values(), clock: new VirtualClock(NOW_MS), test });
      const { asOfMs } = await readingOf(source, { waiting: 1 });
      expect(NOW_MS - asOfMs).toBeGreaterThanOrEqual(STATISTICS_MS / 2);
      expect(NOW_MS - asOfMs).toBeLessThanOrEqual(2 * STATISTICS_MS);
    });

    it.for<[string, string, object, string]>([
      [
        'a queue that is not there',
        'nobody',
        {},
        'answered 404: there is no such queue in this virtual host',
      ],
      ['another virtual host', 'nobody', { vhost: 'elsewhere' }, 'answered 404: there is no such queue'],
    ])('says what is wrong with %s', async ([, name, over, says], test) => {
      const reason = reasonOf(await reader(test, name, over).read(never));
      expect(reason).toMatch(/^reading queue nobody at 127\.0\.0\.1:\d+: /);
      expect(reason).toContain(says);
    });

    it('refuses a stream with a sentence', async (test) => {
      const queue = await queueWith(test, 1, 'stream');
      const reason = reasonOf(await reader(test, queue).read(never));
      expect(reason).toContain('it is a stream, whose messages stay when they have been read');
    });

    it('says which user is refused and why, until it is right', async (test) => {
      const queue = await queueWith(test, 2);
      const given = fakeValues({ PASSWORD: 'wrong-s3cret' });
      const source = reader(test, queue, {}, given);
      const reason = reasonOf(await source.read(never));
      expect(reason).toContain(
        'answered 401: the user does not exist, has another password, has no management tag',
      );
      expect(reason).not.toContain('wrong-s3cret');
      given.env['PASSWORD'] = 'guest';
      await readingOf(source, { waiting: 2 });
    });

    it('reads as a user that may only look', async (test) => {
      const queue = await queueWith(test, 2);
      await server.api('PUT', '/users/reader', { password: 'r', tags: 'management' });
      const as = { auth: { basic: { username: 'reader', password: { fromEnv: 'PASSWORD' } } } };
      const source = reader(test, queue, as, fakeValues({ PASSWORD: 'r' }));
      reasonOf(await source.read(never));
      await server.api('PUT', '/permissions/%2F/reader', { configure: '', write: '', read: '' });
      await readingOf(source, { waiting: 2 });
    });

    it('is taken for what it is when the address is that of the messages', async (test) => {
      const endpoint = server.amqpUrl.replace(/.*@/, 'http://');
      const reason = reasonOf(await reader(test, 'orders', { endpoint }).read(never));
      expect(reason).toContain('the answer is not HTTP; check host and port');
    });

    it('is unknown, never empty, while the queue is gone, and known again when it is back', async (test) => {
      const queue = await queueWith(test, 2);
      const source = reader(test, queue);
      await readingOf(source, { waiting: 2 });
      await channel.deleteQueue(queue);
      await until('the queue to be missed', async () => (await source.read(never)).state === 'unavailable');
      await queueWith(test, 1, 'classic', queue);
      await readingOf(source, { waiting: 1 });
    });
  });

  it('holds up no round while it hangs, and is read again when it goes on', async (test) => {
    const queue = await queueWith(test, 2);
    const source = withDeadline(reader(test, queue), {
      deadlineMs: 300,
      clock: systemClock,
      label: () => 'it',
    });
    await readingOf(source, { waiting: 2 });
    server.freeze();
    try {
      // One that was late may have come in the meantime, and serves first.
      const reason = await until('a read to be given up', async () => {
        const reading = await source.read(never);
        return reading.state === 'unavailable' && reading.reason;
      });
      expect(reason).toContain('no answer within');
    } finally {
      server.thaw();
    }
    await readingOf(source, { waiting: 2 });
  });

  it('is read again after a restart', { timeout: SLOW_START_MS }, async (test) => {
    const queue = await queueWith(test, 2);
    const source = reader(test, queue);
    await readingOf(source, { waiting: 2 });
    await server.restart();
    await join();
    await readingOf(source, { waiting: 2, inFlight: 0 });
  });
});

describe.skipIf(rabbitmqMissing())('a RabbitMQ that is stopped', () => {
  it('is unknown, never empty, and says that nobody is there', { timeout: SLOW_START_MS }, async () => {
    const server = await startRabbitmq();
    onTestFinished(() => server.stop());
    await server.api('PUT', '/queues/%2F/orders', { durable: true });
    const auth = { basic: { username: 'guest', password: { fromEnv: 'PASSWORD' } } };
    const block = { endpoint: server.url, vhost: '/', queueName: 'orders', auth, statisticsInterval: '1s' };
    const source = sourceOf({ rabbitmq: block }, { values: fakeValues({ PASSWORD: 'guest' }) });
    await until('the queue to be read', async () => (await source.read(never)).state === 'ok');
    await server.stop();
    // The connection that was kept ends first; and what was killed may listen for a moment.
    await until('nobody to listen', async () => {
      const reason = reasonOf(await source.read(never));
      expect(reason).toContain('reading queue orders at 127.0.0.1');
      return /refused/.test(reason);
    });
    for (let round = 0; round < 3; round++) expect(reasonOf(await source.read(never))).toMatch(/refused/);
  });
});

describe('a RabbitMQ that is none', () => {
  const metric = (url: string): MetricSpec => ({
    rabbitmq: {
      endpoint: url,
      vhost: '/',
      queueName: 'orders',
      auth: { basic: { username: 'guest', password: { fromEnv: 'PASSWORD' } } },
      statisticsInterval: '5s',
    },
  });
  const source = (url: string, onCall?: () => void): MetricSource =>
    sourceOf(metric(url), { values: fakeValues({ PASSWORD: 'guest' }), onCall });

  metricSourceContract('rabbitmq', {
    answering: async (onCall) =>
      source(
        await serverThat((_, response) =>
          response.end('{"type":"classic","messages_ready":5,"messages_unacknowledged":2}'),
        ),
        onCall,
      ),
    failing: async () => source(`http://127.0.0.1:${await freePort()}`),
    hanging: async () => source(await serverThat(() => undefined)),
    cannot: {},
  });

  it.each([
    ['[]', 'the answer describes no queue'],
    ['{"type":"classic","state":"running"}', 'the server has no statistics of it'],
    [
      '{"type":"classic","state":"down","messages_ready":5}',
      'the node that holds it is down, so its numbers are old',
    ],
    ['{"messages_ready":-1,"messages_unacknowledged":0}', 'messages_ready is negative'],
    ['{"messages_ready":5}', 'messages_unacknowledged is not there'],
    ['{"messages_ready":1e300,"messages_unacknowledged":0}', 'messages_ready is too large'],
    [
      '{"messages_ready":1,"messages_unacknowledged":0,"message_stats":{"publish":"x"}}',
      'message_stats.publish is a text',
    ],
    ['<html>', 'the answer is not JSON'],
  ])('is unknown after the answer %s', async (body, says) => {
    const url = await serverThat((_, response) => response.end(body));
    expect(reasonOf(await source(url).read(never))).toContain(says);
  });

  it('is asked for exactly the queue that the policy names', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serverThat((request, response) => {
      asked.push(request.url?.split('?')[0]);
      response.end('{"messages_ready":0,"messages_unacknowledged":0}');
    });
    const named = { queueName: 'a/b?c#%2e', vhost: 'shop/é' };
    const spec = { rabbitmq: { ...metric(`${url}/rabbit/`)['rabbitmq'], ...named } };
    ok(await sourceOf(spec, { values: fakeValues({ PASSWORD: 'x' }) }).read(never));
    expect(asked).toEqual(['/rabbit/api/queues/shop%2F%C3%A9/a%2Fb%3Fc%23%252e']);
  });
});
