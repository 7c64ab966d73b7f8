import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { ScalerConnection } from '../../../../src/metric-sources/queries/keda-external/connection.ts';
import { loadMethods } from '../../../../src/metric-sources/queries/keda-external/protocol.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { selfSigned } from '../../../support/programs/tls/certificate.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { until } from '../../../support/until.ts';
import { fakeValues } from '../../../support/values.ts';
import { portThat } from '../../brokers/nats/setup.ts';
import { FEW_HANDLES, NOW_MS, never, ok, reasonOf, sourceOf } from '../../servers.ts';
import { Scaler, type ScalerValue, status } from './scaler.ts';

const scaledObject = { name: 'web', namespace: 'shop' };

function metric(address: string, over: object = {}): MetricSpec {
  return {
    kedaExternal: {
      endpoint: `grpc://${address}`,
      isActive: true,
      scaledObject,
      metrics: { waiting: 'queueLength' },
      ...over,
    },
  };
}

async function scalerWithMessages(): Promise<{ readonly scaler: Scaler; readonly address: string }> {
  const scaler = new Scaler().holdSevenMessages();
  return { scaler, address: await scaler.start() };
}

const read = async (spec: MetricSpec) => await sourceOf(spec).read(never);

metricSourceContract('kedaExternal', {
  answering: async (onCall) => sourceOf(metric((await scalerWithMessages()).address), { onCall }),
  failing: async () => sourceOf(metric(`127.0.0.1:${await freePort()}`)),
  hanging: async () => {
    const { scaler, address } = await scalerWithMessages();
    scaler.hangs = true;
    return sourceOf(metric(address));
  },
  cannot: {},
});

describe('the client library', () => {
  const target = { host: '127.0.0.1', port: 1, tls: false };
  const isActive = (connection: ScalerConnection) =>
    connection.call(
      (methods) => methods.IsActive,
      { name: 'web', namespace: 'shop', scalerMetadata: {} },
      never,
    );

  it('is loaded anew by the next call when it could not be loaded', async () => {
    const { address } = await scalerWithMessages();
    let tries = 0;
    const connection = new ScalerConnection(
      { ...target, port: Number(new URL(`grpc://${address}`).port) },
      () => undefined,
      async () => {
        if (++tries === 1) throw new Error('the disk cannot be read');
        return { grpc: await import('@grpc/grpc-js'), methods: await loadMethods() };
      },
    );
    onTestFinished(() => connection.close());
    await expect(isActive(connection)).rejects.toThrow('the disk cannot be read');
    expect(await isActive(connection)).toEqual({ result: true });
    expect(await isActive(connection)).toEqual({ result: true });
    expect(tries).toBe(2);
  });

  it('asks nobody once the source is closed', async () => {
    const connection = new ScalerConnection(target, () => undefined);
    await connection.close();
    await expect(isActive(connection)).rejects.toThrow('the source was closed');
  });
});

