// What lies between a client and an engine: it loses an answer, or everything for a while.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface EngineProxy {
  /** `unix://…` */
  readonly host: string;
  /** What was asked so far: what would change something, and what asks how it is. */
  asked(): { readonly writes: number; readonly lists: number };
  /** The next request that is like this is carried out, and its answer lost. */
  loseAnswerTo(path: RegExp): void;
  /** The next request that is like this waits until `act` is through. */
  before(path: RegExp, act: () => Promise<unknown>): void;
  /** Ends every connection, and takes none until the result is called. */
  cut(): () => void;
  close(): Promise<void>;
}

export async function engineProxy(to: string): Promise<EngineProxy> {
  const dir = mkdtempSync(join(tmpdir(), 'engine-proxy-'));
  const socketPath = to.replace(/^unix:\/\//, '');
  let lost: RegExp | undefined;
  let isCut = false;
  let held: { readonly path: RegExp; readonly act: () => Promise<unknown> } | undefined;
  let [writes, lists] = [0, 0];
  const server = createServer(async (incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    if (method !== 'GET') writes += 1;
    else if (!/\/events(\?|$)/.test(url)) lists += 1;
    if (held?.path.test(`${method} ${url}`) === true) {
      const { act } = held;
      held = undefined;
      await act();
    }
    const forward = request({ socketPath, method, path: url, headers }, (answer) => {
      if (lost?.test(`${method} ${url}`) === true) {
        lost = undefined;
        answer.resume().once('end', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    forward.on('error', () => incoming.socket.destroy());
    outgoing.once('close', () => forward.destroy());
    incoming.pipe(forward);
  });
  server.on('connection', (socket) => {
    if (isCut) socket.destroy();
  });
  server.listen(join(dir, 's'));
  await once(server, 'listening');
  return {
    host: `unix://${dir}/s`,
    asked: () => ({ writes, lists }),
    loseAnswerTo: (path) => {
      lost = path;
    },
    before: (path, act) => {
      held = { path, act };
    },
    cut: () => {
      isCut = true;
      server.closeAllConnections();
      return () => {
        isCut = false;
      };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
