// `microscaling read` as a person types it, against a real Azurite and an endpoint of our own.

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../support/programs/azurite.ts';
import { run, start } from '../../support/programs/command.ts';
import { Laptop } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

const laptop = new Laptop();
let azurite: Azurite;
let url: string;
const server = createServer((request, response) => {
  if (request.url === '/lost') response.writeHead(404).end();
  else response.end(JSON.stringify({ ready: 5, unacked: 2, done: 100 }));
});

beforeAll(async () => {
  azurite = await startAzurite();
  const queue = azurite.queue('orders');
  await queue.create();
  for (let i = 0; i < 7; i++) await queue.sendMessage(`${i}`);
  await queue.receiveMessages({ numberOfMessages: 2, visibilityTimeout: 600 });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await azurite.stop();
  await laptop.end();
});

function policyWith(name: string, metrics: readonly object[]): string {
  const path = laptop.path(`${name}.yaml`);
  const apps = metrics.map((metric, i) => ({
    name: `app-${i}`,
    priority: i + 1,
    targets: [{ queueLength: 50, metric }],
    app: { cmd: 'sleep 60' },
  }));
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name },
      spec: { capacity: { slots: 10 }, apps },
    }),
  );
  return path;
}

const orders = { azureStorageQueue: { queueName: 'orders' } };
const http = (path: string): object => ({
  http: {
    url: `${url}${path}`,
    pointers: { waiting: '/ready', inFlight: '/unacked', completedTotal: '/done' },
  },
});

describe('microscaling read', () => {
  it('prints what every metric says, what waits and what is in flight apart, and what a read costs', async () => {
    const file = policyWith('both', [orders, http('/')]);
    const { code, stdout, stderr } = await run(['read', '-f', file, '-o', 'json'], {
      env: azurite.env('orders'),
    });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      metrics: [
        {
          policy: 'default/both',
          app: '/both/app-0',
          target: 'queueLength 50',
          metric: 'queue orders',
          state: 'ok',
          waiting: 5,
          inFlight: 2,
          oldestAgeMs: expect.any(Number),
          ageMs: expect.any(Number),
          ms: expect.any(Number),
          firstMs: expect.any(Number),
          calls: 2,
        },
        expect.objectContaining({ metric: `${url}`, waiting: 5, inFlight: 2, completedTotal: 100, calls: 1 }),
      ],
    });
  });

  it('says of each metric that cannot be read why, reads the others, and ends with 1', async () => {
    const file = policyWith('some', [http('/lost'), http('/'), orders]);
    const { code, stdout } = await run(['read', '-f', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^APP +TARGET +METRIC +WAITING +IN FLIGHT +COMPLETED +AGE +COST\n\/some\/app-1 /);
    expect(stdout).toMatch(
      /not read {2}\/some\/app-0, queueLength 50: reading \/lost at .*: answered 404: there is no/,
    );
    expect(stdout).toMatch(/not read {2}\/some\/app-2, .* variable AZURE_STORAGE_ACCOUNT_NAME is not set/);
  });

  it('goes on with -w until it is stopped', async () => {
    const running = start(['read', '-f', policyWith('on', [http('/')]), '-w', '-o', 'json']);
    await until('two readings', () => running.stdout().split('\n').length > 2);
    running.child.kill('SIGINT');
    await running.ended;
    for (const line of running.stdout().trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ metrics: [{ waiting: 5, inFlight: 2 }] });
  });

  it('keeps an untrusted file from an endpoint that is not allowed', async () => {
    const file = policyWith('far', [http('/')]);
    const refused = await run(['read', '-f', file, '--untrusted']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`--allow-endpoint '${url}'`);
  });
});
