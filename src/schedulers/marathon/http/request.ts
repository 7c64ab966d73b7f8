// schedulers/marathon: one request by Node's own client, whose connections say whether they had been idle.

import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import type { Agents } from './agents.ts';

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agents: Agents;
  /** Ends the exchange, also while the body comes. */
  readonly signal: AbortSignal;
}

export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it was before it was compressed. Somebody has to read it, or to give it up. */
  readonly body: Readable;
}

/** Nothing came back, or not all of it. Holds neither the request nor what it was caused by: both have credentials in them. */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  /** `ECONNREFUSED` and the like; empty where there is none. */
  readonly code: string;
  /** The connection had been idle before. */
  readonly isReused: boolean;

  constructor(error: unknown, isReused: boolean) {
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    super(`the connection failed${code === '' ? '' : ` (${code})`}`);
    this.code = code;
    this.isReused = isReused;
  }
}

/** Node adds no encodings by itself. */
const ENCODINGS = { 'Accept-Encoding': 'gzip, deflate, br' };

/** @throws ConnectionFailure */
export async function send(url: URL, { agents, body, headers, ...outgoing }: Outgoing): Promise<Incoming> {
  const isSecure = url.protocol === 'https:';
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const options = {
    ...outgoing,
    agent: isSecure ? agents.httpsAgent : agents.httpAgent,
    headers: { ...ENCODINGS, ...headers, ...length },
  };
  return await new Promise((resolve, reject) => {
    const request = (isSecure ? requestHttps : requestHttp)(url, options, (response) => {
      const { statusCode: status = 0, headers: received } = response;
      resolve({ status, headers: received, body: decompressed(response) });
    });
    // Until the connection is closed: what breaks while the body comes is told to its reader, and here.
    request.on('error', (error) => reject(new ConnectionFailure(error, request.reusedSocket)));
    request.end(body);
  });
}

/** @throws ConnectionFailure; RangeError when it is larger */
export async function textOf(body: Readable, mostBytes: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    body.on('data', (part: Buffer) => {
      length += part.length;
      parts.push(part);
      if (length > mostBytes) body.destroy(new RangeError(`it is larger than ${mostBytes} bytes`));
    });
    body.once('end', () => resolve(decoded(parts)));
    body.once('error', (error) => reject(asFailure(error)));
  });
}

/** Nobody wants it: it is read to its end, so that its connection serves on. */
export function passOver(body: Readable): void {
  body.on('error', () => undefined).resume();
}

/** What a reader of a body was told, without what it may hold. */
export function asFailure(error: unknown): unknown {
  return error instanceof RangeError ? error : new ConnectionFailure(error, false);
}

function decompressed(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding'];
  const made =
    encoding === 'br'
      ? createBrotliDecompress()
      : encoding && encoding !== 'identity'
        ? createUnzip()
        : undefined;
  if (made === undefined || response.statusCode === 204) return response;
  // Its reader is told of a failure by the stream itself.
  return pipeline(response, made, () => undefined);
}

/** A text may begin with a mark of its byte order. */
export function decoded(parts: readonly Buffer[]): string {
  const [first] = parts;
  const bytes = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
