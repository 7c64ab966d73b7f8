// server: in which shape a client wants its answer: the objects themselves, a table of them, or their metadata alone.

import type { JsonObject } from '../../../api/schema/json-schema.ts';
import type { ResourceKind } from '../kinds/kinds.ts';
import { type AcceptedType, acceptedTypes } from './accept.ts';
import { listBytes } from './list-bytes.ts';
import { queryOf, wordIn } from './query.ts';
import { type IncludeObject, type MetaVersion, partialMetadata, tableOf } from './table.ts';

/** A list of Kubernetes; `metadata` has `resourceVersion`, `continue`, `remainingItemCount`. */
export interface ObjectList extends JsonObject {
  readonly metadata: JsonObject;
  readonly items: readonly JsonObject[];
}

export interface Representation {
  /** Of answers that are not a watch; one is `application/json`, line by line. */
  readonly contentType: string;
  /** One object, alone or in an event of a watch. */
  item(object: JsonObject): JsonObject;
  /** As JSON in UTF-8, in pieces. */
  list(list: ObjectList): Iterable<Uint8Array>;
}

/** The answer for a client that accepts nothing of it. */
export const AVAILABLE_TYPES =
  'application/json, application/json;as=Table;g=meta.k8s.io;v=v1, application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const PLAIN: Representation = {
  contentType: 'application/json',
  item: (object) => object,
  list: listBytes,
};

/**
 * The first shape of the client's `Accept` that there is, undefined when there is none (protobuf alone): 406.
 * `?includeObject=` says what the rows of a table carry.
 */
export function representationOf(
  request: Request,
  kind: ResourceKind,
  nowMs: () => number,
): Representation | undefined {
  for (const type of acceptedTypes(request.headers.get('accept'))) {
    const wanted = shapeOf(type);
    if (wanted === undefined) continue;
    if (wanted.shape === 'object') return PLAIN;
    if (wanted.shape === 'metadata') return metadataOnly(wanted.version);
    const query = queryOf(new URL(request.url));
    const includeObject = wordIn(query, 'includeObject', INCLUDED) ?? 'Metadata';
    return table(kind, nowMs, { version: wanted.version, includeObject });
  }
  return undefined;
}

interface Shape {
  readonly shape: 'object' | 'table' | 'metadata';
  readonly version: MetaVersion;
}

function shapeOf({ type, parameters }: AcceptedType): Shape | undefined {
  if (!['application/json', 'application/*', '*/*'].includes(type)) return undefined;
  const as = parameters.get('as');
  if (as === undefined) return { shape: 'object', version: 'v1' };
  const version = parameters.get('v');
  if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  if (as === 'Table') return { shape: 'table', version };
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
    return { shape: 'metadata', version };
  return undefined;
}

const INCLUDED = ['None', 'Metadata', 'Object'] as const satisfies readonly IncludeObject[];

function table(
  kind: ResourceKind,
  nowMs: () => number,
  options: { readonly version: MetaVersion; readonly includeObject: IncludeObject },
): Representation {
  const show = (metadata: JsonObject, objects: readonly JsonObject[]): JsonObject =>
    tableOf(kind, { metadata, objects }, { ...options, nowMs: nowMs() });
  return {
    contentType: `application/json;as=Table;g=meta.k8s.io;v=${options.version}`,
    item: (object) => show({ resourceVersion: resourceVersionOf(object) }, [object]),
    list: ({ metadata, items }) => [Buffer.from(JSON.stringify(show(metadata, items)))],
  };
}

function metadataOnly(version: MetaVersion): Representation {
  return {
    contentType: `application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=${version}`,
    item: (object) => partialMetadata(object, version),
    list: ({ metadata, items }) =>
      listBytes({
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${version}`,
        metadata,
        items: items.map((item) => partialMetadata(item, version)),
      }),
  };
}

function resourceVersionOf(object: JsonObject): unknown {
  return (object['metadata'] as JsonObject | undefined)?.['resourceVersion'] ?? '';
}
