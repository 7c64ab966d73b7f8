// server: what a request to the Kubernetes-shaped API is about, from its path (kube-apiserver's `RequestInfo`).

import { defined } from '../../../lang/defined.ts';
import { badRequest } from './failure.ts';

export interface RequestInfo {
  /** `''` for core. */
  readonly group: string;
  readonly version: string;
  /** Plural, as it stands in the path. */
  readonly resource: string;
  /** Absent: all namespaces, or a kind without. */
  readonly namespace?: string;
  /** Absent: the collection. */
  readonly name?: string;
  readonly subresource?: string;
}

/** Undefined when the path names no resource: discovery, or nothing of Kubernetes. */
export function requestInfo(path: string): RequestInfo | undefined {
  const [root, ...segments] = path.split('/').slice(1).map(decoded);
  const group = root === 'api' ? '' : root === 'apis' ? segments.shift() : undefined;
  const [version, ...rest] = segments;
  if (group === undefined || version === undefined || rest.length === 0) return undefined;
  if (rest.some((segment) => segment === '')) return undefined;
  return { group, version, ...placeOf(rest) };
}

type Place = Omit<RequestInfo, 'group' | 'version'>;

/** `namespaces/shop` is an object, `namespaces/shop/events` a collection within it. */
function placeOf(rest: readonly string[]): Place {
  const [first = '', namespace, third] = rest;
  const isWithin = first === 'namespaces' && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  const [resource = '', name, ...below] = isWithin ? rest.slice(2) : rest;
  return {
    resource,
    ...(isWithin && namespace !== undefined && { namespace }),
    ...defined({ name }),
    ...(below.length > 0 && { subresource: below.join('/') }),
  };
}

const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`the path is not well encoded: ${segment}`);
  }
}
