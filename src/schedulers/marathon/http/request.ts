// schedulers/marathon: one request by axios, whose answer is read as its bytes come.

import { finished, type Readable } from 'node:stream';
import axios from 'axios';
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
  readonly headers: Readonly<Record<string, unknown>>;
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

  constructor(error: unknown) {
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    super(`the connection failed${code === '' ? '' : ` (${code})`}`);
    this.code = code;
    this.isReused = axios.isAxiosError(error) && isReused(error.request);
  }
}

/** @throws ConnectionFailure */
export async function send(url: URL, { agents, body, ...outgoing }: Outgoing): Promise<Incoming> {
  try {
    const { status, headers, data } = await axios.request<Readable>({
      url: url.href,
      ...outgoing,
      ...(body !== undefined && { data: body }),
      responseType: 'stream',
      validateStatus: () => true,
      maxRedirects: 0,
      // A proxy from the environment would see the credentials and could not reach a loopback address.
      proxy: false,
      ...agents,
    });
    return { status, headers, body: data };
  } catch (error) {
    throw new ConnectionFailure(error);
  }
}

/** @throws ConnectionFailure; RangeError when it is larger */
export async function textOf(body: Readable, mostBytes: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    body.on('data', (part: Buffer) => {
      length += part.length;
      parts.push(part);
      if (length > mostBytes) body.destroy(tooLarge(mostBytes));
    });
    // Also of one that is over already: who aborts it in this moment would not be heard any more.
    finished(body, { writable: false }, (error) => {
      if (error) reject(asFailure(error));
      else resolve(decoded(parts));
    });
  });
}

export function tooLarge(mostBytes: number): RangeError {
  return new RangeError(`it is larger than ${mostBytes} bytes`);
}

/** Nobody wants it: it is read, so that its connection serves on once it is at its end. */
export function passOver(body: Readable): void {
  body.on('error', () => undefined).resume();
}

/** What a reader of a body was told, without what it may hold. */
export function asFailure(error: unknown): unknown {
  return error instanceof RangeError ? error : new ConnectionFailure(error);
}

function isReused(request: unknown): boolean {
  return (
    typeof request === 'object' &&
    request !== null &&
    'reusedSocket' in request &&
    request.reusedSocket === true
  );
}

/** A text may begin with a mark of its byte order. */
export function decoded(parts: readonly Buffer[]): string {
  const [first] = parts;
  const bytes = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
