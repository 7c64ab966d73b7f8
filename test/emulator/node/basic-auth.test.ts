// Who does not know the password gets nothing, wherever he asks.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { MemoryProcesses } from '../../../src/emulator/index.ts';
import { aServer, type Server } from '../support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await aServer({
    runner: new MemoryProcesses(),
    standbyPort: 0,
    credentials: { user: 'jane', password: 'a:b ü' },
  });
});
afterAll(async () => {
  await server.stop();
});

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
const PATHS = ['/ping', '/v2/apps', '/v2/events', '/slaves', '/admin/faults'];

it.each(PATHS)('%s is refused without credentials, at both nodes', async (path) => {
  for (const url of server.emulator.urls) {
    const response = await fetch(`${url}${path}`, { redirect: 'manual' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="Mesosphere"');
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  }
});

it.each([
  ['another password', basic('jane:x'), 401],
  ['another user', basic('joe:a:b ü'), 401],
  ['another scheme', 'token=abc', 401],
  ['nothing', 'Basic', 401],
  ['the pair', basic('jane:a:b ü'), 200],
  ['the scheme in small letters', basic('jane:a:b ü').replace('Basic', 'basic'), 200],
])('%s', async (_name, authorization, status) => {
  const response = await fetch(`${server.emulator.url}/v2/apps`, { headers: { authorization } });
  expect(response.status).toBe(status);
});
