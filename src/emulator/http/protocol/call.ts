// emulator: one request on its way through the API, and how answers are written.

import type { HttpBindings } from '../../../runtime/network/http.ts';
import { parseBody } from './json-body.ts';

export interface Call {
  readonly request: Request;
  readonly url: URL;
  /** As it was sent: `..` in it is for whoever reads ids. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** Absent when a request is handled in process. */
  readonly bindings: HttpBindings | undefined;
}

export type Handler = (call: Call) => Response | Promise<Response>;

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

/** An error as Jetty writes it where Marathon itself has no say: a page, not JSON. */
export function htmlError(
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const page =
    `<html>\n<head>\n<title>Error ${status}</title>\n</head>\n` +
    `<body><h2>HTTP ERROR ${status}</h2>\n<p>Reason:\n<pre>    ${reason}</pre></p></body>\n</html>\n`;
  return new Response(page, {
    status,
    headers: { 'Content-Type': 'text/html;charset=iso-8859-1', ...headers },
  });
}

export function empty(status: number): Response {
  return new Response(null, { status });
}

/** Java's parser: `true` in any letter case is true, everything else false. */
export function flag(call: Call, name: string, otherwise = false): boolean {
  const given = call.query.get(name);
  return given === null ? otherwise : given.toLowerCase() === 'true';
}

export function param(call: Call, name: string): string {
  return call.params[name] ?? '';
}

/** @throws ApiError 400 when the body is empty or not JSON */
export async function readJson(call: Call): Promise<unknown> {
  return parseBody(await call.request.text());
}

export function clientIp(call: Call): string {
  return call.bindings?.incoming.socket.remoteAddress ?? '127.0.0.1';
}
