// api: which documents are meant for us. A file may hold other programs' objects; a misspelt one of ours is none of them.

import { API_GROUP, API_VERSION } from '../policy.ts';
import { isObject, type JsonObject } from '../schema/json-schema.ts';
import { shortened } from '../validation/pointer.ts';
import { names } from '../validation/schema-errors.ts';
import { KINDS } from '../validation/validate.ts';
import { closest } from '../words/suggest.ts';

/** Whether the value is, or was meant to be, an object of ours. */
export function isOurs(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => isObject(item) && saysOurs(item));
  if (!isObject(value)) return false;
  const { apiVersion, kind } = value;
  if (apiVersion === undefined && kind === undefined) return isObject(value['spec']);
  return saysOurs(value) || !(isText(apiVersion) || isText(kind));
}

function saysOurs({ apiVersion, kind }: JsonObject): boolean {
  const group = isText(apiVersion) ? (apiVersion.split('/')[0] ?? '') : '';
  if (closest(group, [API_GROUP]) !== undefined) return true;
  const single = isText(kind) ? kind.replace(/List$/, '') : '';
  // A kind of somebody else's may sound like ours; without a group it was meant to be ours.
  const known = KINDS.some((ours) => ours === single);
  return known || (group === '' && closest(single, KINDS) !== undefined);
}

/** Of a value that is not ours. */
export function whatIsThis(value: unknown): 'foreign' | 'unknown' {
  return isObject(value) && isText(value['apiVersion']) && isText(value['kind']) ? 'foreign' : 'unknown';
}

/** Why it is not read, as a sentence. */
export function skipped(value: unknown): string {
  const read = `here are read ${names(KINDS, 'and')} (${API_VERSION})`;
  if (!isObject(value)) {
    const what = Array.isArray(value) ? 'a list' : 'a single value';
    return `${what} is skipped: ${read}`;
  }
  const { apiVersion, kind } = value;
  if (isText(apiVersion) && isText(kind))
    return `${shortened(kind)} (${shortened(apiVersion)}) is skipped: ${read}`;
  if (isText(kind)) return `${shortened(kind)} without an apiVersion is skipped: ${read}`;
  return `a document without a kind is skipped: ${read}`;
}

/** Names of objects that stand in a text that does not parse, if it is about our kinds at all. */
export function namesInText(text: string): readonly string[] {
  if (!/microscaling|capacitypool/i.test(text)) return [];
  return [...text.matchAll(/\bname["']?[ \t]*:[ \t]*["']?([a-z0-9][a-z0-9.-]*)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
