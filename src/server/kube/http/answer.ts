// server: answers with a body, and the warnings that go with them.

import { setImmediate } from 'node:timers/promises';
import type { Representation } from './representation.ts';

export interface AnswerOptions {
  readonly representation: Representation;
  readonly status?: number;
  readonly warnings?: readonly string[];
}

/** @param body in the client's representation */
export function jsonAnswer(body: object, options: AnswerOptions): Response {
  return new Response(JSON.stringify(body), headOf(options));
}

/** Of a longer body a `Response` makes two copies; what it is given piece by piece it hands on. */
const COPIED_LENGTH = 16 * 1024;

/** @param pieces of JSON: what comes in several goes out one at a time, and other work is done in between */
export function listAnswer(pieces: Iterable<Uint8Array>, options: AnswerOptions): Response {
  const rest = pieces[Symbol.iterator]();
  const [first, second] = [rest.next(), rest.next()];
  const head = headOf(options);
  if (first.done === true) return new Response('', head);
  if (second.done !== true) return new Response(streamed([first.value, second.value], rest), head);
  const { length } = first.value;
  if (length <= COPIED_LENGTH) return new Response(first.value, head);
  head.headers.set('content-length', String(length));
  return new Response(streamed([first.value], rest), head);
}

function streamed(begun: readonly Uint8Array[], rest: Iterator<Uint8Array>): ReadableStream<Uint8Array> {
  const waiting = [...begun];
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = waiting.shift() ?? (await nextOf(rest));
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}

async function nextOf(rest: Iterator<Uint8Array>): Promise<Uint8Array | undefined> {
  await setImmediate();
  const next = rest.next();
  return next.done === true ? undefined : next.value;
}

function headOf({ representation, status = 200, warnings = [] }: AnswerOptions): {
  readonly status: number;
  readonly headers: Headers;
} {
  const headers = new Headers({
    'content-type': representation.contentType,
    'cache-control': 'no-cache, private',
  });
  for (const warning of warnings) headers.append('warning', warningHeader(warning));
  return { status, headers };
}

/** RFC 7234 §5.5, code 299 and no agent, as Kubernetes writes it; headers hold no other characters. */
function warningHeader(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1_000);
  return `299 - "${plain.replace(/["\\]/g, '\\$&')}"`;
}
