// server: OpenAPI v2 of all groups in one, as kubectl before 1.27 reads it.

import { isObject, type JsonObject, mapValues } from '../../../api/schema/json-schema.ts';
import { defined } from '../../../lang/defined.ts';
import type { ResourceKind } from '../kinds/kinds.ts';
import { answerSchema, bodySchema, definitionsOf, groupVersionKind } from './definitions.ts';
import type { Reference } from './meta-schemas.ts';
import { type Operation, pathItems } from './operations.ts';

const ref: Reference = (name, description) => ({
  ...defined({ description }),
  $ref: `#/definitions/${name}`,
});

export function openApiV2(kinds: readonly ResourceKind[], version: string): JsonObject {
  return {
    swagger: '2.0',
    info: { title: 'microscaling', version },
    paths: pathItems(kinds, spelled),
    definitions: mapValues(definitionsOf(kinds, ref), plainer),
  };
}

/**
 * Without what version 2 does not know, and without the fields of an object that may have others: kubectl
 * would refuse the others. Kubernetes publishes a custom resource in the same way.
 */
function plainer(schema: JsonObject): JsonObject {
  const { oneOf: _, allOf: __, ...known } = schema;
  const { properties, items, additionalProperties, ...rest } = known;
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return rest;
  return {
    ...rest,
    ...(isObject(properties) && { properties: mapValues(properties as SchemaMap, plainer) }),
    ...(isObject(items) && { items: plainer(items) }),
    ...(isObject(additionalProperties) && { additionalProperties: plainer(additionalProperties) }),
  };
}

type SchemaMap = Readonly<Record<string, JsonObject>>;

function spelled(kind: ResourceKind, operation: Operation): JsonObject {
  const { id, description, action, pathParameters, query, consumes } = operation;
  const body = { name: 'body', in: 'body', required: true, schema: bodySchema(kind, operation, ref) };
  return {
    description,
    operationId: id,
    produces: ['application/json'],
    ...(consumes.length > 0 && { consumes }),
    parameters: [
      ...pathParameters.map((name) => ({ name, in: 'path', required: true, type: 'string' })),
      ...query.map((parameter) => ({ ...parameter, in: 'query' })),
      ...(consumes.length > 0 ? [body] : []),
    ],
    responses: { 200: { description: 'OK', schema: answerSchema(kind, operation, ref) } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(kind),
  };
}
