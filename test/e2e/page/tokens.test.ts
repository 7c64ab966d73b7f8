// An operator that listens beyond its own machine, and clients with and without tokens.

import { statSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { printed, run } from '../../support/programs/command.ts';
import { Laptop } from '../../support/programs/laptop.ts';

const POLICIES = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';
const POOLS = POLICIES.replace('microscalingpolicies', 'capacitypools');
const POOL = {
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'CapacityPool',
  metadata: { name: 'shared' },
  spec: { capacity: { slots: 3 } },
};

const laptop = new Laptop();
const data = laptop.path('data');
let server: string;

beforeAll(async () => {
  const operator = laptop.start([
    'run',
    '--api',
    '0.0.0.0:0',
    '--data',
    data,
    '--marathon',
    'http://127.0.0.1:1',
  ]);
  server = (await printed(operator, /operator started .*"page":"([^"]+)"/))[1] ?? '';
});
afterAll(() => laptop.end());

async function token(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['token', ...args, '--data', data]);
  expect([code, stderr]).toEqual([0, stderr]);
  return stdout.trim();
}

async function ask(method: string, path: string, bearer?: string): Promise<number> {
  const response = await fetch(`${server}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    ...(method === 'POST' && { body: JSON.stringify(POOL) }),
  });
  await response.text();
  return response.status;
}

it('lets in whoever has a token, as far as it goes, made and revoked while the operator runs', async () => {
  expect(await ask('GET', POLICIES)).toBe(401);
  expect(await ask('GET', '/healthz')).toBe(200);
  const [reader, writer] = [
    await token('create', 'reader'),
    await token('create', 'writer', '--role', 'write'),
  ];
  expect(await ask('GET', POLICIES, reader)).toBe(200);
  expect(await ask('GET', '/openapi/v3', reader)).toBe(200);
  expect(await ask('POST', POOLS, reader)).toBe(403);
  expect(await ask('POST', POOLS, writer)).toBe(201);
  expect(await ask('GET', '/openapi/v3')).toBe(401);
  expect(await token('list')).toMatch(/^NAME +ROLE +AGE\nreader +read .*\nwriter +write /);
  await token('revoke', 'writer');
  expect(await ask('DELETE', `${POOLS}/shared`, writer)).toBe(401);
  expect(statSync(data).mode & 0o077).toBe(0);
});

it('hangs up on a hundred megabytes and goes on', async () => {
  const writer = await token('create', 'big', '--role', 'write');
  const status = await upload(`${server}${POOLS}`, writer, 100 * 1024 * 1024);
  expect(status).toBe(413);
  expect(await ask('GET', POOLS, writer)).toBe(200);
});

/** The status of the answer; whatever was not taken by then is not sent. */
function upload(url: string, bearer: string, bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
    const call = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
      call.destroy();
    });
    call.on('error', reject);
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    let left = bytes;
    const send = (): void => {
      while (left > 0 && !call.destroyed) {
        left -= chunk.length;
        if (!call.write(chunk)) return;
      }
      if (left <= 0) call.end();
    };
    call.on('drain', send);
    send();
  });
}
