// server: what Kubernetes asks of the metadata of an object that is written, and what it fills in by itself.

import { SERVER_FIELDS } from '../../../api/reading/server-fields.ts';
import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { defined } from '../../../lang/defined.ts';
import { badRequest, conflict, invalid } from '../http/failure.ts';
import { shownText, shownValue } from '../http/query.ts';
import { apiVersionOf, type ResourceKind } from '../kinds/kinds.ts';
import type { KubeMeta, KubeObject } from '../kinds/object.ts';
import { metadataCauses } from './metadata-rules.ts';

/** Where the request says that the object is. */
export interface Target {
  readonly namespace?: string;
  readonly name?: string;
}

const NAME = /^[a-z0-9]+((-+|\.)[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 253;
const GENERATED_LENGTH = 5;

/**
 * The object in a body, of the right kind and in the right place.
 *
 * @throws ApiFailure BadRequest
 */
export function objectIn(body: unknown, kind: ResourceKind, target: Target): KubeObject {
  const apiVersion = apiVersionOf(kind);
  const expected = `expected is a ${kind.kind} (${apiVersion}), as a JSON object`;
  if (!isObject(body)) throw badRequest(`the body is ${whatIs(body)}; ${expected}`);
  if (body['kind'] !== kind.kind || body['apiVersion'] !== apiVersion)
    throw badRequest(`the body ${whoIs(body)}; ${expected}`);
  const metadata = metadataIn(body['metadata']);
  const { name, namespace = target.namespace } = metadata;
  if (target.name !== undefined && name !== undefined && name !== target.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  if (namespace !== target.namespace)
    throw badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the request (${target.namespace})`,
    );
  const place = namespace === undefined ? {} : { namespace };
  return {
    ...body,
    apiVersion,
    kind: kind.kind,
    metadata: { ...metadata, ...place, name: name ?? target.name ?? '' },
  };
}

/** Of a body that is no object. */
function whatIs(body: unknown): string {
  if (body === undefined) return 'empty';
  if (Array.isArray(body)) return 'a list';
  if (body === null) return 'null';
  return typeof body === 'string' ? 'a text' : `the ${typeof body} ${shownValue(body)}`;
}

/** Of an object that is none of this kind. */
function whoIs({ kind, apiVersion }: JsonObject): string {
  const missing = Object.entries({ kind, apiVersion }).filter(([, value]) => value === undefined);
  if (missing.length > 0) return `has no ${missing.map(([name]) => name).join(' and no ')}`;
  if (typeof kind === 'string' && typeof apiVersion === 'string')
    return `is a ${shownText(kind)} (${shownText(apiVersion)})`;
  return `says kind ${shownValue(kind)} and apiVersion ${shownValue(apiVersion)}, which are not both names`;
}

function metadataIn(given: unknown): Partial<KubeMeta> {
  if (given === undefined || given === null) return {};
  if (!isObject(given)) throw badRequest('metadata must be an object');
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  for (const [field, value] of entries) {
    const wanted = SHAPES[field];
    if (wanted !== undefined && !wanted.fits(value))
      throw badRequest(`metadata.${field} must be ${wanted.words}`);
  }
  return Object.fromEntries(entries);
}

interface Shape {
  readonly words: string;
  fits(value: unknown): boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const TEXT: Shape = { words: 'a string', fits: isText };
const TEXTS: Shape = {
  words: 'an object whose values are strings',
  fits: (value) => isObject(value) && Object.values(value).every(isText),
};
const SHAPES: Readonly<Record<string, Shape>> = {
  name: TEXT,
  namespace: TEXT,
  generateName: TEXT,
  uid: TEXT,
  resourceVersion: TEXT,
  labels: TEXTS,
  annotations: TEXTS,
  finalizers: { words: 'a list of strings', fits: (value) => Array.isArray(value) && value.every(isText) },
};

/**
 * The metadata of a new object.
 *
 * @param random five letters and digits for `generateName`
 * @throws ApiFailure BadRequest or Invalid
 */
export function newMetadata(
  object: KubeObject,
  kind: ResourceKind,
  born: Pick<KubeMeta, 'uid' | 'creationTimestamp'> & { readonly suffix: string },
): KubeMeta {
  const { metadata } = object;
  if (metadata.resourceVersion)
    throw badRequest('resourceVersion should not be set on objects to be created');
  const generated = metadata.generateName && !metadata.name;
  const stem = metadata.generateName?.slice(0, 63 - GENERATED_LENGTH) ?? '';
  const name = generated ? `${stem}${born.suffix}` : metadata.name;
  if (name === '') throw badRequest('metadata.name: the object needs a name, or generateName');
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH) {
    const message =
      'must be lower case letters, digits, - and ., beginning and ending with a letter or digit';
    throw invalid(kind, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.name' }]);
  }
  refuseOddMetadata(metadata, kind, name);
  const { suffix: _, ...identity } = born;
  return {
    ...theirs(metadata),
    name,
    ...defined({ generateName: metadata.generateName }),
    ...identity,
    ...(kind.hasStatus && { generation: 1 }),
  };
}

/**
 * The metadata of an object that is replaced: its identity stays.
 *
 * @throws ApiFailure Conflict when another object was meant, Invalid for labels and finalizers that cannot be, or come too late
 */
export function nextMetadata(next: KubeObject, current: KubeObject, kind: ResourceKind): KubeMeta {
  const { metadata: now } = current;
  const { uid } = next.metadata;
  if (uid && uid !== now.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${now.uid}`;
    throw conflict(kind, now.name, why);
  }
  const before = new Set(now.finalizers ?? []);
  const late = (next.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (now.deletionTimestamp !== undefined && late.length > 0) {
    const message = `no new finalizers can be added if the object is being deleted, found new finalizers ${late.join(', ')}`;
    throw invalid(kind, now.name, [{ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }]);
  }
  refuseOddMetadata(next.metadata, kind, now.name);
  const kept = SERVER_FIELDS.flatMap((field) =>
    now[field] === undefined ? [] : [[field, now[field]] as const],
  );
  return { ...theirs(next.metadata), name: now.name, ...Object.fromEntries(kept) };
}

function refuseOddMetadata(metadata: KubeMeta, kind: ResourceKind, name: string): void {
  const causes = metadataCauses(metadata);
  if (causes.length > 0) throw invalid(kind, name, causes);
}

/** What clients may write, without empty leftovers: what only the API sets is passed over. */
function theirs(metadata: KubeMeta): KubeMeta {
  const ours: ReadonlySet<string> = new Set(SERVER_FIELDS);
  const entries = Object.entries(metadata).filter(
    ([field, value]) => !ours.has(field) && !isEmptyList(value),
  );
  return Object.fromEntries(entries) as KubeMeta;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
