// server: who may write through the page. Tokens are compared in constant time and never echoed.

import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '../runtime/http.ts';
import { type AccessRefusal, tokenRefusal } from './access.ts';
import type { TokenBook } from './tokens.ts';

export const PAGE_TOKEN_HEADER = 'x-microscaling-token';

/**
 * How a page may write: `open` with the per-start token it was handed, `bearer` with a token that a person
 * types in, `off` not at all.
 */
export type WriteMode = 'open' | 'bearer' | 'off';

export interface WriteGuardOptions {
  /** The host that the server listens on. */
  readonly boundTo: string;
  /** New at every start; a page of the same origin reads it from its stream. */
  readonly pageToken: string;
  /** What writes from beyond this machine need. */
  readonly tokens: TokenBook;
}

export interface WriteGuard {
  readonly mode: WriteMode;
  /** Why this write must not happen, or undefined. */
  refusal(request: Request): AccessRefusal | undefined;
}

export function createWriteGuard({ boundTo, pageToken, tokens }: WriteGuardOptions): WriteGuard {
  if (isLoopback(boundTo)) {
    const message = 'the page belongs to an earlier start of the operator; reload it';
    return {
      mode: 'open',
      refusal: (request) =>
        same(request.headers.get(PAGE_TOKEN_HEADER), pageToken) ? undefined : { status: 403, message },
    };
  }
  const message =
    'this operator listens beyond its own machine and has no token for writes; nothing can be changed here';
  return {
    get mode() {
      return tokens.canWrite ? 'bearer' : 'off';
    },
    refusal: (request) =>
      tokens.canWrite ? tokenRefusal(request, 'write', tokens) : { status: 403, message },
  };
}

function same(given: string | null, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given !== null && timingSafeEqual(digest(given), digest(expected));
}
