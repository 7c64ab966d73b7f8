// It runs what it is told, so web pages must not be able to tell it anything.

import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aServer, type Server } from './support/server.ts';

let server: Server;
beforeAll(async () => {
  server = await aServer();
});
afterAll(async () => {
  await server.stop();
});

const body = JSON.stringify({ id: '/a', cmd: 'sleep 1000' });

function ask(method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = server.emulator;
    const call = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end(method === 'GET' || method === 'DELETE' ? undefined : body);
  });
}

it.each([
  ['a form', 'POST', '/v2/apps', { 'content-type': 'text/plain' }, 415],
  [
    'a page elsewhere',
    'POST',
    '/v2/apps',
    { 'content-type': 'application/json', origin: 'http://evil.example' },
    403,
  ],
  ['a rebound name', 'POST', '/v2/apps', { 'content-type': 'application/json', host: 'evil.example' }, 403],
  ['a rebound name that reads', 'GET', '/v2/apps', { host: 'evil.example:80' }, 403],
  [
    'a rebound name that listens',
    'GET',
    '/v2/events',
    { host: 'evil.example', accept: 'text/event-stream' },
    403,
  ],
  ['a page elsewhere that deletes', 'DELETE', '/v2/apps/a', { origin: 'http://evil.example' }, 403],
  ['a client', 'POST', '/v2/apps', { 'content-type': 'application/json' }, 201],
  ['a client that deletes without a type', 'DELETE', '/v2/apps/a', {}, 200],
])('%s', async (_name, method, path, headers: Record<string, string>, status) => {
  expect(await ask(method, path, headers)).toBe(status);
});
