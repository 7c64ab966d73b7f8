// server: who may use the API. On loopback everybody of this machine; beyond it, whoever has a token for what they do.

import { isLoopback } from '../runtime/http.ts';
import type { Role, TokenBook } from './tokens.ts';

export interface AccessRefusal {
  readonly status: 401 | 403;
  readonly message: string;
}

export interface Access {
  /** Why the request must not be served, or undefined. */
  refusal(request: Request): AccessRefusal | undefined;
}

/** @param boundTo the host that the server listens on */
export function createAccess(boundTo: string, tokens: TokenBook): Access {
  if (isLoopback(boundTo)) return { refusal: () => undefined };
  return {
    refusal: (request) => tokenRefusal(request, isRead(request.method) ? 'read' : 'write', tokens),
  };
}

/** Why the bearer of the request's token may not do what needs `role`. */
export function tokenRefusal(request: Request, role: Role, tokens: TokenBook): AccessRefusal | undefined {
  const token = bearerOf(request);
  if (token === undefined) {
    const message =
      'this operator listens beyond its own machine, so its API needs a token: send Authorization: Bearer TOKEN; ' +
      'microscaling token create makes one';
    return { status: 401, message };
  }
  const granted = tokens.roleOf(token);
  if (granted === undefined)
    return {
      status: 401,
      message: 'the token is not known here; microscaling token list names those that are',
    };
  if (role === 'write' && granted === 'read')
    return {
      status: 403,
      message: 'the token may only read; microscaling token create --role write makes one that may write',
    };
  return undefined;
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function bearerOf(request: Request): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}