describe('a kedaExternal reading', () => {
  it('has what the scaler tells, a metric a field', async () => {
    const { address } = await scalerWithMessages();
    const metrics = {
      ...{ waiting: 'queueLength', inFlight: 'taken', arrivedTotal: 'came', completedTotal: 'done' },
      oldestAgeSeconds: 'age',
    };
    expect(ok(await read(metric(address, { metrics, inFlightPerInstance: 2 })))).toEqual({
      state: 'ok',
      asOfMs: NOW_MS,
      waiting: 5,
      inFlight: 2,
      arrivedTotal: 10,
      completedTotal: 3,
      oldestAgeMs: 1500,
      heldPerInstance: 2,
    });
    const all = ok(await read(metric(address, { metrics: { total: 'all', inFlight: 'taken' } })));
    expect(all).toMatchObject({ waiting: 5, inFlight: 2 });
  });

  it('is of the only metric that the scaler names, where the policy names none', async () => {
    const { scaler, address } = await scalerWithMessages();
    const spec = metric(address, { metrics: undefined });
    expect(ok(await read(spec))).toMatchObject({ waiting: 5 });
    expect(scaler.calls.map(({ method }) => method).toSorted()).toEqual([
      'GetMetricSpec',
      'GetMetrics',
      'IsActive',
    ]);
    scaler.specs = ['queueLength', 'all'];
    expect(reasonOf(await read(spec))).toContain('2 metrics ("queueLength", "all"); name what waits');
    scaler.specs = [];
    expect(reasonOf(await read(spec))).toContain('the scaler names no metric');
  });

  it('has nothing waiting while the scaler is not active, unless that is not asked', async () => {
    const { scaler, address } = await scalerWithMessages();
    scaler.isActive = false;
    const metrics = { waiting: 'queueLength', inFlight: 'taken', oldestAgeSeconds: 'age' };
    const idle = ok(await read(metric(address, { metrics })));
    expect(idle).toEqual({ state: 'ok', asOfMs: NOW_MS, waiting: 0, inFlight: 2 });
    expect(ok(await read(metric(address, { metrics, isActive: false })))).toMatchObject({ waiting: 5 });
  });

  it('costs a call for each metric, and one more for whether it is active', async () => {
    const { scaler, address } = await scalerWithMessages();
    let calls = 0;
    const metrics = { waiting: 'queueLength', inFlight: 'queueLength', arrivedTotal: 'came' };
    const source = sourceOf(metric(address, { metrics }), { onCall: () => calls++ });
    await source.read(never);
    await source.read(never);
    expect(calls).toBe(6);
    expect(scaler.calls).toHaveLength(6);
  });

  it('is asked for as KEDA does it: with the object that is scaled, and what the trigger tells', async () => {
    const { scaler, address } = await scalerWithMessages();
    const values = fakeValues({ REGION: 'eu', PASSWORD: 's3cret' });
    const scalerMetadata = [
      { name: 'queue', value: 'orders' },
      { name: 'region', valueFrom: { fromEnv: 'REGION' } },
      { name: 'password', secret: { fromEnv: 'PASSWORD' } },
    ];
    ok(await sourceOf(metric(address, { scalerMetadata }), { values }).read(never));
    const ref = { ...scaledObject, scalerMetadata: { queue: 'orders', region: 'eu', password: 's3cret' } };
    expect(scaler.calls).toEqual(
      expect.arrayContaining([
        { method: 'IsActive', ref },
        { method: 'GetMetrics', ref, metricName: 'queueLength' },
      ]),
    );
    values.env['PASSWORD'] = 'r0tated';
    ok(await sourceOf(metric(address, { scalerMetadata }), { values }).read(never));
    expect(scaler.calls.at(-1)?.ref.scalerMetadata).toMatchObject({ password: 'r0tated' });
  });

  const named = 'queueLength';
  it.each<[string, readonly ScalerValue[], number]>([
    ['a fraction', [{ metricName: named, metricValueFloat: 2.25 }], 3],
    ['a whole number', [{ metricName: named, metricValue: 2 }], 2],
    ['both, of which the fraction holds', [{ metricName: named, metricValue: 2, metricValueFloat: 2.5 }], 3],
    ['nothing, which is zero', [{ metricName: named }], 0],
    ['another name', [{ metricName: 's0-queueLength', metricValue: 4 }], 4],
    [
      'other metrics, too',
      [
        { metricName: 'a', metricValue: 9 },
        { metricName: named, metricValue: 4 },
      ],
      4,
    ],
  ])('may come as %s', async (_, values, waiting) => {
    const { scaler, address } = await scalerWithMessages();
    scaler.values.set(named, values);
    expect(ok(await read(metric(address))).waiting).toBe(waiting);
  });

  it.each<[string, readonly ScalerValue[], string]>([
    ['no value', [], 'the scaler tells no value of metric queueLength; check its name'],
    ['others alone', [{ metricName: 'a' }, { metricName: 'b' }], 'tells no value of metric queueLength'],
    ['two values', [{ metricName: named }, { metricName: named }], 'tells 2 values of metric queueLength'],
    ['a negative number', [{ metricName: named, metricValue: -3 }], 'metric queueLength is negative'],
    ['a negative fraction', [{ metricName: named, metricValueFloat: -0.5 }], 'is negative'],
    ['NaN', [{ metricName: named, metricValueFloat: Number.NaN }], 'is not a number'],
    ['infinity', [{ metricName: named, metricValueFloat: Number.POSITIVE_INFINITY }], 'is not a number'],
    ['1e300', [{ metricName: named, metricValueFloat: 1e300 }], 'too large'],
    ['the largest of all', [{ metricName: named, metricValue: '9223372036854775807' }], 'too large'],
  ])('is none of %s', async (_, values, why) => {
    const { scaler, address } = await scalerWithMessages();
    scaler.values.set(named, values);
    const reason = reasonOf(await read(metric(address)));
    expect(reason).toContain(`reading metric queueLength of an external scaler at ${address}: `);
    expect(reason).toContain(why);
  });
});

