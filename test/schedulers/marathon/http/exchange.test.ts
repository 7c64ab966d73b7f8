// One exchange whose other side goes on for ever, and one that ends in an unlucky moment.

import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Transport } from '../../../../src/schedulers/marathon/http/transport.ts';

const never = new AbortController().signal;
const DEADLINE_MS = 20_000;

const started: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of started.splice(0).reverse()) await thing.close();
});

async function serverThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers).listen(0, '127.0.0.1');
  await once(server, 'listening');
  started.push({ close: () => server.close() }, { close: () => server.closeAllConnections() });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function transportTo(url: string, refused: (header: string) => boolean = () => false): Transport {
  const transport = new Transport({
    baseUrls: [url],
    authorization: { header: async () => 'token', refused },
    deadlineMs: DEADLINE_MS,
  });
  started.push(transport);
  return transport;
}

/** Never ends what it has begun to say. */
function beginsAnEndlessBody(response: ServerResponse, status: number, headers = {}): void {
  response.writeHead(status, headers).write('x');
}

describe('an exchange', () => {
  it.each([
    { what: 'a refused login', status: 401, headers: {} },
    { what: 'a redirect', status: 307, headers: { location: '/elsewhere' } },
  ])('keeps no connection on which the body of $what does not end', async ({ status, headers }) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    const url = await serverThat((request, response) => {
      asked += 1;
      if (asked > 1) return void response.end('{}');
      request.socket.once('close', resolve);
      beginsAnEndlessBody(response, status, headers);
    });
    const answer = await transportTo(url, () => true).exchange(
      url,
      { method: 'GET', path: '/v2/info' },
      never,
    );
    expect(answer.text).toBe('{}');
    await closed;
  });

  it.each([
    { what: 'as it is', encoding: 'identity', asSent: (text: string) => Buffer.from(text) },
    { what: 'compressed', encoding: 'gzip', asSent: (text: string) => gzipSync(text) },
  ])('leaves its connection to the next one when all was read, $what', async ({ encoding, asSent }) => {
    const connections = new Set<unknown>();
    const url = await serverThat((request, response) => {
      connections.add(request.socket);
      response.writeHead(200, { 'content-encoding': encoding }).end(asSent('{"apps":[1,2]}'));
    });
    const transport = transportTo(url);
    const listed = { name: 'apps', begin: () => undefined, take: () => undefined };
    for (let i = 0; i < 3; i++) {
      await transport.exchange(url, { method: 'GET', path: '/v2/info' }, never);
      await transport.exchange(url, { method: 'GET', path: '/v2/apps', listed }, never);
    }
    expect(connections.size).toBe(1);
  });

  it('ends with the reason of whoever ends it in the moment in which the body is about to be read', async () => {
    const caller = new AbortController();
    const url = await serverThat((_, response) => beginsAnEndlessBody(response, 401));
    const transport = transportTo(url, () => {
      caller.abort(new Error('the operator ends'));
      return false;
    });
    const exchange = transport.exchange(url, { method: 'GET', path: '/v2/info' }, caller.signal);
    await expect(exchange).rejects.toThrow('the operator ends');
  });

  it('reads no list that is larger than it may be, however small it was made for the way', async () => {
    const bomb = gzipSync(Buffer.alloc(257 * 2 ** 20, '{"apps":[         '), { level: 1 });
    const url = await serverThat((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(bomb);
    });
    const listed = { name: 'apps', begin: () => undefined, take: () => undefined };
    const exchange = transportTo(url).exchange(url, { method: 'GET', path: '/v2/apps', listed }, never);
    await expect(exchange).rejects.toThrow('an answer of more than 256 MiB is not read');
  });
});
