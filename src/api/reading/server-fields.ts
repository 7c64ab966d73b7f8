// api: what a server writes into an object. It is no wish of anybody: where objects are read from files it counts for nothing.

import { isObject, type JsonObject } from '../schema/json-schema.ts';

/** Fields of `metadata` that only the API that keeps an object can set. */
export const SERVER_FIELDS = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generateName',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
] as const;
const SERVER_SET: ReadonlySet<string> = new Set(SERVER_FIELDS);

/** Those of them that no schema of ours knows. */
const UNKNOWN_TO_US: ReadonlySet<string> = new Set([
  'deletionGracePeriodSeconds',
  'generateName',
  'selfLink',
]);

/** Where kubectl keeps what was applied last: as large as the object itself, and nothing that is wished for. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Without what a server says about the object: as somebody would have written it. */
export function asWritten<T extends { readonly metadata?: unknown }>(object: T): T {
  const written = { ...object };
  Reflect.deleteProperty(written, 'status');
  if (!isObject(written.metadata)) return written;
  return { ...written, metadata: without(written.metadata, (field) => SERVER_SET.has(field)) };
}

/**
 * As it is validated: the status of an object never is, an empty field of `metadata` is none (`labels:`), and
 * fields of a server's are passed over.
 */
export function withoutServerFields(document: JsonObject): JsonObject {
  const { status: _, ...rest } = document;
  const { metadata } = rest;
  if (!isObject(metadata)) return rest;
  return {
    ...rest,
    metadata: without(metadata, (field, value) => value === null || UNKNOWN_TO_US.has(field)),
  };
}

function without(metadata: JsonObject, drop: (field: string, value: unknown) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([field, value]) => !drop(field, value)));
}