describe('trouble with an external scaler', () => {
  it.each<[keyof typeof status, string]>([
    ['UNKNOWN', 'the scaler failed (UNKNOWN); see its log'],
    ['INVALID_ARGUMENT', 'the scaler refuses what it is told'],
    ['NOT_FOUND', 'check scalerMetadata and the names of metrics'],
    ['PERMISSION_DENIED', 'these credentials have no right to read it'],
    ['UNAUTHENTICATED', 'the credentials are missing or were refused'],
    ['INTERNAL', 'the scaler failed (INTERNAL)'],
    ['DATA_LOSS', 'the scaler failed (code 15)'],
  ])('that answers %s is told without its own words', async (name, why) => {
    const { scaler, address } = await scalerWithMessages();
    scaler.fails = { code: status[name], details: 'password s3cret of redis' };
    const reason = reasonOf(await read(metric(address)));
    expect(reason).toContain(why);
    expect(reason).not.toContain('s3cret');
  });

  it('that is another service is told', async () => {
    const scaler = new Scaler();
    const address = await scaler.start();
    scaler.fails = { code: status.UNIMPLEMENTED, details: '' };
    expect(reasonOf(await read(metric(address)))).toContain('it is no external scaler of KEDA');
  });

  it.each([
    ['closes', () => undefined],
    ['speaks HTTP/1', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['says anything', '\x16\x03 garbage\r\n\r\n'],
  ])('that %s is told', async (_, says) => {
    const port = await portThat((socket) => {
      socket.resume().end(typeof says === 'string' ? says : '');
    });
    for (const scheme of ['grpc', 'grpcs'])
      expect(reasonOf(await read(metric('', { endpoint: `${scheme}://127.0.0.1:${port}` })))).toMatch(
        /at 127\.0\.0\.1:\d+: (it does not speak gRPC|the two sides do not agree on TLS|the connection was closed)/,
      );
  });

  it('that is unknown to the name service, or not there, is told', async () => {
    expect(reasonOf(await read(metric('scaler.invalid:1')))).toMatch(/host name (is unknown|could not be)/);
    expect(reasonOf(await read(metric(`127.0.0.1:${await freePort()}`)))).toContain('connection refused');
  });

  it('whose answer is too large is not read', async () => {
    const { scaler, address } = await scalerWithMessages();
    scaler.values.set('queueLength', [{ metricName: 'x'.repeat(70_000), metricValue: 1 }]);
    expect(reasonOf(await read(metric(address)))).toContain('larger than the bound');
  });

  it('passes when it is there again', async () => {
    const { scaler, address } = await scalerWithMessages();
    const source = sourceOf(metric(address));
    expect(ok(await source.read(never)).waiting).toBe(5);
    scaler.stop();
    expect(reasonOf(await source.read(never))).toMatch(/connection (refused|was closed)|does not speak gRPC/);
    await scaler.start();
    await until('a reading', async () => (await source.read(never)).state === 'ok');
  });

  it('leaves nothing behind: no connection that is made anew, however often it fails', async () => {
    const source = sourceOf(metric(`127.0.0.1:${await freePort()}`));
    const handles = (): number =>
      process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
    const before = handles();
    for (let i = 0; i < 10_000; i++) {
      const reading = await source.read(never);
      if (i % 1_000 === 0) expect(reasonOf(reading)).toContain('connection refused');
    }
    expect(handles()).toBeLessThan(before + FEW_HANDLES);
  });

  it('ends with the source: its connection is closed, also with a question that nobody answers', async () => {
    let sessions = 0;
    let streams = 0;
    const server = createServer().on('session', (session) => {
      sessions += 1;
      session.on('stream', () => {
        streams += 1;
      });
      session.on('close', () => {
        sessions -= 1;
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const source = sourceOf(metric(`127.0.0.1:${port}`));
    const given = new AbortController();
    const outcome = expect(source.read(given.signal)).rejects.toThrow('enough');
    await until('the questions', async () => streams === 2);
    given.abort(new Error('enough'));
    await outcome;
    expect(sessions).toBe(1);
    await source.close();
    await until('no connection', async () => sessions === 0);
    expect(reasonOf(await source.read(never))).toContain('closed');
  });
});

describe('TLS to an external scaler', () => {
  it('trusts caFile alone, and shows the certificate that it is given', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'external-scaler-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const [own, other] = [selfSigned(dir), selfSigned(dir, '127.0.0.2')];
    const pair = { cert_chain: readFileSync(own.certFile), private_key: readFileSync(own.keyFile) };
    const scaler = new Scaler().holdSevenMessages();
    const address = await scaler.start(ServerCredentials.createSsl(readFileSync(own.certFile), [pair], true));
    const auth = { certificate: { fromFile: own.certFile }, key: { fromFile: own.keyFile } };
    const over = (more: object) => metric(address, { endpoint: `grpcs://${address}`, ...more });
    expect(ok(await read(over({ caFile: own.certFile, auth }))).waiting).toBe(5);
    expect(reasonOf(await read(over({ auth })))).toContain('its certificate is self-signed');
    expect(reasonOf(await read(over({ caFile: other.certFile, auth })))).toMatch(/certificate/);
    expect(reasonOf(await read(over({ caFile: own.certFile })))).toMatch(
      /does not speak gRPC|agree on TLS|was closed/,
    );
    expect(reasonOf(await read(metric(address)))).toMatch(/does not speak gRPC|was closed/);
    const wrong = { ...auth, key: { fromFile: other.keyFile } };
    await expect(read(over({ auth: wrong }))).rejects.toThrow('kedaExternal.auth.key: is not the key to');
    const none = { ...auth, certificate: { fromFile: own.keyFile } };
    await expect(read(over({ auth: none }))).rejects.toThrow('auth.certificate: is no certificate in PEM');
    const noKey = { ...auth, key: { fromFile: own.certFile } };
    await expect(read(over({ auth: noKey }))).rejects.toThrow('auth.key: is no private key in PEM');
  });

  it('checks whose certificate it is', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'external-scaler-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const other = selfSigned(dir, '127.0.0.2');
    const pair = { cert_chain: readFileSync(other.certFile), private_key: readFileSync(other.keyFile) };
    const address = await new Scaler().start(ServerCredentials.createSsl(null, [pair]));
    const spec = metric(address, { endpoint: `grpcs://${address}`, caFile: other.certFile });
    expect(reasonOf(await read(spec))).toContain('its certificate is for another host name');
  });
});
