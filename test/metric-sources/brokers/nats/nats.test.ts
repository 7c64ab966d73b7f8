// The troubles that a real NATS does not make on demand: servers that misbehave, and answers as tables.

import { credsAuthenticator, nkeys } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { consumerState } from '../../../../src/metric-sources/brokers/nats/answer.ts';
import { connectFields, credentialsIn } from '../../../../src/metric-sources/brokers/nats/credentials.ts';
import { Frames } from '../../../../src/metric-sources/brokers/nats/frames.ts';
import { METRIC_SOURCES, metricSources } from '../../../../src/metric-sources/registry.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../../support/values.ts';
import { FEW_HANDLES, never, ok, reasonOf, sourceOf } from '../../servers.ts';
import { credentialsFile, portThat, silentPort } from './setup.ts';

function metric(port: number, over: object = {}): MetricSpec {
  const endpoint = `nats://127.0.0.1:${port}`;
  return { nats: { endpoint, stream: 'ORDERS', consumer: 'workers', oldestAge: false, ...over } };
}

const STATE = {
  delivered: { consumer_seq: 9, stream_seq: 20 },
  num_pending: 5,
  num_ack_pending: 2,
  config: { ack_policy: 'explicit' },
};

/** Greets as NATS does and answers each request with this. */
function portAnswering(answer: (reply: string) => string, info: object = {}): Promise<number> {
  return portThat((socket) => {
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (chunk) => {
      const said = chunk.toString();
      if (said.includes('\r\nPING\r\n')) socket.write('PONG\r\n');
      const reply = /^PUB \S+ (\S+) /m.exec(said)?.[1];
      if (reply !== undefined) socket.write(answer(reply));
    });
  });
}

function message(reply: string, body: string): string {
  return `MSG ${reply} 1 ${Buffer.byteLength(body)}\r\n${body}\r\n`;
}

async function reasonAfter(answer: (reply: string) => string): Promise<string> {
  return reasonOf(await sourceOf(metric(await portAnswering(answer))).read(never));
}

