// emulator: Marathon's routes. An id in a path is greedy (`{id+}` takes slashes) and may be followed by words,
// which the routers of web frameworks do not offer.

import { ApiError } from '../../api-error.ts';
import type { Call, Handler } from './call.ts';
import { acceptsJson } from './media-type.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RouteOptions {
  /** The path as Marathon declares it, where one of ours is a part of it: all its methods are allowed together. */
  readonly resource?: string;
  /** What it answers is not only JSON, so any `Accept` will do. */
  readonly anyType?: boolean;
}

export interface Route {
  readonly method: Method;
  readonly path: RegExp;
  readonly resource: string;
  readonly anyType: boolean;
  readonly handler: Handler;
}

/** @param pattern literal segments, `{name}` for one segment, `{name+}` for one or more */
export function route(method: Method, pattern: string, handler: Handler, options: RouteOptions = {}): Route {
  const source = pattern
    .replace(/[.*:]/g, '\\$&')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const { resource = pattern, anyType = false } = options;
  return { method, path: new RegExp(`^${source}$`), resource, anyType, handler };
}

/** In the order in which a Java set of these words comes out. */
const ALLOW_ORDER = ['HEAD', 'DELETE', 'POST', 'GET', 'OPTIONS', 'PUT', 'PATCH'];

/**
 * The first route whose path fits says what is asked for; its resource says what may be done with it.
 *
 * @throws ApiError 405 for another verb, 406 for another type than JSON, 500 when there is no such path
 */
export function dispatch(routes: readonly Route[], call: Omit<Call, 'params'>): Response | Promise<Response> {
  const path = normalPath(call.path);
  const found = routes.find((candidate) => candidate.path.test(path));
  if (found === undefined) throw new ApiError(500, 'URI not found');
  const allowed = routes.filter(({ resource }) => resource === found.resource);
  const { method } = call.request;
  if (method === 'OPTIONS') return options(allowed);
  const wanted = method === 'HEAD' ? 'GET' : method;
  const fitting = allowed.filter((candidate) => candidate.path.test(path));
  const chosen = fitting.find((candidate) => candidate.method === wanted);
  if (chosen === undefined) throw new ApiError(405, 'Method Not Allowed');
  if (!chosen.anyType && !acceptsJson(call.request.headers.get('accept')))
    throw new ApiError(406, 'Not Acceptable');
  return chosen.handler({ ...call, params: decode(chosen.path.exec(path)?.groups) });
}

function options(allowed: readonly Route[]): Response {
  const methods = new Set<string>(['OPTIONS', ...allowed.map(({ method }) => method)]);
  if (methods.has('GET')) methods.add('HEAD');
  const allow = ALLOW_ORDER.filter((method) => methods.has(method)).join(',');
  return new Response(null, { headers: { Allow: allow, 'Content-Type': 'application/json' } });
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
