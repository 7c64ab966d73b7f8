// runtime: the bridge from a `Request -> Response` function to a listening port, and the guard that keeps web pages out.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { TerminalError } from '../errors.ts';
import { isLoopback } from './loopback.ts';

export { isLoopback } from './loopback.ts';

/** Node's own objects behind a request, for streams that must control framing. */
export interface HttpBindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

export type HttpHandler = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`, the host as a client would write it. */
  readonly url: string;
  /** Stops listening and ends every open connection. Idempotent. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** When the port is taken, take any free one instead of failing. */
  readonly anyPortWhenTaken?: boolean;
}

/**
 * Longer than clients keep a connection that they do not use (Go's 90 s): one that the server closes may be closed just as
 * the next request is on its way, and a write that is answered by a reset is one of which nobody knows what came of it.
 */
const IDLE_MS = 100_000;

/** Listens; throws TerminalError that says who wanted which port and what to do when it is taken. */
export async function serve(handler: HttpHandler, options: ServeOptions): Promise<HttpServer> {
  const listener = getRequestListener((request, env) => handler(request, env as HttpBindings), {
    overrideGlobalObjects: false,
  });
  const server = createServer({ keepAliveTimeout: IDLE_MS }, (incoming, outgoing) => {
    void listener(incoming, outgoing);
  });
  const port = await listen(server, options);
  return {
    host: options.host,
    port,
    url: `http://${authority(options.host, port)}`,
    close: () => close(server),
  };
}

async function listen(server: Server, options: ServeOptions): Promise<number> {
  try {
    return await listenOn(server, options.host, options.port);
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (error.code === 'EADDRINUSE' && options.anyPortWhenTaken)
      return await listenOn(server, options.host, 0);
    const what = `listening on ${authority(options.host, options.port)}`;
    const why =
      error.code === 'EADDRINUSE'
        ? 'the port is taken by another program; stop it or choose another port'
        : error.message;
    throw new TerminalError(`${what}: ${why}`, { cause: error });
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(error);
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function authority(host: string, port: number): string {
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return isIP(shown) === 6 ? `[${shown}]:${port}` : `${shown}:${port}`;
}

/** Why a request must not be served, or undefined. */
export interface Refusal {
  readonly status: 403 | 415;
  readonly message: string;
}

/**
 * Keeps web pages from driving a loopback server: DNS rebinding shows in `Host`, cross-site requests in
 * `Origin`, and forms cannot send `application/json`.
 *
 * @param boundTo the host that the server listens on; beyond loopback any `Host` is possible and only `Origin` is compared with it
 */
export function crossSiteRefusal(request: Request, boundTo: string): Refusal | undefined {
  const host = request.headers.get('host') ?? '';
  if (isLoopback(boundTo) && !isLoopback(hostname(host))) {
    return {
      status: 403,
      message: `Host '${host}' is not an address of this machine; use 127.0.0.1 or localhost`,
    };
  }
  const origin = request.headers.get('origin');
  if (origin !== null && !isOwnOrigin(origin, host, boundTo)) {
    return { status: 403, message: `requests from the web page '${origin}' are not allowed` };
  }
  return isWrite(request) ? contentTypeRefusal(request) : undefined;
}

/** Beyond loopback a proxy may stand before it that speaks TLS with the browser. */
function isOwnOrigin(origin: string, host: string, boundTo: string): boolean {
  const own = [`http://${host}`, ...(isLoopback(boundTo) ? [] : [`https://${host}`])];
  return own.some((each) => each.toLowerCase() === origin.toLowerCase());
}

function isWrite(request: Request): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
}

function contentTypeRefusal(request: Request): Refusal | undefined {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json' || type?.endsWith('+json')) return undefined;
  const hasBody =
    request.headers.has('transfer-encoding') || Number(request.headers.get('content-length') ?? 0) > 0;
  if (request.method === 'DELETE' && !hasBody && request.headers.get('origin') === null) return undefined;
  return { status: 415, message: 'writes need Content-Type: application/json' };
}

function hostname(host: string): string {
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d+$/, '');
}
