// What holds for every source that is spoken to over TLS from its first byte: the authority of a company is trusted where the
// policy names it, and who is not trusted is sent nothing.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, selfSigned } from '../../support/programs/tls/certificate.ts';
import { type TlsFront, tlsFront } from '../../support/programs/tls/front.ts';
import { fakeValues } from '../../support/values.ts';
import { never, ok, reasonOf, sourceOf } from '../servers.ts';
import { ASKING } from './readme-examples.ts';

const PASSWORD = { fromEnv: 'PASSWORD' };

interface Asked {
  /** Without `caFile`. */
  block(host: string): object;
  /** What says 5 waiting. */
  readonly answer: string;
}

const ASKED: Readonly<Record<string, Asked>> = {
  http: {
    block: (host) => ({ url: `https://${host}/n`, pointers: { waiting: '/n' }, auth: { token: PASSWORD } }),
    answer: overHttp({ n: 5 }),
  },
  prometheus: {
    block: (host) => ({ endpoint: `https://${host}`, queries: { waiting: 'n' }, auth: { token: PASSWORD } }),
    answer: overHttp({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: {}, value: [1_767_225_600, '5'] }] },
    }),
  },
  rabbitmq: {
    block: (host) => ({
      endpoint: `https://${host}`,
      vhost: '/',
      queueName: 'orders',
      statisticsInterval: '5s',
      auth: { basic: { username: 'reader', password: PASSWORD } },
    }),
    answer: overHttp({ messages_ready: 5, messages_unacknowledged: 2 }),
  },
  redis: {
    block: (host) => ({
      endpoint: `rediss://${host}`,
      database: 0,
      list: { name: 'orders' },
      auth: { password: PASSWORD },
    }),
    answer: '+OK\r\n:5\r\n',
  },
  sqs: {
    block: (host) => ({
      queueUrl: `https://${host}/123456789012/orders`,
      region: 'eu-west-1',
      auth: { accessKeyId: PASSWORD, secretAccessKey: PASSWORD },
    }),
    answer: overHttp({
      Attributes: { ApproximateNumberOfMessages: '5', ApproximateNumberOfMessagesNotVisible: '2' },
    }),
  },
  nsq: {
    block: (host) => ({ nsqd: [`https://${host}`], topic: 'orders', channel: 'workers' }),
    answer: overHttp({
      version: '1.3.0',
      topics: [
        {
          topic_name: 'orders',
          depth: 0,
          channels: [
            { channel_name: 'workers', depth: 5, in_flight_count: 2, deferred_count: 0, message_count: 9 },
          ],
        },
      ],
    }),
  },
};

/** TLS comes later in their conversation, or there is more to trust: their own tests show it. */
const OF_THEIR_OWN = ['nats', 'postgresql', 'azureServiceBus', 'kafka', 'kedaExternal'];

function overHttp(body: object): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

const withCaFile = ASKING.filter(({ schema }) => JSON.stringify(schema).includes('"caFile"')).map(
  ({ type }) => type,
);

it('is shown for every source that takes a CA file', () => {
  expect([...Object.keys(ASKED), ...OF_THEIR_OWN].sort()).toEqual([...withCaFile].sort());
});

describe.each(Object.entries(ASKED))('%s with a CA file', (type, { block, answer }) => {
  let dir: string;
  let certificate: Certificate;
  let other: Certificate;
  let front: TlsFront;
  const behind = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => socket.write(answer));
  });

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'own-authority-'));
    certificate = selfSigned(dir);
    other = selfSigned(dir, '127.0.0.2');
    behind.listen(0, '127.0.0.1');
    await once(behind, 'listening');
    front = await tlsFront((behind.address() as AddressInfo).port, certificate);
  });
  afterAll(() => {
    front.close();
    behind.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const read = (caFile?: string) =>
    sourceOf(
      { [type]: { ...block(`127.0.0.1:${front.port}`), ...(caFile !== undefined && { caFile }) } },
      { values: fakeValues({ PASSWORD: 's3cr3t' }) },
    ).read(never);

  it('sends nothing to who is not trusted, and says why', async () => {
    expect(reasonOf(await read())).toMatch(/certificate/);
    expect(reasonOf(await read(other.certFile))).toMatch(/certificate/);
    expect(front.heard()).toBe(0);
  });

  it('reads from who is trusted by it', async () => {
    expect(ok(await read(certificate.certFile)).waiting).toBe(5);
    expect(front.heard()).toBeGreaterThan(0);
  });
});
