import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HttpReader } from '../../../src/metric-sources/connection/http.ts';
import { until } from '../../support/until.ts';
import { never } from '../servers.ts';

async function started(): Promise<{ readonly server: Server; readonly baseUrl: string }> {
  const server = createServer((request, response) => {
    if (request.url !== '/silent') response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it('asks for ten readers of a server over two connections at most, which the last of them closes', async () => {
  const { server, baseUrl } = await started();
  const sockets = new Set<unknown>();
  const ends: Promise<unknown>[] = [];
  server.on('connection', (socket) => {
    sockets.add(socket);
    ends.push(once(socket, 'close'));
  });
  const readers = Array.from({ length: 10 }, () => new HttpReader({ baseUrl }));
  for (const reader of readers) await reader.get({ what: 'a', path: '/a' }, never);
  // The next question may come before the last answer is wholly taken.
  expect(sockets.size).toBeLessThanOrEqual(2);

  const [last, ...others] = readers;
  await Promise.all(others.map((reader) => reader.close()));
  await last?.get({ what: 'a', path: '/a' }, never);
  expect(sockets.size).toBeLessThanOrEqual(2);
  await last?.close();
  await Promise.all(ends);
});

it('ends its own question when it is closed, and nobody else’s', async () => {
  const { server, baseUrl } = await started();
  const [one, other] = [new HttpReader({ baseUrl }), new HttpReader({ baseUrl })];
  const asked = once(server, 'request');
  const silent = expect(one.get({ what: 'a', path: '/silent' }, never)).rejects.toThrow(/closed/);
  await asked;
  await one.close();
  await silent;
  expect((await other.get({ what: 'a', path: '/a' }, never)).text).toBe('{}');
  await other.close();
});

it('asks nothing any more once it is closed', async () => {
  const { baseUrl } = await started();
  const reader = new HttpReader({ baseUrl });
  await reader.close();
  await expect(reader.get({ what: 'a', path: '/a' }, never)).rejects.toThrow(/closed/);
});

it('answers a reader although hundreds of others on its server get no answer, whose connections end with them', async () => {
  const { server, baseUrl } = await started();
  const silentSockets = new Set<Socket>();
  server.on('request', ({ url, socket }) => {
    if (url !== '/silent') return;
    silentSockets.add(socket);
    socket.once('close', () => silentSockets.delete(socket));
  });
  const hanging = Array.from({ length: 300 }, () => new HttpReader({ baseUrl }));
  const rounds = [new AbortController(), new AbortController()];
  const asked: Promise<unknown>[] = [];
  for (const { signal } of rounds) {
    for (const each of hanging) asked.push(each.get({ what: 'a', path: '/silent' }, signal).catch(() => 0));
    const expected = asked.length === 300 ? 256 : 600;
    await until('they hang', () => silentSockets.size === expected);
  }

  const other = new HttpReader({ baseUrl });
  expect((await other.get({ what: 'a', path: '/a' }, never)).text).toBe('{}');

  for (const round of rounds) round.abort();
  await Promise.all(asked);
  await until('their connections are closed', () => silentSockets.size === 0);
  await Promise.all([other, ...hanging].map((each) => each.close()));
});
