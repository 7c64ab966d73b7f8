// emulator: Marathon's routes. An id in a path is greedy (`{id+}` takes slashes) and may be followed by words,
// which the routers of web frameworks do not offer.

import { ApiError } from '../api-error.ts';
import type { Call, Handler } from './call.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  readonly method: Method;
  readonly path: RegExp;
  readonly handler: Handler;
}

/** @param pattern literal segments, `{name}` for one segment, `{name+}` for one or more */
export function route(method: Method, pattern: string, handler: Handler): Route {
  const source = pattern
    .replace(/[.*]/g, '\\$&')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { method, path: new RegExp(`^${source}$`), handler };
}

/** The first route that fits wins. @throws ApiError 405 for another verb, 500 when there is no such path */
export function dispatch(routes: readonly Route[], call: Omit<Call, 'params'>): Response | Promise<Response> {
  const path = normalPath(call.url.pathname);
  const method = call.request.method === 'HEAD' ? 'GET' : call.request.method;
  let known = false;
  for (const candidate of routes) {
    const match = candidate.path.exec(path);
    if (match === null) continue;
    known = true;
    if (candidate.method === method) return candidate.handler({ ...call, params: decode(match.groups) });
  }
  throw known ? new ApiError(405, 'Method Not Allowed') : new ApiError(500, 'URI not found');
}

/** Leading, trailing and doubled slashes mean nothing. */
function normalPath(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`;
}

function decode(groups: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decoded(value)]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
