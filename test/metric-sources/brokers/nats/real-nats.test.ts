// The wire and the meaning of the numbers are checked against a real NATS, which its own client fills and works off.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { type Nats, natsMissing, startNats } from '../../../support/programs/nats.ts';
import { selfSigned } from '../../../support/programs/tls/certificate.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { type FakeValues, fakeValues } from '../../../support/values.ts';
import { never, ok, reasonOf, sourceOf } from '../../servers.ts';
import { jwtWorld, silentPort } from './setup.ts';

function values(): FakeValues {
  const fake = fakeValues({ PASSWORD: 's3cret', TOKEN: 't0ken' });
  const { resolve } = fake;
  return {
    ...fake,
    resolve: (from, use) =>
      from.fromFile === undefined ? resolve(from, use) : readFileSync(from.fromFile, 'utf8'),
  };
}

function metric(port: number, over: object = {}): MetricSpec {
  return {
    nats: {
      endpoint: `nats://127.0.0.1:${port}`,
      stream: 'ORDERS',
      consumer: 'workers',
      oldestAge: false,
      ...over,
    },
  };
}

function sourceAt(port: number, over: object = {}, onCall?: () => void): ReturnType<typeof sourceOf> {
  return sourceOf(metric(port, over), { values: values(), clock: new VirtualClock(Date.now()), onCall });
}

describe.skipIf(natsMissing())('a real NATS', () => {
  let server: Nats;
  let client: NatsConnection;

  beforeAll(async () => {
    server = await startNats();
    client = await connect({ port: server.port });
  });
  afterAll(async () => {
    await client.close();
    await server.remove();
  });
  beforeEach(() => fill());

  /** Seven messages in, and a consumer of them that nobody has asked yet. */
  async function fill(over: object = {}): Promise<void> {
    const manager = await jetstreamManager(client);
    await manager.streams.delete('ORDERS').catch(() => undefined);
    await manager.streams.add({ name: 'ORDERS', subjects: ['orders.>'] });
    await manager.consumers.add('ORDERS', {
      durable_name: 'workers',
      ack_policy: AckPolicy.Explicit,
      ...over,
    });
    for (let i = 0; i < 7; i++)
      await jetstream(client).publish(i % 2 === 0 ? 'orders.new' : 'orders.old', `${i}`);
  }

  async function take(count: number): Promise<{ ack(): void; ackAck(): Promise<boolean>; nak(): void }[]> {
    const consumer = await jetstream(client).consumers.get('ORDERS', 'workers');
    const taken = [];
    for await (const message of await consumer.fetch({ max_messages: count, expires: 5_000 }))
      taken.push(message);
    return taken;
  }

  metricSourceContract('nats', {
    answering: async (onCall) => sourceAt(server.port, {}, onCall),
    failing: async () => sourceAt(await freePort()),
    hanging: async () => sourceAt(await silentPort()),
    cannot: {},
  });

  it('tells messages that wait from messages that consumers hold, with counters', async () => {
    const source = sourceAt(server.port);
    expect(ok(await source.read(never))).toMatchObject({
      waiting: 7,
      inFlight: 0,
      arrivedTotal: 7,
      completedTotal: 0,
    });
    const held = await take(2);
    expect(ok(await source.read(never))).toMatchObject({
      waiting: 5,
      inFlight: 2,
      arrivedTotal: 7,
      completedTotal: 0,
    });
    await Promise.all(held.map((message) => message.ackAck()));
    await jetstream(client).publish('orders.new', 'one more');
    expect(ok(await source.read(never))).toMatchObject({
      waiting: 6,
      inFlight: 0,
      arrivedTotal: 8,
      completedTotal: 2,
    });
  });

  it('counts only the messages that the consumer is for', async () => {
    await fill({ filter_subject: 'orders.new' });
    await take(1);
    expect(ok(await sourceAt(server.port).read(never))).toMatchObject({
      waiting: 3,
      inFlight: 1,
      arrivedTotal: 4,
    });
  });

  it('knows nothing in flight of a consumer without acknowledgements', async () => {
    await fill({ ack_policy: AckPolicy.None });
    await take(2);
    const sample = ok(await sourceAt(server.port).read(never));
    expect(sample).toMatchObject({ waiting: 5, completedTotal: 2 });
    expect(sample).not.toHaveProperty('inFlight');
  });

  it('tells the age of the message that is next, where it is asked for', async () => {
    await fill({ filter_subject: 'orders.old' });
    const manager = await jetstreamManager(client);
    const second = await manager.streams.getMessage('ORDERS', { seq: 2 });
    const clock = new VirtualClock(Date.parse(second?.time.toISOString() ?? '') + 90_000);
    const source = sourceOf(metric(server.port, { oldestAge: true }), { clock });
    expect(ok(await source.read(never)).oldestAgeMs).toBe(90_000);
    await take(3);
    const sample = ok(await source.read(never));
    expect(sample).toMatchObject({ waiting: 0, inFlight: 3 });
    expect(sample).not.toHaveProperty('oldestAgeMs');
  });

  it('tells no age of a message that is larger than what is read', async () => {
    const manager = await jetstreamManager(client);
    await manager.streams.purge('ORDERS');
    await jetstream(client).publish('orders.new', new Uint8Array(900_000));
    expect(reasonOf(await sourceAt(server.port, { oldestAge: true }).read(never))).toContain(
      'is larger than 1048576 bytes',
    );
    expect(ok(await sourceAt(server.port).read(never)).waiting).toBe(1);
  });

  it('costs one request over a connection that is kept', async () => {
    let calls = 0;
    const source = sourceAt(server.port, {}, () => calls++);
    for (let i = 0; i < 5; i++) ok(await source.read(never));
    expect(calls).toBe(6);
  });

  it('says that stream or consumer is not there, and comes back with it', async () => {
    const source = sourceAt(server.port);
    const manager = await jetstreamManager(client);
    await manager.consumers.delete('ORDERS', 'workers');
    expect(reasonOf(await source.read(never))).toMatch(
      /^reading consumer workers of stream ORDERS at 127\.0\.0\.1:\d+: there is no such consumer/,
    );
    await manager.streams.delete('ORDERS');
    expect(reasonOf(await source.read(never))).toContain('there is no such stream');
    await fill();
    expect(ok(await source.read(never)).waiting).toBe(7);
    expect(reasonOf(await sourceAt(server.port, { domain: 'hub' }).read(never))).toContain(
      'or domain is wrong',
    );
  });

  it('is given up while the server hangs, and comes back when it does, and after a restart', async () => {
    const source = sourceAt(server.port);
    ok(await source.read(never));
    server.freeze();
    const given = new AbortController();
    const reading = source.read(given.signal);
    const outcome = expect(reading).rejects.toThrow('enough');
    setImmediate(() => given.abort(new Error('enough')));
    await outcome;
    server.thaw();
    expect(ok(await source.read(never)).waiting).toBe(7);
    await server.stop();
    expect(reasonOf(await source.read(never))).toMatch(/connection refused|was closed/);
    await server.start();
    expect(ok(await source.read(never)).waiting).toBe(7);
  });
});

