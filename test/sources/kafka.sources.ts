// A real Kafka, filled by a real producer and consumed by a real consumer that commits.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricSourceContract } from '../contract/metric-source.ts';
import { never, ok, reasonOf, sourceOf } from '../metric-sources/servers.ts';
import { run } from '../support/programs/command.ts';
import { until } from '../support/until.ts';
import { fakeValues } from '../support/values.ts';
import { type Kafka, kafkaMissing, startKafka } from './java/kafka.ts';

describe.skipIf(kafkaMissing())('a real Kafka', () => {
  let server: Kafka;
  let admin: Admin;
  let topics = 0;

  const client = () => ({
    clientId: 'test',
    bootstrapBrokers: [`127.0.0.1:${server.open}`],
    connectTimeout: 5000,
    retries: 10,
  });

  beforeAll(async () => {
    server = await startKafka();
    admin = new Admin(client());
  });
  afterAll(async () => {
    await admin?.close();
    await server?.remove();
  });

  async function topicWith(messages: number, partitions = 1): Promise<string> {
    const topic = `orders-${++topics}`;
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    const source = reader(topic, { autoOffsetReset: 'Latest' });
    await until('its leaders to be chosen', async () => (await source.read(never)).state === 'ok');
    await send(topic, messages, partitions);
    return topic;
  }

  async function send(topic: string, messages: number, partitions = 1): Promise<void> {
    const producer = new Producer(client());
    const value = Buffer.from('order');
    const sent = Array.from({ length: messages }, (_, i) => ({ topic, value, partition: i % partitions }));
    await producer.send({ messages: sent });
    await producer.close();
  }

  /** Takes so many and commits each. */
  async function consume(topic: string, group: string, messages: number): Promise<void> {
    const consumer = new Consumer({ ...client(), groupId: group, autocommit: false });
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 50 });
    let taken = 0;
    for await (const message of stream) {
      await message.commit();
      if (++taken === messages) break;
    }
    await consumer.close(true);
  }

  const reader = (topic: string, more: object = {}, onCall?: () => void) =>
    sourceOf(
      { kafka: { endpoint: `kafka://127.0.0.1:${server.open}`, topic, group: 'workers', ...more } },
      { values: fakeValues({ PASSWORD: 's3cr3t', WRONG: 'wr0ng' }), onCall },
    );

  metricSourceContract('kafka', {
    answering: async (onCall) => reader(await topicWith(3), { autoOffsetReset: 'Earliest' }, onCall),
    cannot: { fail: 'a closed port needs no server', hang: 'a broker that hangs has a test of its own' },
  });

  it('tells 5 waiting of 7, of which a consumer has committed 2, and both offsets', async () => {
    const topic = await topicWith(7);
    await consume(topic, 'workers', 2);
    let calls = 0;
    const source = reader(topic, {}, () => calls++);
    const sample = ok(await source.read(never));
    expect(sample).toMatchObject({
      waiting: 5,
      arrivedTotal: 7,
      completedTotal: 2,
      mostInstances: { count: 1, reason: `topic ${topic} has 1 partition` },
    });
    expect(sample).not.toHaveProperty('inFlight');
    calls = 0;
    await send(topic, 3);
    expect(ok(await source.read(never))).toMatchObject({ waiting: 8, arrivedTotal: 10, completedTotal: 2 });
    expect(calls).toBe(4);
  });

  it('is what `microscaling read` prints', async () => {
    const topic = await topicWith(7);
    await consume(topic, 'workers', 2);
    const kafka = { endpoint: `kafka://127.0.0.1:${server.open}`, topic, group: 'workers' };
    const app = { name: 'workers', priority: 1, targets: [{ queueLength: 10, metric: { kafka } }] };
    const file = join(server.dir, 'policy.yaml');
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'microscaling.io/v1alpha1',
        kind: 'MicroscalingPolicy',
        metadata: { name: 'try-kafka' },
        spec: { mode: 'Observe', capacity: { slots: 10 }, apps: [app] },
      }),
    );
    const { stdout, stderr } = await run(['read', '-f', file, '-o', 'json']);
    expect(JSON.parse(stdout), stderr).toEqual({
      metrics: [
        expect.objectContaining({
          app: '/try-kafka/workers',
          waiting: 5,
          arrivedTotal: 7,
          completedTotal: 2,
        }),
      ],
    });
  });

  it('adds partitions up, those that the group has never committed by where its consumers begin', async () => {
    const topic = await topicWith(8, 4);
    expect(ok(await reader(topic, { autoOffsetReset: 'Earliest' }).read(never))).toMatchObject({
      waiting: 8,
      mostInstances: { count: 4 },
    });
    expect(ok(await reader(topic, { autoOffsetReset: 'Latest' }).read(never))).toMatchObject({ waiting: 0 });
    await consume(topic, 'workers', 1);
    expect(ok(await reader(topic, { autoOffsetReset: 'Earliest' }).read(never))).toMatchObject({
      waiting: 7,
    });
    expect(reasonOf(await reader(topic).read(never))).toMatch(/committed nothing for partition \d; say with/);
  });

  it('does not count what is deleted before it was consumed', async () => {
    const topic = await topicWith(6);
    await consume(topic, 'workers', 1);
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 4n }] }] });
    expect(ok(await reader(topic).read(never))).toMatchObject({ waiting: 2, arrivedTotal: 6 });
  });

  it('tells a topic and a group that are not there from empty ones, and makes neither', async () => {
    const topic = await topicWith(1);
    expect(reasonOf(await reader(topic, { group: 'nobody' }).read(never))).toContain(
      'there is no such group',
    );
    expect(ok(await reader(await topicWith(0), { group: 'nobody' }).read(never))).toMatchObject({
      waiting: 0,
    });
    for (let i = 0; i < 2; i++)
      expect(reasonOf(await reader('nothing').read(never))).toContain('there is no such topic');
    expect(await admin.listTopics()).not.toContain('nothing');
  });

  it.each(['PLAIN', 'SCRAM-SHA-256'])(
    'is asked with a password by %s, and says when it is wrong',
    async (mechanism) => {
      const topic = await topicWith(2);
      const endpoint = `kafka://127.0.0.1:${server.withPassword}`;
      const as = (password: string, how = mechanism) =>
        reader(topic, {
          ...{ endpoint, autoOffsetReset: 'Earliest' },
          auth: { mechanism: how, username: 'reader', password: { fromEnv: password } },
        });
      expect(ok(await as('PASSWORD').read(never))).toMatchObject({ waiting: 2 });
      const refused = reasonOf(await as('WRONG').read(never));
      expect(refused).toContain('the credentials were refused; check auth');
      expect(refused).not.toContain('wr0ng');
      expect(reasonOf(await as('PASSWORD', 'SCRAM-SHA-512').read(never))).toMatch(
        /does not take SCRAM-SHA-512; .* it takes PLAIN, SCRAM-SHA-256/,
      );
      expect(reasonOf(await reader(topic, { endpoint }).read(never))).toMatch(
        /may want TLS .* or credentials/,
      );
    },
  );

  it('is asked over TLS with an authority of its own, and trusts no other', async () => {
    const topic = await topicWith(2);
    const endpoint = `kafkas://127.0.0.1:${server.withTls}`;
    const more = { endpoint, autoOffsetReset: 'Earliest' };
    const trusting = reader(topic, { ...more, caFile: server.caFile });
    expect(ok(await trusting.read(never))).toMatchObject({ waiting: 2 });
    expect(reasonOf(await reader(topic, more).read(never))).toMatch(/certificate/);
    expect(
      reasonOf(await reader(topic, { endpoint: `kafka://127.0.0.1:${server.withTls}` }).read(never)),
    ).toContain('the broker speaks TLS; begin endpoint with kafkas://');
  });

  it('goes to no broker that it may not go to, whatever the cluster says', async () => {
    const topic = await topicWith(2);
    const more = { endpoint: `kafka://localhost:${server.open}`, autoOffsetReset: 'Earliest' };
    expect(ok(await reader(topic, more).read(never))).toMatchObject({ waiting: 2 });
    expect(reasonOf(await reader(topic, { ...more, brokers: [] }).read(never))).toContain(
      `the cluster leads to kafka://127.0.0.1:${server.open}, which brokers does not name`,
    );
    const brokers = [`kafka://127.0.0.1:${server.open}`];
    expect(ok(await reader(topic, { ...more, brokers }).read(never))).toMatchObject({ waiting: 2 });
  });

  it('gives up a read of a broker that hangs, and comes back by itself, also after a restart', async () => {
    const topic = await topicWith(2);
    const source = reader(topic, { autoOffsetReset: 'Earliest' });
    expect(ok(await source.read(never))).toMatchObject({ waiting: 2 });
    server.freeze();
    const enough = new AbortController();
    const reading = source.read(enough.signal);
    enough.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    server.thaw();
    expect(ok(await source.read(never))).toMatchObject({ waiting: 2 });
    await server.stop();
    expect(reasonOf(await source.read(never))).toMatch(/refused|closed before|ended the connection/);
    await server.start();
    await until('the leaders to be chosen', async () => (await source.read(never)).state === 'ok');
    expect(ok(await source.read(never))).toMatchObject({ waiting: 2 });
  });
});
