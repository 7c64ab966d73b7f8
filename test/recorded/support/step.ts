// test support: one recorded request with its answer, played against a server.

import type { Bindings, Difference } from './compare.ts';
import { differences } from './compare.ts';
import { DELIBERATE } from './deliberate.ts';
import type { RecordedRequest } from './server.ts';
import type { Wait, WireAnswer, WireServer } from './wire.ts';

export interface RecordedStep {
  readonly request: RecordedRequest;
  readonly wait?: Wait;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The headers that are recorded; one that is not listed was not sent. */
const HEADERS = ['location', 'marathon-deployment-id', 'content-type', 'allow'] as const;

export interface Played {
  readonly answer: WireAnswer;
  /** Undefined where the difference is deliberate. */
  readonly found: readonly Difference[] | undefined;
}

export async function send(
  server: WireServer,
  { wait, request }: RecordedStep,
  bindings: Bindings,
): Promise<WireAnswer> {
  await server.wait(wait);
  return server.send(filled(request, bindings));
}

export async function play(server: WireServer, step: RecordedStep, bindings: Bindings): Promise<Played> {
  const answer = await send(server, step, bindings);
  const deliberate = DELIBERATE.some(({ concerns }) => concerns(step.request));
  const found = differences(expected(step), shown(answer), bindings);
  return { answer, found: deliberate ? undefined : found };
}

/** A request with the values of this run in place of the placeholders. */
function filled(request: RecordedRequest, bindings: Bindings): RecordedRequest {
  const { body, ...rest } = request;
  const text = (value: unknown): unknown => JSON.parse(bindings.fill(JSON.stringify(value)));
  return {
    ...(text(rest) as RecordedRequest),
    ...(body === undefined ? {} : { body: text(body) }),
  };
}

function expected({ status, headers = {}, body = null }: RecordedStep): unknown {
  return { status, headers, body: withoutParserWords(status, body) };
}

function shown({ status, headers, body }: WireAnswer): unknown {
  const sent = HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, String(value)]];
  });
  return { status, headers: Object.fromEntries(sent), body: withoutParserWords(status, body) };
}

/** What a parser says about JSON that is none is in its own words. */
function withoutParserWords(status: number, body: unknown): unknown {
  if (status !== 400 || typeof body !== 'object' || body === null || !('details' in body)) return body;
  return { ...body, details: typeof body.details };
}
