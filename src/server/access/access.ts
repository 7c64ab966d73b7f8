// server: who may see and change what. On loopback everybody of this machine may do everything; beyond it, whoever has
// a token for it, or a session that began with one.

import { isLoopback } from '../../runtime/network/http.ts';
import { type Sessions, sessionIdOf } from './sessions.ts';
import type { Role, TokenBook, TokenHolder } from './tokens.ts';

export interface AccessRefusal {
  readonly status: 401 | 403;
  readonly message: string;
}

/** What somebody was let in with. */
export interface Grant {
  readonly role: Role;
  /** `machine`: everybody of this machine; `token`: in the request; `session`: a cookie of the page. */
  readonly by: 'machine' | 'token' | 'session';
  /** The token's name; of everybody of this machine none. */
  readonly name?: string;
  /** False once the token is revoked or the session is over. */
  holds(): boolean;
}

export interface Access {
  /** Whether requests need a token or a session at all. */
  readonly isGuarded: boolean;
  /** What the request is let in with, or why it is not. */
  enter(request: Request): Grant | AccessRefusal;
  /** Why the request must not be served, by the role that it needs, or undefined. */
  refusal(request: Request): AccessRefusal | undefined;
}

const NEEDS_TOKEN =
  'this operator listens beyond its own machine, so it needs a token: log in at /login, or send Authorization: Bearer TOKEN; ' +
  'microscaling token create makes one';
const UNKNOWN: AccessRefusal = {
  status: 401,
  message: 'the token is not known here; microscaling token list names those that are',
};
const OVER: AccessRefusal = { status: 401, message: 'the session is over: log in again at /login' };
export const MAY_ONLY_READ: AccessRefusal = {
  status: 403,
  message: 'the token may only read; microscaling token create --role write makes one that may write',
};

/** What everybody of this machine is let in with. */
export const EVERYBODY: Grant = { role: 'write', by: 'machine', holds: () => true };

/** @param boundTo the host that the server listens on */
export function createAccess(boundTo: string, tokens: TokenBook, sessions?: Sessions): Access {
  const isGuarded = !isLoopback(boundTo);
  const enter = (request: Request): Grant | AccessRefusal => {
    if (!isGuarded) return EVERYBODY;
    if (request.headers.has('authorization')) return byToken(request, tokens);
    return sessions === undefined ? needsToken() : bySession(request, tokens, sessions);
  };
  return {
    isGuarded,
    enter,
    refusal: (request) => {
      const entered = enter(request);
      if (isRefused(entered)) return entered;
      return entered.role === 'write' || changesNothing(request) ? undefined : MAY_ONLY_READ;
    },
  };
}

export function isRefused(entered: Grant | AccessRefusal): entered is AccessRefusal {
  return 'status' in entered;
}

function byToken(request: Request, tokens: TokenBook): Grant | AccessRefusal {
  const token = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (token === undefined) return needsToken();
  const holder = tokens.holderOf(token);
  return holder === undefined ? UNKNOWN : grant(holder, 'token', () => tokens.holderBy(holder.digest));
}

function bySession(request: Request, tokens: TokenBook, sessions: Sessions): Grant | AccessRefusal {
  const id = sessionIdOf(request);
  if (id === undefined) return needsToken();
  const look = (): TokenHolder | undefined => {
    const digest = sessions.tokenDigestOf(id);
    return digest === undefined ? undefined : tokens.holderBy(digest);
  };
  const holder = look();
  return holder === undefined ? OVER : grant(holder, 'session', look);
}

/** A token of the same content with another role is another grant. */
function grant(holder: TokenHolder, by: Grant['by'], look: () => TokenHolder | undefined): Grant {
  const { role, name } = holder;
  return { role, by, name, holds: () => look()?.role === role };
}

function needsToken(): AccessRefusal {
  return { status: 401, message: NEEDS_TOKEN };
}

export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** What is asked with a body, and changes nothing: its answer is all that comes of it. */
const QUESTIONS: ReadonlySet<string> = new Set(['/ui/replay']);

export function changesNothing(request: Request): boolean {
  return (
    isRead(request.method) || (request.method === 'POST' && QUESTIONS.has(new URL(request.url).pathname))
  );
}
