import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HttpReader } from '../../../src/metric-sources/connection/http.ts';
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
