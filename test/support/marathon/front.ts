// test support: what may stand between an operator and its Marathon: a proxy that has good days and bad ones.

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `pass` hands on; `html` answers as a login page does, with 200; `hang` never answers; `slow` hands on late. */
export type FrontMode = 'pass' | 'html' | 'hang' | 'slow';

const LATE_MS = 400;

export interface Front {
  readonly url: string;
  /** Where requests go; may change. */
  target: string;
  /** Changes the mode and cuts the connections there are, event streams among them. */
  turn(mode: FrontMode): void;
  close(): Promise<void>;
}

export async function startFront(target: string, first: FrontMode = 'pass'): Promise<Front> {
  let mode = first;
  const server = createServer((incoming, answer) => {
    if (mode === 'html') {
      answer.writeHead(200, { 'content-type': 'text/html' });
      answer.end('<!doctype html><html><head><title>Sign in to the gateway</title></head></html>');
    } else if (mode === 'slow') {
      setTimeout(() => handOn(front.target, incoming, answer), LATE_MS);
    } else if (mode === 'pass') {
      handOn(front.target, incoming, answer);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: Front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target,
    turn: (next) => {
      mode = next;
      server.closeAllConnections();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return front;
}

function handOn(target: string, incoming: IncomingMessage, answer: ServerResponse): void {
  const { method, headers, url } = incoming;
  const onward = request(new URL(url ?? '/', target), {
    ...(method !== undefined && { method }),
    headers: { ...headers, host: new URL(target).host },
  });
  onward.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.on('error', () => answer.destroy());
    response.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  answer.on('close', () => onward.destroy());
  incoming.pipe(onward);
}
