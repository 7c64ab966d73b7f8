// policy-sources/kubernetes: the JSON merge patch (RFC 7386) between two objects.

import { isDeepStrictEqual } from 'node:util';

/** What makes `after` of `before`; lists are replaced as a whole. Neither may hold null. */
export function mergePatchOf(before: object, after: object): object {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const gone = [...was.keys()].filter((name) => !is.has(name)).map((name) => [name, null]);
  const changed = [...is]
    .filter(([name, value]) => !isDeepStrictEqual(was.get(name), value))
    .map(([name, value]) => {
      const known: unknown = was.get(name);
      return [name, isMapping(known) && isMapping(value) ? mergePatchOf(known, value) : value];
    });
  return Object.fromEntries([...gone, ...changed]);
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
