// ElasticMQ's and moto's whole services of SQS, with a consumer that holds messages.

import type { ChildProcess } from 'node:child_process';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { never, ok, reasonOf, sourceOf } from '../metric-sources/servers.ts';
import { freePort } from '../support/suite/free-port.ts';
import { until } from '../support/until.ts';
import { fakeValues } from '../support/values.ts';
import { elasticMqMissing, startElasticMq } from './java/elasticmq.ts';
import { answers, endServer, motoMissing, startMoto } from './moto.ts';

/** It ends by itself after so long, whatever became of the test. */
const AT_MOST_S = 300;

const auth = { accessKeyId: { fromEnv: 'KEY_ID' }, secretAccessKey: { fromEnv: 'KEY' } };
const values = fakeValues({ KEY_ID: 'testing', KEY: 'testing' });

const SERVERS = [
  { name: 'ElasticMQ', isMissing: elasticMqMissing(), start: startElasticMq },
  { name: 'moto', isMissing: motoMissing('SQS'), start: startMoto },
];

describe.each(SERVERS)('SQS', ({ name, isMissing, start }) => {
  describe.skipIf(isMissing)(`of ${name}`, () => {
    let server: ChildProcess | undefined;
    let endpoint = '';
    let client: SQSClient;
    let queueUrl = '';

    beforeAll(async () => {
      const port = await freePort();
      endpoint = `http://127.0.0.1:${port}`;
      server = start(port, AT_MOST_S);
      await until(`${name} to answer`, () => answers(endpoint));
      client = new SQSClient({
        endpoint,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
      });
      const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'orders' }));
      queueUrl = QueueUrl;
    });
    afterAll(async () => {
      client?.destroy();
      await endServer(server);
    });

    const byUrl = () => sourceOf({ sqs: { queueUrl, region: 'eu-west-1', auth } }, { values });
    const byName = () =>
      sourceOf({ sqs: { queueName: 'orders', region: 'eu-west-1', endpoint, auth } }, { values });

    async function receive(): Promise<Message> {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 1, VisibilityTimeout: 200 }),
      );
      const [message] = Messages;
      if (message === undefined) throw new Error('there was no message');
      return message;
    }

    it('tells 5 waiting and 2 in flight of 7 messages, of which a consumer holds 2, and leaves out a delayed one', async () => {
      const source = byUrl();
      expect(ok(await source.read(never))).toMatchObject({ waiting: 0, inFlight: 0 });
      for (let i = 0; i < 7; i++)
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: `${i}` }));
      await client.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'later', DelaySeconds: 300 }),
      );
      const held = [await receive(), await receive()];
      expect(ok(await source.read(never))).toMatchObject({ waiting: 5, inFlight: 2 });
      expect(ok(await byName().read(never))).toMatchObject({ waiting: 5, inFlight: 2 });
      for (const { ReceiptHandle } of held)
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      expect(ok(await source.read(never))).toMatchObject({ waiting: 5, inFlight: 0 });
    });

    it('is none without the queue, and comes back with it', async () => {
      const sources = [byUrl(), byName()];
      for (const source of sources) ok(await source.read(never));
      await client.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
      for (const source of sources)
        expect(reasonOf(await source.read(never))).toContain('there is no such queue');
      await client.send(new CreateQueueCommand({ QueueName: 'orders' }));
      for (const source of sources) expect(ok(await source.read(never)).waiting).toBe(0);
    });
  });
});
