// server: the schemas of our kinds and of the metadata around them, as both versions of OpenAPI publish them.

import type { JsonObject } from '../../../api/schema/json-schema.ts';
import type { ResourceKind } from '../kinds/kinds.ts';
import { LIST_META, metaSchemas, OBJECT_META, type Reference, typeMeta } from './meta-schemas.ts';
import type { Operation } from './operations.ts';

/** Name of a kind's schema, its group turned around: `io.microscaling.v1alpha1.MicroscalingPolicy`. */
function definitionName({ group, version, kind }: ResourceKind): string {
  const home = group === '' ? 'io.k8s.api.core' : group.split('.').reverse().join('.');
  return `${home}.${version}.${kind}`;
}

/** Every schema that the kinds need, by name. */
export function definitionsOf(
  kinds: readonly ResourceKind[],
  ref: Reference,
): Readonly<Record<string, JsonObject>> {
  const ours = kinds.flatMap((kind) => [
    [definitionName(kind), objectSchema(kind, ref)] as const,
    [`${definitionName(kind)}List`, listSchema(kind, ref)] as const,
  ]);
  return { ...Object.fromEntries(ours), ...metaSchemas(ref) };
}

export function groupVersionKind({ group, version, kind }: ResourceKind): JsonObject {
  return { group, version, kind };
}

const ANY_OBJECT: JsonObject = { type: 'object' };

/** What an operation is sent: the object, or for a patch some fields of it. */
export function bodySchema(kind: ResourceKind, { action }: Operation, ref: Reference): JsonObject {
  return action === 'patch' ? ANY_OBJECT : ref(definitionName(kind));
}

/** What an operation answers: the object, a list, or a Status. */
export function answerSchema(kind: ResourceKind, { answers }: Operation, ref: Reference): JsonObject {
  if (answers === 'status') return ANY_OBJECT;
  return ref(answers === 'list' ? `${definitionName(kind)}List` : definitionName(kind));
}

const OF_KUBERNETES = new Set(['apiVersion', 'kind', 'metadata']);

/** What our schema says about Kubernetes' own three fields gives way to what Kubernetes says about them. */
function objectSchema(of: ResourceKind, ref: Reference): JsonObject {
  const { description, properties = {}, required = [] } = of.schema;
  const own = Object.entries(properties).filter(([name]) => !OF_KUBERNETES.has(name));
  const needed = required.filter((name) => !OF_KUBERNETES.has(name));
  return {
    type: 'object',
    description,
    ...(needed.length > 0 && { required: needed }),
    properties: {
      ...typeMeta,
      metadata: ref(OBJECT_META, 'Name, labels and annotations of the object.'),
      ...Object.fromEntries(own),
    },
    'x-kubernetes-group-version-kind': [groupVersionKind(of)],
  };
}

function listSchema(of: ResourceKind, ref: Reference): JsonObject {
  const kind = `${of.kind}List`;
  return {
    type: 'object',
    description: `A list of ${of.kind}.`,
    required: ['items'],
    properties: {
      ...typeMeta,
      metadata: ref(LIST_META, 'Of the list as a whole.'),
      items: { type: 'array', description: 'The objects.', items: ref(definitionName(of)) },
    },
    'x-kubernetes-group-version-kind': [{ ...groupVersionKind(of), kind }],
  };
}
