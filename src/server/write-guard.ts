// server: who may write through the page. Tokens are compared in constant time and never echoed.

import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '../runtime/http.ts';

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
  /** What writes from beyond this machine need; absent: they are refused. */
  readonly writeToken?: string;
}

export interface WriteRefusal {
  readonly status: 401 | 403;
  readonly message: string;
}

export interface WriteGuard {
  readonly mode: WriteMode;
  /** Why this write must not happen, or undefined. */
  refusal(request: Request): WriteRefusal | undefined;
}

export function createWriteGuard(options: WriteGuardOptions): WriteGuard {
  const { boundTo, pageToken, writeToken } = options;
  if (isLoopback(boundTo)) {
    const message = 'the page belongs to an earlier start of the operator; reload it';
    return {
      mode: 'open',
      refusal: (request) =>
        same(request.headers.get(PAGE_TOKEN_HEADER), pageToken) ? undefined : { status: 403, message },
    };
  }
  if (writeToken === undefined || writeToken === '') {
    const message =
      'this operator listens beyond its own machine and was started without a token for writes; nothing can be changed here';
    return { mode: 'off', refusal: () => ({ status: 403, message }) };
  }
  const message = 'changing something here needs the token that the operator was started with';
  return {
    mode: 'bearer',
    refusal: (request) => (same(bearerOf(request), writeToken) ? undefined : { status: 401, message }),
  };
}

function bearerOf(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
}

function same(given: string | null, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given !== null && timingSafeEqual(digest(given), digest(expected));
}