describe.skipIf(natsMissing())('a real NATS that asks who one is', () => {
  async function startedWith(settings: string): Promise<Nats> {
    const server = await startNats(settings);
    onTestFinished(() => server.remove());
    return server;
  }

  it('takes a token', async () => {
    const { port } = await startedWith('authorization { token: "t0ken" }');
    const auth = { token: { fromEnv: 'TOKEN' } };
    expect(reasonOf(await sourceAt(port, { auth }).read(never))).toContain('there is no such stream');
    const refused = reasonOf(await sourceAt(port, { auth: { token: { fromEnv: 'PASSWORD' } } }).read(never));
    expect(refused).toContain('the credentials are missing or were refused; check auth');
    expect(refused).not.toContain('s3cret');
    expect(reasonOf(await sourceAt(port).read(never))).toContain('check auth');
  });

  it('uses a rotated token at once, and the old one no longer', async () => {
    const { port } = await startedWith('authorization { token: "r0tated" }');
    const given = fakeValues({ TOKEN: 't0ken' });
    const source = sourceOf(metric(port, { auth: { token: { fromEnv: 'TOKEN' } } }), { values: given });
    expect(reasonOf(await source.read(never))).toContain('check auth');
    given.env['TOKEN'] = 'r0tated';
    expect(reasonOf(await source.read(never))).toContain('there is no such stream');
    given.env['TOKEN'] = 't0ken';
    expect(reasonOf(await source.read(never))).toContain('check auth');
  });

  it('takes a user with a password, and says which right is missing', async () => {
    const user = (publish: string, subscribe: string): string => `authorization { users: [
      { user: reader, password: "s3cret", permissions: { publish: "${publish}", subscribe: "${subscribe}" } } ] }`;
    const auth = { basic: { username: 'reader', password: { fromEnv: 'PASSWORD' } } };
    const allowed = await startedWith(user('$JS.API.CONSUMER.INFO.ORDERS.workers', '_INBOX.>'));
    expect(reasonOf(await sourceAt(allowed.port, { auth }).read(never))).toContain('there is no such stream');
    const mute = await startedWith(user('other', '_INBOX.>'));
    expect(reasonOf(await sourceAt(mute.port, { auth }).read(never))).toContain(
      'the user has no right to ask; allow it to publish to $JS.API.CONSUMER.INFO.ORDERS.workers',
    );
    const deaf = await startedWith(user('>', 'other'));
    expect(reasonOf(await sourceAt(deaf.port, { auth }).read(never))).toContain(
      'allow it to subscribe to _INBOX.>',
    );
  });

  it('takes the credentials of a file, and asks for the key that belongs to them', async () => {
    const { settings, creds, stolen } = jwtWorld();
    const { port } = await startedWith(settings);
    const reason = async (content: string): Promise<string> => {
      const spec = metric(port, { auth: { creds: { fromEnv: 'CREDS' } } });
      return reasonOf(await sourceOf(spec, { values: fakeValues({ CREDS: content }) }).read(never));
    };
    // Whoever is let in hears what the account lacks.
    expect(await reason(creds)).toContain('JetStream is not enabled for this account');
    expect(await reason(stolen)).toContain('the credentials are missing or were refused; check auth');
  });

  it('without JetStream says so', async () => {
    const { port } = await startedWith('jetstream: disabled');
    expect(reasonOf(await sourceAt(port).read(never))).toContain(
      'JetStream does not answer: it is not enabled',
    );
  });

  it('is spoken to over TLS, as far as its certificate is trusted', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'nats-tls-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const [own, other] = [selfSigned(dir), selfSigned(dir, '127.0.0.9')];
    const { port } = await startedWith(`tls { cert_file: "${own.certFile}", key_file: "${own.keyFile}" }`);
    for (const scheme of ['nats', 'tls']) {
      const endpoint = `${scheme}://127.0.0.1:${port}`;
      expect(reasonOf(await sourceAt(port, { endpoint, caFile: own.certFile }).read(never))).toContain(
        'no such stream',
      );
      expect(reasonOf(await sourceAt(port, { endpoint }).read(never))).toMatch(/certificate .*self-signed/);
      expect(reasonOf(await sourceAt(port, { endpoint, caFile: other.certFile }).read(never))).toContain(
        'certificate',
      );
    }
  });
});
