// The troubles that a real PostgreSQL does not make on demand: servers that misbehave, and answers as tables.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { fieldsOf } from '../../../../src/metric-sources/queries/postgresql/row.ts';
import { METRIC_SOURCES, metricSources } from '../../../../src/metric-sources/registry.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../../support/values.ts';
import { FEW_HANDLES, never, reasonOf, sourceOf } from '../../servers.ts';

function metric(port: number, over: object = {}): MetricSpec {
  const endpoint = `postgresql://127.0.0.1:${port}/shop`;
  return { postgresql: { endpoint, query: 'SELECT 7 AS waiting', auth: { username: 'reader' }, ...over } };
}

/** A port that speaks, but not as PostgreSQL does. */
async function portThat(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A message of the protocol: its letter, its length, its body. */
function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.from(`${letter}0000`);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);

describe('a server that is none', () => {
  it.each([
    ['an HTTP server', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['noise', Buffer.from('\x00\x00\x00\x00\x00\x00\x00\x00')],
    ['a cut message', message('R', Buffer.alloc(0))],
    ['rows that nobody asked for', message('D', Buffer.alloc(2))],
    ['columns without end', message('T', Buffer.from([0x7f, 0xff, 1, 2]))],
    ['a length below nothing', Buffer.from([0x64, 0, 0, 0, 0, 1])],
    ['an error without words', message('E', Buffer.from([0]))],
  ])('that answers with %s is said to be none, and the process lives', async (_, bytes) => {
    const port = await portThat((socket) => socket.once('data', () => socket.end(bytes)));
    expect(reasonOf(await sourceOf(metric(port)).read(never))).toMatch(
      /^reading query SELECT 7 AS waiting at 127\.0\.0\.1:\d+: (the answer is not that of PostgreSQL; check host and port|the connection was closed before the answer was complete)$/,
    );
  });

  it('that breaks down in the middle of an answer is unavailable, and asked anew', async () => {
    let connections = 0;
    const port = await portThat((socket) => {
      connections++;
      socket.once('data', () => {
        socket.write(WELCOME);
        socket.once('data', () => socket.end(message('T', Buffer.from([0x7f, 0xff, 1, 2]))));
      });
    });
    const source = sourceOf(metric(port));
    for (const _ of [1, 2]) expect(reasonOf(await source.read(never))).toContain('not that of PostgreSQL');
    expect(connections).toBe(2);
  });

  it('that never ends its answer is not read to the end', async () => {
    let sent = 0;
    const port = await portThat((socket) =>
      socket.once('data', () => {
        const head = Buffer.from('E0000');
        head.writeInt32BE(0x7fffffff, 1);
        socket.write(head);
        const more = (): void => {
          while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x'))) sent += 65_536;
        };
        socket.on('drain', more);
        more();
      }),
    );
    expect(reasonOf(await sourceOf(metric(port)).read(never))).toContain('not that of PostgreSQL');
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('that does not speak TLS is not sent anything unencrypted', async () => {
    let received = '';
    const port = await portThat((socket) =>
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        socket.write('N');
      }),
    );
    expect(reasonOf(await sourceOf(metric(port, { tls: 'VerifyFull' })).read(never))).toContain(
      'the server does not speak TLS; tls: Disable sends everything unencrypted',
    );
    expect(received).not.toContain('reader');
  });

  it('costs no memory and no handle that stays, however often it fails', async () => {
    const source = sourceOf(metric(await freePort()));
    const handles = (): number =>
      process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
    const before = handles();
    for (let i = 0; i < 10_000; i++) {
      const reading = await source.read(never);
      if (i % 1_000 === 0) expect(reasonOf(reading)).toContain('connection refused');
    }
    expect(handles()).toBeLessThan(before + FEW_HANDLES);
  });
});

describe('the columns of a row', () => {
  const columns = (...names: string[]) => names.map((name) => ({ name, dataTypeID: 23 }));

  it.each(['in_flight', 'inFlight', 'inflight', 'IN_FLIGHT', 'In_Flight'])(
    'are called %s as well',
    (name) => {
      expect(fieldsOf(columns('waiting', name), [[5, 2]]).values).toEqual({ waiting: 5, inFlight: 2 });
    },
  );

  it('may leave the age of none open', () => {
    expect(fieldsOf(columns('waiting', 'oldest_age_seconds'), [[0, null]]).values).toEqual({ waiting: 0 });
  });

  it.each([
    [columns(), [], 'the query gives no columns; it must be a SELECT'],
    [columns('waiting'), [], 'the query gives no row'],
    [columns('waiting'), [[1], [2]], 'the query gives 2 rows; it must give one'],
    [
      columns('waiting', 'flying'),
      [[1, 2]],
      'column flying is no field of a reading; those are waiting, total, in_flight',
    ],
    [
      columns('in_flight', 'waiting', 'inFlight'),
      [[1, 2, 3]],
      'columns in_flight and inFlight are the same field',
    ],
    [columns('waiting', 'total'), [[1, 2]], 'columns waiting and total exclude each other'],
    [columns('in_flight'), [[1]], 'neither a column waiting nor a column total'],
    [
      columns('waiting', 'in_flight'),
      [[1, null]],
      'column in_flight is null; if that means none, write coalesce',
    ],
    [columns('waiting'), [[null]], 'column waiting is null'],
    [
      [
        { name: 'waiting', dataTypeID: 23 },
        { name: 'as_of', dataTypeID: 1114 },
      ],
      [[1, new Date(0)]],
      'column as_of has no time zone',
    ],
  ])('%j with the rows %j are no reading', (given, rows, why) => {
    expect(() => fieldsOf(given, rows)).toThrow(why);
  });
});

describe('a postgresql block', () => {
  const at = 'spec.apps[0].targets[0].metric.postgresql';
  const whole = {
    endpoint: 'postgresql://db:5432/shop',
    query: 'SELECT 1 AS waiting',
    auth: { username: 'r' },
  };

  function policy(block: object): string {
    return JSON.stringify({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'shop' },
      spec: {
        capacity: { slots: 4 },
        apps: [{ name: 'front', priority: 1, targets: [{ queueLength: 5, metric: { postgresql: block } }] }],
      },
    });
  }

  it.each([
    [{ endpoint: 'postgresql://u:p@db/shop' }, 'holds credentials'],
    [{ endpoint: 'mysql://db/shop' }, 'does not begin with postgresql:// or postgres://'],
    [{ endpoint: 'postgresql://db' }, `names no database; write it like postgresql://HOST:5432/DATABASE`],
    [{ endpoint: 'postgresql://db/shop/more' }, 'names no database'],
    [{ endpoint: 'postgresql://db/shop?sslmode=disable' }, 'has a query or a fragment'],
    [{ endpoint: undefined }, 'endpoint'],
    [{ query: '' }, `${at}.query`],
    [{ auth: { password: { fromEnv: 'P' } } }, `${at}.auth`],
    [{ tls: 'prefer' }, `${at}.tls`],
    [{ tls: 'Require', caFile: '/ca.pem' }, 'is not looked at with tls: Require; write VerifyFull'],
  ])('with %j is refused with its place', (over, says) => {
    const { problems } = loadPolicies(policy({ ...whole, ...over }), 'shop.yaml');
    const text = problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
    expect(text).toContain(says);
    expect(text).not.toContain('u:p@');
  });

  it('of an untrusted home needs its endpoint to be allowed, and no other one', () => {
    const [loaded] = loadPolicies(policy({ ...whole, endpoint: 'postgresql://db/shop' }), 'f').resources;
    if (loaded === undefined) throw new Error('it is not valid');
    const judge = (endpoints: readonly string[]) =>
      createTrustCheck(
        { ...NOTHING_ALLOWED, endpoints },
        METRIC_SOURCES,
      )(loaded.resource).map(({ message }) => message);
    expect(judge([])).toEqual([expect.stringContaining("--allow-endpoint 'postgresql://db:5432'")]);
    expect(judge(['postgresql://db:5433'])).toHaveLength(1);
    expect(judge(['postgresql://db:5432'])).toEqual([]);
  });

  it('is called by its query and its database, on one line', () => {
    const spec: MetricSpec = { postgresql: { ...whole, query: 'SELECT 1\n  AS waiting' } };
    expect(metricSources.describe(spec, fakeValues())).toBe('SELECT 1 AS waiting at db/shop');
  });

  it('names the variable of a password that is not set, and asks nobody', async () => {
    const auth = { username: 'reader', password: { fromEnv: 'DB_PASSWORD' } };
    await expect(sourceOf(metric(1, { auth })).read(never)).rejects.toThrow(
      'postgresql.auth.password: DB_PASSWORD is not set',
    );
  });
});
