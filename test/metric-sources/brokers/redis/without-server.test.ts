import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import type { MetricSource } from '../../../../src/metric-sources/source.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { fakeValues } from '../../../support/values.ts';
import { FEW_HANDLES, never, ok, reasonOf, sourceOf } from '../../servers.ts';

/** A server of our own in place of the real one, for faults. */
async function serverThat(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    talk(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One that answers every LLEN with this. */
const answering = (text: string) =>
  serverThat((socket) =>
    socket.on('data', (piece) => {
      const asked = piece.toString().split('LLEN').length - 1;
      socket.write(text.repeat(asked));
    }),
  );

const metric = (endpoint: string, over: object = {}): MetricSpec => ({
  redis: { endpoint, database: 0, list: { name: 'orders' }, ...over },
});

describe('a Redis that is none', () => {
  metricSourceContract('redis', {
    answering: async (onCall) => sourceOf(metric(await answering(':5\r\n')), { onCall }),
    failing: async () => sourceOf(metric(`redis://127.0.0.1:${await freePort()}`)),
    hanging: async () => sourceOf(metric(await serverThat(() => undefined))),
    cannot: {},
  });

  it.each([
    [':-1\r\n', 'the answer to LLEN is negative (-1)'],
    ['$3\r\nfoo\r\n', 'the answer to LLEN is a text, not a number'],
    ['$-1\r\n', 'the answer to LLEN is null, not a number'],
    [':9999999999999999999\r\n', 'the answer to LLEN is too large to be a count'],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'the answer is not that of a Redis'],
    ['$2097152\r\n', 'the answer is larger than 1048576 bytes'],
    [`+${'x'.repeat(2 ** 20 + 1)}`, 'the answer is larger than 1048576 bytes'],
    ['-MOVED 3999 10.0.0.7:6381\r\n', 'it is a cluster, and another of its nodes holds the key'],
    ['-ASK 3999 10.0.0.7:6381\r\n', 'it is a cluster that is moving the key'],
    ['-LOADING Redis is loading the dataset in memory\r\n', 'the server is loading its data'],
    ['-DENIED Redis is running in protected mode\r\n', 'the server is in protected mode'],
    ['-ERR max number of clients reached\r\n', 'the server takes no more connections'],
    ["-ERR unknown command 'LLEN'\r\n", 'the server does not know a command'],
    ['-ODD something s3cret\r\n', 'the server answered with an error (ODD)'],
  ])('is unknown after the answer %.30j', async (text, says) => {
    const reason = reasonOf(await sourceOf(metric(await answering(text))).read(never));
    expect(reason).toMatch(/^reading list orders at 127\.0\.0\.1:\d+: /);
    expect(reason).toContain(says);
    expect(reason).not.toMatch(/10\.0\.0\.7|s3cret/);
  });

  it('is unknown when it closes the connection, and is asked anew by the next read', async () => {
    let serves = false;
    const url = await serverThat((socket) =>
      socket.on('data', () => (serves ? socket.write(':3\r\n') : socket.end())),
    );
    const source = sourceOf(metric(url));
    expect(reasonOf(await source.read(never))).toContain(
      'the connection was closed before the answer was complete',
    );
    serves = true;
    expect(ok(await source.read(never)).waiting).toBe(3);
  });

  it('takes nothing for an answer that it did not ask for', async () => {
    const source = sourceOf(metric(await answering(':1\r\n:2\r\n')));
    for (let i = 0; i < 3; i++) expect(ok(await source.read(never)).waiting).toBe(1);
  });

  it('is asked once more when it has closed a connection that was kept', async () => {
    let connections = 0;
    const url = await serverThat((socket) => {
      connections++;
      socket.once('data', () => socket.write(':3\r\n', () => socket.once('data', () => socket.destroy())));
    });
    const source = sourceOf(metric(url));
    for (let i = 0; i < 3; i++) expect(ok(await source.read(never)).waiting).toBe(3);
    expect(connections).toBe(3);
  });

  it('keeps no connection of a read that was given up', async () => {
    const open = new Set<Socket>();
    const url = await serverThat((socket) => {
      open.add(socket.on('close', () => open.delete(socket)));
      socket.resume();
    });
    const source = sourceOf(metric(url));
    for (let i = 0; i < 50; i++) {
      const given = new AbortController();
      const reading = source.read(given.signal);
      given.abort(new Error('enough'));
      await expect(reading).rejects.toThrow('enough');
    }
    await expect.poll(() => open.size).toBe(0);
  });

  it('is not connected to again by a read that is under way when the source is closed', async () => {
    let connections = 0;
    const asked = Promise.withResolvers<void>();
    const url = await serverThat((socket) => {
      connections++;
      socket.once('data', () => {
        socket.write(':3\r\n');
        socket.once('data', () => asked.resolve());
      });
    });
    const source = sourceOf(metric(url));
    ok(await source.read(never));
    const underWay = source.read(never);
    await asked.promise;
    await source.close();
    expect(reasonOf(await underWay)).toContain('the source was closed before the answer was complete');
    expect(connections).toBe(1);
  });

  it('speaks TLS where the address says so, and says that the other side does not', async () => {
    const url = (
      await serverThat((socket) => socket.on('data', () => socket.write('-ERR Protocol error\r\n')))
    ).replace('redis:', 'rediss:');
    expect(reasonOf(await sourceOf(metric(url)).read(never))).toContain('do not agree on TLS');
  });

  it('costs no memory over 10,000 failing reads', async () => {
    const source: MetricSource = sourceOf(metric(`redis://127.0.0.1:${await freePort()}`));
    const fail = async (times: number): Promise<number> => {
      for (let i = 0; i < times; i++) reasonOf(await source.read(never));
      return process.getActiveResourcesInfo().length;
    };
    const before = await fail(100);
    expect(await fail(9_900)).toBeLessThan(before + FEW_HANDLES);
  });

  it.each([
    [
      { endpoint: undefined, endpointFrom: { fromEnv: 'ADDRESS' } },
      { ADDRESS: 'http://cache' },
      'redis.endpointFrom: does not begin with redis:// or rediss://',
    ],
    [
      { endpoint: 'redis://cache/2' },
      {},
      'redis.endpoint: has a path: give the number of the database as database',
    ],
    [{ auth: { password: { fromEnv: 'PASSWORD' } } }, {}, 'redis.auth.password: PASSWORD is not set'],
    [{ list: { nameFrom: { fromEnv: 'LIST' } } }, { LIST: ' ' }, 'redis.list.nameFrom: LIST is empty'],
  ])('is refused as a configuration that cannot work: %j', async (over, env, says) => {
    const source = sourceOf(metric('redis://cache', over), { values: fakeValues(env) });
    await expect(source.read(never)).rejects.toThrow(says);
  });
});
