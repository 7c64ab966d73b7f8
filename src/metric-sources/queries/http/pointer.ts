// metric-sources: JSON pointers, RFC 6901.

import { isObject } from '../../../api/schema/json-schema.ts';

/** Zero or more reference tokens, each with its slash; `~` only as `~0` or `~1`. */
export const JSON_POINTER_PATTERN = '^(/([^/~]|~[01])*)*$';

/** The value that a pointer leads to; undefined when it leads to none. Own members only: a document may say anything. */
export function valueAt(document: unknown, pointer: string): unknown {
  let at = document;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = /^(0|[1-9]\d*)$/.test(name) ? at[Number(name)] : undefined;
    else at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}
