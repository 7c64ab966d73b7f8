// runtime: the text of an answer, no further than a bound.

import type { Readable } from 'node:stream';

/** Undefined when it is larger than `maxBytes`; then the connection is given up. */
export async function boundedText(body: Readable, maxBytes: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > maxBytes) {
      body.destroy();
      return undefined;
    }
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}
