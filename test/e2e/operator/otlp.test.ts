// The operator beside an OpenTelemetry collector, or beside one that never answers.

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Laptop, untilCount } from '../../support/programs/laptop.ts';
import { busyWorker, policyText, rest } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

/** What was sent to a path, all of it; names stand in protobuf as they are. */
interface Received {
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly token: string | string[] | undefined;
  readonly body: string;
}

let laptop: Laptop;
let collector: Server;
let received: Received[];
let answers: boolean;

beforeEach(async () => {
  laptop = new Laptop();
  received = [];
  answers = true;
  collector = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('latin1');
    const { url: path, headers } = request;
    received.push({ path, type: headers['content-type'], token: headers['x-token'], body });
    if (answers) response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
});
afterEach(async () => {
  await laptop.end();
  collector.closeAllConnections();
  collector.close();
});

async function started() {
  mkdirSync(laptop.path('policies'));
  writeFileSync(laptop.path('policies', 'shop.yaml'), policyText('shop', 6, busyWorker(10), rest()));
  const marathon = await laptop.marathon();
  const { port } = collector.address() as AddressInfo;
  const operator = await laptop.operator({
    policies: laptop.path('policies'),
    marathon: marathon.url,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-token=s3cret',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_SERVICE_NAME: 'scaler-of-the-shop',
    },
  });
  await untilCount(marathon, '/shop/worker', 5);
  return operator;
}

describe('OpenTelemetry', () => {
  it('gets metrics and traces of rounds, and no secret is said', async () => {
    const operator = await started();
    const sent = (path: string, ...words: readonly string[]) =>
      until(`${words} at ${path}`, async () =>
        received.find((each) => each.path === path && words.every((word) => each.body.includes(word))),
      );
    const metrics = await sent('/v1/metrics', 'microscaling_app_running_instances', '/shop/worker');
    const traces = await sent('/v1/traces', 'round', 'default/shop', 'decision', 'GET apps');
    for (const { type, token, body } of [metrics, traces]) {
      expect({ type, token }).toEqual({ type: 'application/x-protobuf', token: 's3cret' });
      expect(body).toContain('scaler-of-the-shop');
    }
    expect(operator.command.stderr() + operator.command.stdout()).not.toContain('s3cret');
  });

  it('keeps nobody from leaving by never answering', async () => {
    answers = false;
    const operator = await started();
    await until('both signals to wait for an answer', async () =>
      ['/v1/metrics', '/v1/traces'].every((path) => received.some((each) => each.path === path)),
    );
    operator.command.child.kill('SIGTERM');
    expect(await operator.command.ended).toBe(0);
  });
});
