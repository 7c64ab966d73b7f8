// test support: what may happen to a server and its queue, and how a server of our own is started that plays it.

import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { pipeline, Readable, type Writable } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface World {
  /** How many wait, as servers write numbers and what is none: `5`, `NaN`, `many`. */
  waiting: string;
  /** Whoever asks with another one is not let in. */
  password: string;
  /** Whether whoever is let in has the right to ask. */
  mayRead: boolean;
  hasQueue: boolean;
  /** How many numbers the question finds. */
  found: 0 | 1 | 2;
  /** What answers in its place: it leads elsewhere, never ends, or is a page for people. */
  answers: 'Well' | { readonly leadingTo: string } | 'WithoutEnd' | 'APage';
}

export interface Running {
  /** `127.0.0.1:1234`, after a restart the same. */
  readonly address: string;
  stop(): Promise<void>;
  /** All connections end, as when a server takes credentials back. */
  drop(): void;
  /** How much of its answers without end was taken; undefined while one is being sent. */
  sentBytes(): number | undefined;
}

/** What cannot happen to this source, with the reason. */
export interface Cannot {
  readonly cannot: string;
}

export interface StandIn {
  /** The block of a policy; its password is the variable PASSWORD. */
  block(address: string): object;
  start(world: World, port?: number): Promise<Running>;
  /** By what is written: how the reason tells it. */
  readonly numbers: Readonly<Record<'-1' | 'NaN' | '1e300' | 'many', RegExp | Cannot>>;
  readonly refused: RegExp | Cannot;
  readonly forbidden: RegExp;
  readonly lost: RegExp;
  readonly none: RegExp | Cannot;
  readonly several: RegExp | Cannot;
  readonly leadsElsewhere: RegExp | Cannot;
  readonly withoutEnd: RegExp;
  readonly aPage: RegExp | Cannot;
}

/** Numbers in words, where what is none arrives as a text. */
export const SAID = {
  '-1': /negative \(-1\)/,
  NaN: /is a text, not a number/,
  '1e300': /too large to be a count/,
  many: /is a text, not a number/,
} as const;

const ONE_NUMBER = { cannot: 'what is asked for has one number or there is no such thing' } as const;
export const NOT_A_QUERY = { none: ONE_NUMBER, several: ONE_NUMBER } as const;

/** As JSON has it: what is no number there is a text. */
export function json(text: string): string {
  return Number.isFinite(Number(text)) ? text : JSON.stringify(text);
}

/** Said of an answer over HTTP. */
export const NOT_FOLLOWED = {
  leadsElsewhere: /answered 302, a redirect/,
  withoutEnd: /the answer is larger than \d+ bytes/,
} as const;
export const NO_HTTP = { cannot: 'it is not asked over HTTP' } as const;

/** Far more than all that stands between a server and who reads from it can hold. */
export const WITHOUT_END_BYTES = 64 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, ' ');

/** @param serve one connection; what it gives to `flood` gets an answer without end */
export async function tcp(
  serve: (socket: Socket, flood: (to: Writable) => void) => void,
  port = 0,
): Promise<Running> {
  const sockets = new Set<Socket>();
  let sentBytes = 0;
  let unfinished = 0;
  function* pieces(): Generator<Buffer> {
    for (; sentBytes < WITHOUT_END_BYTES; sentBytes += PIECE.length) yield PIECE;
  }
  // As fast as it is read; whoever has had enough ends the connection.
  const flood = (to: Writable): void => {
    unfinished += 1;
    pipeline(Readable.from(pieces()), to, () => {
      unfinished -= 1;
    });
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    serve(socket, flood);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    drop();
    await closed;
  };
  onTestFinished(stop);
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop,
    drop,
    sentBytes: () => (unfinished === 0 ? sentBytes : undefined),
  };
}

export function http(world: World, serve: RequestListener, port = 0): Promise<Running> {
  let flood: (to: Writable) => void = () => undefined;
  const server = createHttpServer((request, response) => {
    const { answers } = world;
    if (answers === 'Well') return serve(request, response);
    request.resume();
    if (answers === 'APage')
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Please sign in');
    else if (answers === 'WithoutEnd') flood(response.writeHead(200, { 'content-type': 'application/json' }));
    else response.writeHead(302, { location: `http://${answers.leadingTo}/` }).end();
  });
  return tcp((socket, bySocket) => {
    flood = bySocket;
    server.emit('connection', socket);
  }, port);
}
