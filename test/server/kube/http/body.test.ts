// The bounds of a body hold while it arrives: what is too much is neither read to its end nor parsed.

import { describe, expect, it } from 'vitest';
import { jsonBody } from '../../../../src/server/kube/http/body.ts';

const PIECE = 64 * 1024;

/** A request that sends `text` piece by piece, and how many bytes of it were taken. */
function sent(text: string): { readonly request: Request; taken: () => number } {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.subarray(at, at + PIECE));
        at += PIECE;
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request('http://x/', { method: 'POST', body, duplex: 'half' } as RequestInit);
  return { request, taken: () => at };
}

describe('jsonBody', () => {
  it.each([
    ['brackets', '['.repeat(1_400_000), /nested deeper than 64 levels/],
    ['objects in objects', '{"a":'.repeat(500_000), /nested deeper than 64 levels/],
    ['empty lists', `[${'[],'.repeat(900_000)}[]]`, /more than 200000 values/],
    ['fields', `{${'"a":1,'.repeat(400_000)}"b":1}`, /more than 200000 values/],
  ])('refuses %s before the rest of them is read', async (_, text, reason) => {
    const { request, taken } = sent(text);
    await expect(jsonBody(request)).rejects.toThrow(reason);
    expect(taken()).toBeLessThan(text.length);
  });

  it.each([
    ['brackets and commas within a text', { a: '[{,'.repeat(300_000) }],
    ['escaped quotes', { a: '\\"['.repeat(100_000), '\\': ['"'] }],
    ['64 levels', JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`)],
    ['many values', Array.from({ length: 190_000 }, (_, i) => i)],
  ])('reads %s', async (_, value) => {
    expect(await jsonBody(sent(JSON.stringify(value)).request)).toEqual(value);
  });

  it('finds __proto__ at any depth', async () => {
    await expect(jsonBody(sent('{"a":[{"__proto__":1}]}').request)).rejects.toThrow(/__proto__/);
  });
});