describe('a server that is none', () => {
  it.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['INFO {\r\n'],
    ['INFO 7\r\n'],
    ['MSG a\r\n'],
    ['MSG a 1 -5\r\n'],
    ['HMSG a 1 9 5\r\n'],
    ['PONG\r\n'],
    ['\x00\r\n'],
    ['x'.repeat(100_000)],
  ])('that says %j is said to be none', async (bytes) => {
    const port = await portThat((socket) => socket.write(bytes));
    expect(reasonOf(await sourceOf(metric(port)).read(never))).toMatch(
      /at 127\.0\.0\.1:\d+: the answer is not that of NATS; check host and port$/,
    );
  });

  it.each([
    ['not JSON', (reply: string) => message(reply, 'hello'), 'the answer is not that of JetStream'],
    ['a list', (reply: string) => message(reply, '[]'), 'the answer is not that of JetStream'],
    ['an empty object', (reply: string) => message(reply, '{}'), 'num_pending is not there'],
    [
      'an error that is not known',
      (reply: string) => message(reply, '{"error":{"err_code":10999,"description":"s3cret"}}'),
      'JetStream refused it (error 10999)',
    ],
    ['too much', (reply: string) => `MSG ${reply} 1 2000000\r\n`, 'the answer is larger than 1048576 bytes'],
    ['nothing more', () => "-ERR 'Stale Connection'\r\n", 'the server ended the connection'],
  ])('that answers with %s is no reading', async (_, answer, why) => {
    expect(await reasonAfter(answer)).toContain(why);
  });

  it.each([
    [{ num_pending: -1 }, 'num_pending is negative (-1)'],
    [{ num_pending: 1e300 }, 'num_pending is too large'],
    [{ num_ack_pending: 'many' }, 'num_ack_pending is a text'],
    [{ delivered: null }, 'delivered.consumer_seq is not there'],
  ])('that says %j of a consumer is no reading', async (over, why) => {
    expect(await reasonAfter((reply) => message(reply, JSON.stringify({ ...STATE, ...over })))).toContain(
      why,
    );
  });

  it('may tell of its cluster before it welcomes the operator', async () => {
    const port = await portThat((socket) => {
      socket.write('INFO {}\r\n');
      socket.on('data', (chunk) => {
        const said = chunk.toString();
        if (said.includes('\r\nPING\r\n')) socket.write('INFO {"ldm":true}\r\nPONG\r\n');
        const reply = /^PUB \S+ (\S+) /m.exec(said)?.[1];
        if (reply !== undefined) socket.write(message(reply, JSON.stringify(STATE)));
      });
    });
    expect(ok(await sourceOf(metric(port)).read(never)).waiting).toBe(5);
  });

  it('is not followed to other servers of its cluster', async () => {
    let elsewhere = 0;
    const other = await portThat(() => elsewhere++);
    const port = await portAnswering(
      (reply) => `INFO {"connect_urls":["127.0.0.1:${other}"]}\r\n${message(reply, JSON.stringify(STATE))}`,
      { connect_urls: [`127.0.0.1:${other}`] },
    );
    expect(ok(await sourceOf(metric(port)).read(never))).toMatchObject({ waiting: 5, inFlight: 2 });
    expect(elsewhere).toBe(0);
  });

  it('that does not encrypt is not spoken to when that is insisted on', async () => {
    let received = '';
    const port = await portThat((socket) => {
      socket.write('INFO {}\r\n');
      socket.on('data', (chunk) => {
        received += chunk.toString();
      });
    });
    const endpoint = `tls://127.0.0.1:${port}`;
    const auth = { token: { fromEnv: 'TOKEN' } };
    const source = sourceOf(metric(port, { endpoint, auth }), { values: fakeValues({ TOKEN: 't0ken' }) });
    expect(reasonOf(await source.read(never))).toContain('the server does not speak TLS');
    expect(received).toBe('');
  });

  it('costs no handle that stays, however often it fails', async () => {
    const source = sourceOf(metric(await freePort()));
    const hung = sourceOf(metric(await silentPort()));
    const handles = (): number =>
      process.getActiveResourcesInfo().filter((name) => /TCPSocket|Timeout/.test(name)).length;
    const before = handles();
    for (let i = 0; i < 10_000; i++) {
      const reading = await source.read(never);
      if (i % 1_000 === 0) expect(reasonOf(reading)).toContain('connection refused');
    }
    for (let i = 0; i < 100; i++) {
      const given = new AbortController();
      const reading = hung.read(given.signal).catch(() => undefined);
      setImmediate(() => given.abort(new Error('enough')));
      await reading;
    }
    expect(handles()).toBeLessThan(before + FEW_HANDLES);
  });
});

describe('what a server says', () => {
  it('is the same however it is cut', () => {
    const bytes = Buffer.from(
      'INFO {"a":1}\r\n+OK\r\nPING\r\nMSG s 1 r 5\r\na\r\nbc\r\nHMSG s 1 16 18\r\nNATS/1.0 503\r\n\r\nhi\r\n-ERR \'No\'\r\n',
    );
    const whole = new Frames().push(bytes);
    expect(whole.map(({ kind }) => kind)).toEqual(['INFO', 'OK', 'PING', 'MSG', 'MSG', 'ERR']);
    expect(whole.slice(3)).toEqual([
      { kind: 'MSG', subject: 's', payload: 'a\r\nbc' },
      { kind: 'MSG', subject: 's', payload: 'hi', status: 503 },
      { kind: 'ERR', text: 'No' },
    ]);
    const frames = new Frames();
    expect([...bytes].flatMap((byte) => frames.push(Buffer.from([byte])))).toEqual(whole);
  });
});

describe('the credentials of a nats source', () => {
  it('sign what the server asks to be signed, as its own client does', () => {
    const file = credentialsFile('eyJ0.abc.def', nkeys.createUser());
    const bytes = ({ sig }: object & { readonly sig?: string }): Buffer => Buffer.from(sig ?? '', 'base64');
    const theirs = credsAuthenticator(Buffer.from(file))('n0nce') as { readonly sig?: string };
    const own = connectFields(credentialsIn(file), 'n0nce');
    expect(own['jwt']).toBe('eyJ0.abc.def');
    expect(bytes(own)).toEqual(bytes(theirs));
    expect(bytes(own)).toHaveLength(64);
  });

  it.each(['', 'hello', '-----BEGIN NATS USER JWT-----\neyJ0\n------END NATS USER JWT------\n'])(
    'are refused without being repeated when they are %j',
    async (text) => {
      const auth = { creds: { fromEnv: 'CREDS' } };
      const source = sourceOf(metric(1, { auth }), { values: fakeValues({ CREDS: text }) });
      await expect(source.read(never)).rejects.toThrow(/^nats\.auth\.creds: (CREDS is empty|holds no JWT)/);
    },
  );
});

