// The wire, the rights and the read-only transaction are checked against a real PostgreSQL.

import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { type Postgresql, postgresqlMissing, startPostgresql } from '../../../support/programs/postgresql.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { until } from '../../../support/until.ts';
import { type FakeValues, fakeValues } from '../../../support/values.ts';
import { NOW_MS, never, ok, reasonOf, sourceOf } from '../../servers.ts';

const QUERY = `
  SELECT count(*) FILTER (WHERE state = 'ready') AS waiting,
         count(*) FILTER (WHERE state = 'held') AS in_flight,
         (SELECT last_value FROM jobs_id_seq) AS arrived_total,
         (SELECT done FROM counters) AS completed_total,
         extract(epoch FROM now() - min(created) FILTER (WHERE state = 'ready')) AS oldest_age_seconds,
         now() - interval '3 seconds' AS as_of
  FROM jobs WHERE state <> 'done'`;

describe.skipIf(postgresqlMissing())('a real PostgreSQL', () => {
  let server: Postgresql;

  beforeAll(async () => {
    server = await startPostgresql();
    await server.sql(`
      CREATE ROLE reader LOGIN PASSWORD 'r3ad';
      CREATE ROLE nobody LOGIN PASSWORD 'n0body';
      CREATE TABLE jobs (id serial PRIMARY KEY, state text NOT NULL, created timestamptz NOT NULL);
      CREATE TABLE counters (done bigint NOT NULL);
      GRANT SELECT ON jobs, counters, jobs_id_seq TO reader;
      GRANT INSERT, DELETE ON jobs TO reader;`);
  });
  afterAll(() => server.remove());
  beforeEach(async () => {
    await server.sql(`
      TRUNCATE jobs RESTART IDENTITY; TRUNCATE counters; INSERT INTO counters VALUES (100);
      INSERT INTO jobs (state, created) SELECT 'ready', now() - interval '60 seconds' FROM generate_series(1, 7)`);
  });

  function metric(over: object = {}): MetricSpec {
    const endpoint = `postgresql://127.0.0.1:${server.port}/postgres`;
    const auth = { username: 'reader', password: { fromEnv: 'DB_PASSWORD' } };
    return { postgresql: { endpoint, query: QUERY, auth, ...over } };
  }

  function values(password = 'r3ad'): FakeValues {
    const fake = fakeValues({ DB_PASSWORD: password });
    const { resolve } = fake;
    return {
      ...fake,
      resolve: (from, use) =>
        from.fromFile === undefined ? resolve(from, use) : readFileSync(from.fromFile, 'utf8'),
    };
  }

  function source(over: object = {}, given = values(), onCall?: () => void): ReturnType<typeof sourceOf> {
    return sourceOf(metric(over), { values: given, clock: new VirtualClock(NOW_MS), onCall });
  }

  async function silentPort(): Promise<number> {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((listening) => silent.once('listening', listening));
    onTestFinished(() => void silent.close());
    return (silent.address() as AddressInfo).port;
  }

  metricSourceContract('postgresql', {
    answering: async (onCall) => source({}, values(), onCall),
    failing: async () => source({ endpoint: `postgresql://127.0.0.1:${await freePort()}/postgres` }),
    hanging: async () => source({ endpoint: `postgresql://127.0.0.1:${await silentPort()}/postgres` }),
    cannot: {},
  });

  it('tells jobs that wait from jobs that workers hold, with counters, age and time', async () => {
    const reader = source();
    await server.sql(`UPDATE jobs SET state = 'held' WHERE id IN (
      SELECT id FROM jobs WHERE state = 'ready' ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED)`);
    const sample = ok(await reader.read(never));
    expect(sample).toMatchObject({ waiting: 5, inFlight: 2, arrivedTotal: 7, completedTotal: 100 });
    expect(sample.oldestAgeMs).toBeGreaterThanOrEqual(60_000);
    expect(NOW_MS - sample.asOfMs).toBeGreaterThanOrEqual(3_000);
    expect(NOW_MS - sample.asOfMs).toBeLessThan(4_000);
  });

  it('tells apart what workers hold by their locks alone', async () => {
    const worker = await server.connect();
    onTestFinished(() => worker.end());
    await worker.query('BEGIN; SELECT id FROM jobs ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED');
    const locked = `SELECT count(*) AS total,
      (SELECT count(*) FROM pg_locks WHERE relation = 'jobs'::regclass AND mode = 'RowShareLock') * 2 AS "inFlight"
      FROM jobs`;
    expect(ok(await source({ query: locked }).read(never))).toMatchObject({ waiting: 5, inFlight: 2 });
  });

  it('has no age when nothing waits, and is no failure', async () => {
    await server.sql('DELETE FROM jobs');
    const sample = ok(await source().read(never));
    expect(sample).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(sample).not.toHaveProperty('oldestAgeMs');
  });

  it('keeps one connection from read to read, and ends it with the source', async () => {
    const reader = source();
    const sessions = async (): Promise<number> =>
      Number(
        (await server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'microscaling'"))
          .rows[0].count,
      );
    await until('those of other tests to end', async () => (await sessions()) === 0);
    for (let i = 0; i < 5; i++) ok(await reader.read(never));
    expect(await sessions()).toBe(1);
    await Promise.all([1, 2, 3].map(() => reader.read(never)));
    await until('one to be left', async () => (await sessions()) === 1);
    await reader.close();
    await until('the connection to end', async () => (await sessions()) === 0);
  });

  it.each([
    ['DELETE FROM jobs RETURNING 1 AS waiting', 'the query writes, which is refused'],
    ['WITH gone AS (DELETE FROM jobs RETURNING 1) SELECT count(*) AS waiting FROM gone', 'the query writes'],
    ['COMMIT; DELETE FROM jobs', 'the query was refused: cannot insert multiple commands'],
    [
      "SELECT set_config('transaction_read_only', 'off', false)::int AS waiting",
      'the query would change its own transaction',
    ],
    ['SET TRANSACTION READ WRITE', 'the query would change its own transaction'],
    ['DO $$ BEGIN COMMIT; DELETE FROM jobs; END $$', 'the query would end its own transaction'],
    ['COMMIT', 'the query gives no columns'],
    ['COPY jobs TO STDOUT', 'the query gives no columns'],
  ])('lets no query write: %s', async (query, why) => {
    const reader = source({ query });
    for (const _ of [1, 2]) expect(reasonOf(await reader.read(never))).toContain(why);
    expect((await server.sql('SELECT count(*) FROM jobs')).rows[0].count).toBe('7');
  });

  it.each([
    [{ query: 'SELECT 1 AS waiting WHERE false' }, 'the query gives no row'],
    [{ query: 'SELECT 1 AS waiting FROM jobs' }, 'the query gives 7 rows'],
    [{ query: 'SELECT repeat(id::text, 100000) FROM generate_series(1, 100000) id' }, 'larger than 1 MiB'],
    [{ query: 'SELECT -1 AS waiting' }, 'column waiting is negative (-1)'],
    [{ query: "SELECT 'NaN'::float8 AS waiting" }, 'column waiting is not a number'],
    [{ query: 'SELECT 1e300::float8 AS waiting' }, 'column waiting is too large'],
    [{ query: "SELECT 'many' AS waiting" }, 'column waiting is a text, not a number'],
    [
      { query: 'SELECT count(*) AS waiting FROM orders' },
      'the query was refused: relation "orders" does not exist',
    ],
    [{ query: 'SELEC 1 AS waiting' }, 'the query was refused: syntax error at or near "SELEC"'],
    [
      { query: "SELECT ('s3cret' || id)::int AS waiting FROM jobs" },
      'what is in the tables (SQLSTATE 22P02)',
    ],
    [{ query: 'SELECT count(*) AS waiting FROM pg_authid' }, 'the role has no right to read it'],
    [{ query: 'SELECT 1 AS waiting FROM pg_sleep(60)' }, 'the query took too long and was ended'],
    [{ auth: { username: 'reader' } }, 'the server asks for a password; give auth.password'],
    [
      { auth: { username: 'stranger', password: { fromEnv: 'DB_PASSWORD' } } },
      'the password or the role is wrong',
    ],
  ])('says why there is no reading with %j', async (over, why) => {
    const reason = reasonOf(await source(over).read(never));
    expect(reason).toContain(why);
    expect(reason).not.toMatch(/r3ad|s3cret[0-9]/);
  });

  it('says that there is no such database, host or password', async () => {
    const elsewhere = `postgresql://127.0.0.1:${server.port}/shop`;
    expect(reasonOf(await source({ endpoint: elsewhere }).read(never))).toContain(
      'there is no such database',
    );
    const nowhere = 'postgresql://no-such-host.invalid/shop';
    expect(reasonOf(await source({ endpoint: nowhere, tls: 'Disable' }).read(never))).toMatch(
      /the host name/,
    );
    expect(reasonOf(await source({}, values('wrong')).read(never))).toContain(
      'the password or the role is wrong',
    );
  });

  it('uses a rotated password at once', async () => {
    const given = values('old');
    const reader = source({}, given);
    reasonOf(await reader.read(never));
    given.env['DB_PASSWORD'] = 'r3ad';
    expect(ok(await reader.read(never)).waiting).toBe(7);
    given.env['DB_PASSWORD'] = 'wrong';
    expect(reasonOf(await reader.read(never))).toContain('the password or the role is wrong');
  });

  it('comes back by itself when its table does, and when the server does', async () => {
    const reader = source();
    await server.sql('ALTER TABLE jobs RENAME TO gone');
    expect(reasonOf(await reader.read(never))).toContain('relation "jobs" does not exist');
    await server.sql('ALTER TABLE gone RENAME TO jobs');
    expect(ok(await reader.read(never)).waiting).toBe(7);
    await server.stop();
    expect(reasonOf(await reader.read(never))).toMatch(/connection refused|was closed|shutting down/);
    await server.start();
    expect(ok(await reader.read(never)).waiting).toBe(7);
  });

  it('ends the query of a read that is given up', async () => {
    const reader = source({ query: 'SELECT 1 AS waiting FROM pg_sleep(1.4)' });
    const asleep = async (): Promise<boolean> =>
      (await server.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).rows.length > 0;
    // A query may last only so long that it can be over before it is seen to run: then it is asked once more.
    await until('a query to be given up while it runs', async () => {
      const given = new AbortController();
      let outcome: unknown;
      const over = reader.read(given.signal).then(
        (reading) => {
          outcome = reading;
        },
        (error: unknown) => {
          outcome = error;
        },
      );
      await until('the query to run', async () => outcome !== undefined || (await asleep()));
      given.abort(new Error('enough'));
      await over;
      return outcome === given.signal.reason;
    });
    await until('the query to end', async () => !(await asleep()));
  });

  describe('with TLS', () => {
    it('is read when its authority is given, and only then', async () => {
      const { certFile } = server.certificate;
      expect(ok(await source({ tls: 'VerifyFull', caFile: certFile }).read(never)).waiting).toBe(7);
      expect(ok(await source({ caFile: certFile }).read(never)).waiting).toBe(7);
      expect(ok(await source({ tls: 'Require' }).read(never)).waiting).toBe(7);
      expect(reasonOf(await source({ tls: 'VerifyFull' }).read(never))).toMatch(/certificate .*self-signed/);
    });

    it('is really encrypted', async () => {
      const query = 'SELECT count(*) AS waiting FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl';
      expect(ok(await source({ query, tls: 'Require' }).read(never)).waiting).toBe(1);
      expect(ok(await source({ query, tls: 'Disable' }).read(never)).waiting).toBe(0);
    });

    it('asks whether the certificate is for this host, unless told that the authority is enough', async () => {
      const { certFile } = server.certificate;
      const endpoint = `postgresql://localhost:${server.port}/postgres`;
      expect(reasonOf(await source({ endpoint, caFile: certFile }).read(never))).toContain(
        'for another host name',
      );
      expect(ok(await source({ endpoint, caFile: certFile, tls: 'VerifyCA' }).read(never)).waiting).toBe(7);
    });
  });
});
