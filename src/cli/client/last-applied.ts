// cli: what `kubectl apply` does, so that both tools may be used on one object: a three-way merge with what was applied last.

import { LAST_APPLIED } from '../../api/reading/server-fields.ts';
import { isObject, type JsonObject } from '../../api/schema/json-schema.ts';

export { LAST_APPLIED } from '../../api/reading/server-fields.ts';

/** The object with what it is noted on it, as kubectl notes it. */
export function withLastApplied(object: JsonObject): JsonObject {
  const bare = withAnnotations(object, (annotations) => {
    const { [LAST_APPLIED]: _, ...others } = annotations;
    return others;
  });
  return withAnnotations(bare, (annotations) => ({ ...annotations, [LAST_APPLIED]: `${goJson(bare)}\n` }));
}

/** What was applied last; empty where nobody noted it. */
export function lastApplied(current: JsonObject): JsonObject {
  const { metadata } = current;
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  const text = isObject(annotations) ? annotations[LAST_APPLIED] : undefined;
  if (typeof text !== 'string') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/**
 * The JSON merge patch (RFC 7386) that brings `current` to `wanted`: fields that were applied last and are not
 * wanted any more are removed, fields that somebody else set stay. Lists are replaced as a whole. Empty: nothing
 * differs. As `CreateThreeWayJSONMergePatch` of k8s.io/apimachinery `pkg/util/jsonmergepatch`.
 */
export function threeWayPatch(original: JsonObject, wanted: JsonObject, current: JsonObject): JsonObject {
  return merged(changed(wanted, current), removed(original, wanted, current));
}

/** What is wanted and is otherwise now. */
function changed(wanted: JsonObject, current: JsonObject): JsonObject {
  return entries(Object.entries(wanted), (key, value) => {
    const now = own(current, key);
    if (isObject(value) && isObject(now)) {
      const inner = changed(value, now);
      return Object.keys(inner).length === 0 ? undefined : inner;
    }
    return value === undefined || goJson(value) === goJson(now) ? undefined : value;
  });
}

/** What was applied, is not wanted any more, and is still there: as null. */
function removed(original: JsonObject, wanted: JsonObject, current: JsonObject): JsonObject {
  return entries(Object.entries(original), (key, value) => {
    const now = own(current, key);
    if (now === undefined) return undefined;
    const next = own(wanted, key);
    if (next === undefined) return null;
    if (!isObject(value) || !isObject(next) || !isObject(now)) return undefined;
    const inner = removed(value, next, now);
    return Object.keys(inner).length === 0 ? undefined : inner;
  });
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const both = entries(Object.entries(b), (key, value) => {
    const other = own(a, key);
    return isObject(other) && isObject(value) ? merged(other, value) : value;
  });
  return { ...a, ...both };
}

function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function entries(
  all: readonly (readonly [string, unknown])[],
  change: (key: string, value: unknown) => unknown,
): JsonObject {
  return Object.fromEntries(
    all.flatMap(([key, value]) => {
      const next = change(key, value);
      return next === undefined ? [] : [[key, next]];
    }),
  );
}

function withAnnotations(object: JsonObject, change: (annotations: JsonObject) => JsonObject): JsonObject {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const annotations = isObject(metadata['annotations']) ? metadata['annotations'] : {};
  return { ...object, metadata: { ...metadata, annotations: change(annotations) } };
}

/** JSON as Go's encoding/json writes a map: keys in order, and `<`, `>`, `&` escaped. Both tools must write the same. */
function goJson(value: unknown): string {
  return (JSON.stringify(value, inOrder) ?? 'null').replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function inOrder(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