describe('what JetStream says of a consumer', () => {
  const state = (over: object) =>
    consumerState(
      { num_pending: 5, num_ack_pending: 2, delivered: { consumer_seq: 2, stream_seq: 2 }, ...over },
      { nowMs: 0 },
    ).sample.waiting;

  it.each([
    [{ num_pending: -1 }, 'num_pending is negative (-1)'],
    [{ num_pending: Number.NaN }, 'num_pending is not a number'],
    [{ num_pending: 1e300 }, 'num_pending is too large'],
    [{ num_pending: 'many' }, 'num_pending is a text'],
    [{ num_ack_pending: undefined }, 'num_ack_pending is not there'],
    [{ delivered: { consumer_seq: -2, stream_seq: 2 } }, 'delivered.consumer_seq is negative (-2)'],
  ])('with %j is no reading', (over, why) => {
    expect(state({})).toBe(5);
    expect(() => state(over)).toThrow(why);
  });
});

describe('a nats block', () => {
  const at = 'spec.apps[0].targets[0].metric.nats';
  const whole = { endpoint: 'nats://nats:4222', stream: 'ORDERS', consumer: 'workers' };

  function policy(block: object, target: object = { queueLength: 5 }): string {
    return JSON.stringify({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'shop' },
      spec: {
        capacity: { slots: 4 },
        apps: [{ name: 'a', priority: 1, targets: [{ ...target, metric: { nats: block } }] }],
      },
    });
  }

  it.each([
    [{ endpoint: 'nats://u:p@nats' }, 'holds credentials'],
    [{ endpoint: 'http://nats' }, 'does not begin with nats:// or tls://'],
    [{ endpoint: undefined }, 'endpoint'],
    [{ stream: 'a.b' }, `${at}.stream`],
    [{ consumer: 'a\r\nPUB' }, `${at}.consumer`],
    [{ consumer: '*' }, `${at}.consumer`],
    [{ domain: '>' }, `${at}.domain`],
    [{ auth: { token: { fromEnv: 'A' }, creds: { fromEnv: 'B' } } }, `${at}.auth`],
  ])('with %j is refused with its place', (over, says) => {
    const { problems } = loadPolicies(policy({ ...whole, ...over }), 'shop.yaml');
    const text = problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
    expect(text).toContain(says);
    expect(text).not.toContain('u:p@');
  });

  it('knows an age only where it is asked for', () => {
    const problems = (block: object) =>
      loadPolicies(policy(block, { messageAge: '30s' }), 'f').problems.map(({ message }) => message);
    expect(problems(whole).join()).toContain('metric nats knows no age without oldestAge: true');
    expect(problems({ ...whole, oldestAge: true })).toEqual([]);
  });

  it('of an untrusted home needs its endpoint to be allowed, and no other one', () => {
    const [loaded] = loadPolicies(policy({ ...whole, endpoint: 'nats://nats' }), 'f').resources;
    if (loaded === undefined) throw new Error('it is not valid');
    const judge = (endpoints: readonly string[]) =>
      createTrustCheck(
        { ...NOTHING_ALLOWED, endpoints },
        METRIC_SOURCES,
      )(loaded.resource).map(({ message }) => message);
    expect(judge([])).toEqual([expect.stringContaining("--allow-endpoint 'nats://nats:4222'")]);
    expect(judge(['tls://nats:4222'])).toHaveLength(1);
    expect(judge(['nats://nats:4222'])).toEqual([]);
  });

  it('is called by its consumer, its stream and its server', () => {
    expect(metricSources.describe(metric(4222), fakeValues())).toBe(
      'consumer workers of stream ORDERS at 127.0.0.1',
    );
  });
});
