// bench: an Azure queue as far as the operator looks at one: Get Queue Metadata and Peek Messages, over HTTP.

import { type HttpServer, serve } from '../../src/runtime/network/http.ts';

export interface VisibleMessage {
  readonly id: string;
  /** ms since the epoch; told in whole seconds, as the service does. */
  readonly insertedMs: number;
}

export interface ServedQueue {
  readonly name: string;
  /** All messages, those in flight included. */
  count(): number;
  peek(most: number): readonly VisibleMessage[];
}

const ACCOUNT = 'devstoreaccount1';
const VERSION = '2026-02-06';
const MOST_PEEKED = 32;
const EXPIRES_AFTER_MS = 7 * 24 * 3600 * 1000;

export interface QueueService {
  /** With the account, as AZURE_STORAGE_QUEUE_ENDPOINT wants it. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Believes every signature: it listens on this machine only and holds nothing.
 *
 * @param nowMs the wall clock, which answers are dated by
 */
export async function serveQueue(queue: ServedQueue, nowMs: () => number): Promise<QueueService> {
  const server: HttpServer = await serve((request) => answer(request, queue, nowMs()), {
    host: '127.0.0.1',
    port: 0,
  });
  return { endpoint: `${server.url}/${ACCOUNT}`, close: () => server.close() };
}

function answer({ url, method }: Request, queue: ServedQueue, nowMs: number): Response {
  const { pathname, searchParams } = new URL(url);
  const headers = {
    Date: new Date(nowMs).toUTCString(),
    'x-ms-version': VERSION,
    'x-ms-request-id': crypto.randomUUID(),
  };
  const [account, name, part, ...rest] = pathname.split('/').slice(1);
  if (account !== ACCOUNT || name !== queue.name || rest.length > 0)
    return failure(404, 'QueueNotFound', headers);
  if (method === 'GET' && part === undefined && searchParams.get('comp') === 'metadata')
    return new Response('', {
      headers: { ...headers, 'x-ms-approximate-messages-count': String(queue.count()) },
    });
  if (method === 'GET' && part === 'messages' && searchParams.get('peekonly') === 'true') {
    const most = Number(searchParams.get('numofmessages') ?? 1);
    if (!Number.isInteger(most) || most < 1 || most > MOST_PEEKED)
      return failure(400, 'OutOfRangeQueryParameterValue', headers);
    return xml(
      200,
      `<QueueMessagesList>${queue.peek(most).map(messageXml).join('')}</QueueMessagesList>`,
      headers,
    );
  }
  return failure(400, 'UnsupportedHttpVerb', headers);
}

function messageXml({ id, insertedMs }: VisibleMessage): string {
  const inserted = new Date(insertedMs).toUTCString();
  const expires = new Date(insertedMs + EXPIRES_AFTER_MS).toUTCString();
  return (
    `<QueueMessage><MessageId>${id}</MessageId><InsertionTime>${inserted}</InsertionTime>` +
    `<ExpirationTime>${expires}</ExpirationTime><DequeueCount>0</DequeueCount><MessageText></MessageText></QueueMessage>`
  );
}

function failure(status: number, code: string, headers: Record<string, string>): Response {
  const body = `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return xml(status, body, { ...headers, 'x-ms-error-code': code });
}

function xml(status: number, body: string, headers: Record<string, string>): Response {
  return new Response(`<?xml version="1.0" encoding="utf-8"?>${body}`, {
    status,
    headers: { ...headers, 'Content-Type': 'application/xml' },
  });
}
