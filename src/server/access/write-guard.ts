// server: who may write through the page. Tokens are compared in constant time and never echoed.

import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type Access,
  type AccessRefusal,
  changesNothing,
  type Grant,
  isRead,
  isRefused,
  MAY_ONLY_READ,
} from './access.ts';

export const PAGE_TOKEN_HEADER = 'x-microscaling-token';

/** How a page may write: `open` with the per-start token it was given, `off` not at all. */
export type WriteMode = 'open' | 'off';

export interface WriteGuardOptions {
  readonly access: Access;
  /** New at every start; a page of the same origin reads it from its stream. */
  readonly pageToken: string;
}

export interface WriteGuard {
  /** What whoever sent this request may do. */
  modeFor(request: Request): WriteMode;
  /** Why this write must not happen, or undefined. */
  refusal(request: Request): AccessRefusal | undefined;
  /** The same for a request to the API: what a browser sent needs the page's token, what another client sent does not. */
  apiRefusal(request: Request): AccessRefusal | undefined;
}

const OTHER_START: AccessRefusal = {
  status: 403,
  message: 'the page belongs to an earlier start of the operator; reload it',
};

/** What a browser sends by itself, a cookie, is not enough to write or to ask for work: the page adds the token of this start. */
export function createWriteGuard({ access, pageToken }: WriteGuardOptions): WriteGuard {
  const otherStart = (request: Request, { by }: Grant): AccessRefusal | undefined =>
    by === 'token' || same(request.headers.get(PAGE_TOKEN_HEADER), pageToken) ? undefined : OTHER_START;
  const refusal = (request: Request): AccessRefusal | undefined => {
    const entered = access.enter(request);
    if (isRefused(entered)) return entered;
    if (entered.role !== 'write' && !changesNothing(request)) return MAY_ONLY_READ;
    return otherStart(request, entered);
  };
  const isOfBrowser = (request: Request): boolean => {
    const entered = access.enter(request);
    const bySession = !isRefused(entered) && entered.by === 'session';
    return bySession || isFromPage(request) || request.headers.has('origin');
  };
  return {
    modeFor: (request) => {
      const entered = access.enter(request);
      return !isRefused(entered) && entered.role === 'write' ? 'open' : 'off';
    },
    refusal,
    apiRefusal: (request) =>
      access.refusal(request) ??
      (isRead(request.method) || !isOfBrowser(request) ? undefined : refusal(request)),
  };
}

/** The page's scripts send the header always, whatever they have to put into it. */
export function isFromPage(request: Request): boolean {
  return request.headers.has(PAGE_TOKEN_HEADER);
}

function same(given: string | null, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given !== null && timingSafeEqual(digest(given), digest(expected));
}
