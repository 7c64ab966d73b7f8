// The wire is checked against a real Prometheus, its troubles against servers that misbehave.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { metricSources } from '../../../../src/metric-sources/registry.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import {
  launchPrometheus,
  type Prometheus,
  prometheusMissing,
} from '../../../support/programs/prometheus.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { until } from '../../../support/until.ts';
import { fakeValues } from '../../../support/values.ts';
import { NOW_MS, never, ok, reasonOf, serverThat, serverWith, sourceOf } from '../../servers.ts';

function metric(endpoint: string, queries: object = { waiting: 'ready' }, over: object = {}): MetricSpec {
  return { prometheus: { endpoint, queries, ...over } };
}

const AT_S = NOW_MS / 1000;

function vector(...values: readonly string[]): string {
  const result = values.map((value) => ({ metric: {}, value: [AT_S, value] }));
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

metricSourceContract('prometheus', {
  answering: async (onCall) => sourceOf(metric(await serverWith(200, vector('7'))), { onCall }),
  failing: async () => sourceOf(metric(`http://127.0.0.1:${await freePort()}`)),
  hanging: async () => sourceOf(metric(await serverThat(() => undefined))),
  cannot: {},
});

describe('an answer of Prometheus', () => {
  it.each([
    [vector(), 'it finds nothing: the series does not exist'],
    [vector('1', '2', '3'), 'it finds 3 series; make one of them, with sum(…)'],
    [vector('NaN'), 'the answer of queries.waiting is a text, not a number'],
    [vector('+Inf'), 'the answer of queries.waiting is a text, not a number'],
    [vector('-1'), 'the answer of queries.waiting is negative (-1)'],
    [vector('1e300'), 'the answer of queries.waiting is too large'],
    [
      '{"status":"success","data":{"resultType":"matrix","result":[]}}',
      'its answer is a matrix, not a number',
    ],
    ['{"status":"success"}', 'the answer is not one of Prometheus'],
    ['[]', 'the answer is not one of Prometheus'],
    ['<html>', 'the answer is not JSON'],
  ])('%s is no reading', async (body, why) => {
    const reason = reasonOf(await sourceOf(metric(await serverWith(200, body))).read(never));
    expect(reason).toContain(why);
    expect(reason).toMatch(/^reading (query ready|queries) at 127/);
  });

  it.each([
    [
      400,
      '{"status":"error","errorType":"bad_data","error":"1:4: parse error"}',
      'refused: 1:4: parse error',
    ],
    [404, '', 'answered 404: there is no Prometheus API; check endpoint and its path'],
    [401, '', 'answered 401: the credentials are missing or were refused'],
  ])('with status %d says why', async (status, body, why) => {
    expect(reasonOf(await sourceOf(metric(await serverWith(status, body))).read(never))).toContain(why);
  });

  it('of a scalar is one, too', async () => {
    const body = JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [AT_S, '4'] } });
    expect(ok(await sourceOf(metric(await serverWith(200, body))).read(never)).waiting).toBe(4);
  });

  it('is asked for with the credential of now, so that a rotated one is used at once', async () => {
    const url = await serverThat((request, response) => {
      const isRight = request.headers.authorization === 'Bearer rotated';
      response.writeHead(isRight ? 200 : 401).end(isRight ? vector('7') : '');
    });
    const values = fakeValues({ TOKEN: 't0ken' });
    const source = sourceOf(metric(url, undefined, { auth: { token: { fromEnv: 'TOKEN' } } }), { values });
    expect(reasonOf(await source.read(never))).toContain('credentials');
    values.env['TOKEN'] = 'rotated';
    expect(ok(await source.read(never)).waiting).toBe(7);
    values.env['TOKEN'] = 'taken back';
    expect(reasonOf(await source.read(never))).not.toContain('taken back');
  });

  it('is called by its query and its server', () => {
    const label = metricSources.describe(
      metric('http://prometheus:9090/x', { waiting: 'sum(ready)' }),
      fakeValues(),
    );
    expect(label).toBe('sum(ready) at prometheus');
  });
});

describe.skipIf(prometheusMissing())('a real Prometheus', () => {
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-source-'));
  let prometheus: Prometheus;
  /** What the scraped server says; an answer without lines is a series that ends. */
  let lines = ['ready{q="a"} 2', 'ready{q="b"} 3', 'unacked 2', 'published_total 107'];
  const server = createServer((_, response) => response.end(`${lines.join('\n')}\n`));

  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(dir, { recursive: true });
    const scrape = {
      job_name: 'shop',
      // A scrape that is not answered in time ends its series.
      scrape_interval: '3s',
      scrape_timeout: '3s',
      static_configs: [{ targets: [target] }],
    };
    writeFileSync(join(dir, 'prometheus.yaml'), JSON.stringify({ scrape_configs: [scrape] }));
    prometheus = await launchPrometheus(dir);
    await until('a scrape', async () => (await prometheus.query('ready')).length === 2);
  });
  afterAll(async () => {
    await prometheus.stop();
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  });

  function source(queries: object): ReturnType<typeof sourceOf> {
    return sourceOf(metric(prometheus.url, queries), { clock: new VirtualClock(NOW_MS) });
  }

  it('tells what its queries find, and when it was scraped', async () => {
    const queries = { waiting: 'sum(ready)', inFlight: 'unacked', arrivedTotal: 'published_total' };
    const sample = ok(await source(queries).read(never));
    expect(sample).toMatchObject({ waiting: 5, inFlight: 2, arrivedTotal: 107 });
    expect(sample.asOfMs).toBeLessThanOrEqual(NOW_MS);
    expect(sample.asOfMs).toBeGreaterThan(NOW_MS - 60_000);
  });

  it('takes a count that is given for want of a series, which has no time of its own', async () => {
    const sample = ok(await source({ waiting: 'sum(never_there) or vector(0)' }).read(never));
    expect(sample).toMatchObject({ waiting: 0, asOfMs: NOW_MS });
    const asked = { waiting: 'sum(never_there) or vector(0)', asOf: 'min(timestamp(never_there))' };
    expect(reasonOf(await source(asked).read(never))).toContain('it finds nothing');
  });

  it('says that a query is wrong in its own words', async () => {
    expect(reasonOf(await source({ waiting: 'sum(' }).read(never))).toMatch(/refused: .*parse error/);
  });

  it('says of a series that is gone that it is gone, not that nothing waits', async () => {
    const gone = source({ waiting: 'unacked', total: undefined });
    expect(ok(await gone.read(never)).waiting).toBe(2);
    lines = ['ready{q="a"} 2', 'ready{q="b"} 3'];
    await until('the series to end', async () => (await prometheus.query('unacked')).length === 0);
    expect(reasonOf(await gone.read(never))).toContain('it finds nothing');
  });

  it('asks for several series to be made one', async () => {
    expect(reasonOf(await source({ waiting: 'ready' }).read(never))).toContain('it finds 2 series');
  });
});
