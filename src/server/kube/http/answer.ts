// server: answers with a body, and the warnings that go with them.

import type { Representation } from './representation.ts';

export interface AnswerOptions {
  readonly representation: Representation;
  readonly status?: number;
  readonly warnings?: readonly string[];
}

/** @param body in the client's representation; text is JSON already */
export function jsonAnswer(
  body: object | string,
  { representation, status = 200, warnings = [] }: AnswerOptions,
): Response {
  const headers = new Headers({
    'content-type': representation.contentType,
    'cache-control': 'no-cache, private',
  });
  for (const warning of warnings) headers.append('warning', warningHeader(warning));
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
}

/** RFC 7234 §5.5, code 299 and no agent, as Kubernetes writes it; headers hold no other characters. */
function warningHeader(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1_000);
  return `299 - "${plain.replace(/["\\]/g, '\\$&')}"`;
}
