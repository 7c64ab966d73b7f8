// Bodies of answers as servers and proxies send them: compressed, torn, long.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createScheduler, never } from '../setup.ts';

const started: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of started.splice(0).reverse()) await thing.close();
});

async function marathonThat(answers: RequestListener): Promise<string> {
  const server: Server = createServer(answers);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  started.push({ close: () => server.close() }, { close: () => server.closeAllConnections() });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function schedulerAt(url: string) {
  const scheduler = createScheduler({ urls: [url], deadlineMs: 20_000 });
  started.push(scheduler);
  return scheduler;
}

const ids = Array.from({ length: 3_000 }, (_, n) => `/shop/app-${n}`);
const apps = ids.map((id) => ({ id, instances: 0, tasks: [], labels: { größe: 'x'.repeat(400) } }));
const LIST = JSON.stringify({ apps });

describe('a list of apps', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is read when it comes as %s', async (encoding, compress) => {
    let accepted = '';
    const url = await marathonThat((request, response) => {
      accepted = String(request.headers['accept-encoding']);
      response.setHeader('content-encoding', encoding);
      response.end(compress(Buffer.from(LIST)));
    });
    const view = await schedulerAt(url).observe(ids, never);
    expect(view.apps.size).toBe(ids.length);
    expect(accepted).toContain(encoding);
  });

  it('is taken as it comes: others are heard in between', async () => {
    const url = await marathonThat((_, response) => void response.end(LIST));
    const scheduler = schedulerAt(url);
    let heard = 0;
    let isOver = false;
    const observing = scheduler.observe(ids, never).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await new Promise((turn) => setImmediate(turn));
      heard += 1;
    }
    expect((await observing).apps.get('/shop/app-2999')?.requested).toBe(0);
    // There is one turn for each part of it at least; a socket gives 64 KiB at a time.
    expect(heard).toBeGreaterThan(LIST.length / 65_536);
  });

  it('that ends in the middle is none', async () => {
    const url = await marathonThat((_, response) => {
      response.writeHead(200, { 'content-length': LIST.length * 2 });
      response.write(LIST.slice(0, 100_000), () => response.destroy());
    });
    await expect(schedulerAt(url).observe(ids, never)).rejects.toThrow(
      /the connection was closed before the answer was complete/,
    );
  });

  it('that is compressed and ends in the middle is none', async () => {
    const url = await marathonThat((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(Buffer.from(LIST)).subarray(0, 5_000));
    });
    await expect(schedulerAt(url).observe(ids, never)).rejects.toThrow(/reading \/v2\/apps: marathon/);
  });

  it('that is not JSON in one of its apps is none', async () => {
    const url = await marathonThat((_, response) => void response.end(LIST.replace('"/shop/app-7"', 'shop')));
    await expect(schedulerAt(url).observe(ids, never)).rejects.toThrow(/answered 200 with a text instead/);
  });

  it('begins with a mark of its byte order where a proxy puts one', async () => {
    const one = JSON.stringify({ apps: apps.slice(0, 1) });
    const url = await marathonThat((_, response) => void response.end(`\ufeff${one}`));
    expect((await schedulerAt(url).observe(['/shop/app-0'], never)).apps.size).toBe(1);
  });
});
