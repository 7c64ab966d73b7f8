// test support: ports for programs that cannot be told to take any. What the kernel hands out (`listen(0)`, and the near end of
// every connection) could be given to somebody else before the program listens, or where nobody is to listen at all.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below what kernels hand out (from 32768), and below what the embedded Marathon gives to tasks (from 31000). */
const FIRST = 20_000;
const BLOCKS = 220;
/** The first port of a block is held by the process that hands out the others. */
const BLOCK = 50;

/** Any number of processes begin at different blocks: coprime to `BLOCKS`. */
const STRIDE = 37;

let ours: { readonly first: number; used: number } | undefined;
let begun: Promise<unknown> = Promise.resolve();

/** A port of `host` where nobody listens, and that nobody else is given while this process lives. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const port = begun.then(() => nextPort(host));
  begun = port.catch(() => undefined);
  return await port;
}

async function nextPort(host: string): Promise<number> {
  for (;;) {
    if (ours === undefined || ours.used === BLOCK - 1) ours = { first: await holdBlock(), used: 0 };
    ours.used += 1;
    const port = ours.first + ours.used;
    const server = await listening(port, host);
    if (server === undefined) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** The first port of a block that no other process holds. The kernel lets go of it when this process ends. */
async function holdBlock(): Promise<number> {
  for (let i = 0; i < BLOCKS; i++) {
    const first = FIRST + BLOCK * ((process.pid * STRIDE + i) % BLOCKS);
    const holder = await listening(first, '127.0.0.1');
    if (holder === undefined) continue;
    holder.unref();
    return first;
  }
  throw new Error(`all ${BLOCKS} blocks of ports from ${FIRST} are held by others`);
}

/** Undefined where somebody else listens. */
async function listening(port: number, host: string): Promise<Server | undefined> {
  const server = createServer().listen({ port, host, exclusive: true });
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
