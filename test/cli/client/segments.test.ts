// The record of an operator elsewhere: a segment that was removed is passed over, an operator that is gone is not.

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { OperatorClient } from '../../../src/cli/client/operator-client.ts';
import { readerOf } from '../../../src/cli/client/segments.ts';
import { headerLine } from '../../../src/recorder/codec/segment.ts';

const never = new AbortController().signal;
const SPAN = { fromMs: 0, toMs: 5_000 };
const EVENT = { e: { atMs: 2_500, type: 'Normal', reason: 'Created', object: 'app /a', message: 'm' } };
const SECOND = `${headerLine({ tier: 'minutes', operator: '1.2.3', startedAtMs: 2_000 })}\n${JSON.stringify(EVENT)}\n`;

/** What can be read of two segments, of which the second one can be had. */
async function readOf(first: RequestListener): Promise<{ events: number; notes: readonly string[] }> {
  const server = createServer((request, response) => {
    const { url = '' } = request;
    if (url.endsWith('/segments'))
      response.end(JSON.stringify({ items: [1_000, 2_000].map((ms) => ({ name: `minutes-${ms}.jsonl` })) }));
    else if (url.endsWith('minutes-2000.jsonl'))
      response.setHeader('content-type', 'application/x-ndjson').end(SECOND);
    else first(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const reader = readerOf(new OperatorClient(`http://127.0.0.1:${port}`), never);
  const notes: string[] = [];
  const how = { note: (text: string) => void notes.push(text), signal: never, happeningsOnly: true };
  const entries = await Array.fromAsync(reader.entries('minutes', SPAN, how));
  return { events: entries.length, notes };
}

it('passes over a segment that was removed since it was listed', async () => {
  const gone: RequestListener = (_, response) =>
    void response.writeHead(404).end(JSON.stringify({ kind: 'Status', message: 'there is no segment' }));
  expect(await readOf(gone)).toEqual({
    events: 1,
    notes: ['minutes-1000.jsonl is passed over: it is not there any more'],
  });
});

it.each<{ name: string; answer: RequestListener; says: RegExp }>([
  {
    name: 'ends in the middle of its answer',
    answer: (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{');
      setImmediate(() => response.destroy());
    },
    says: /the connection was lost/,
  },
  {
    name: 'takes the token no more',
    answer: (_, response) =>
      void response.writeHead(401).end(JSON.stringify({ kind: 'Status', message: 'the token is not known' })),
    says: /token/,
  },
])(
  'says so where the operator $name, and reads nothing of a record that is not whole',
  async ({ answer, says }) => {
    await expect(readOf(answer)).rejects.toThrow(says);
  },
);
