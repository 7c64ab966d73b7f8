// server: OpenAPI v3 of one group and version, as `kubectl explain` and its checks read it.

import type { JsonObject } from '../../../api/schema/json-schema.ts';
import { apiVersionOf, type ResourceKind } from '../kinds/kinds.ts';
import { answerSchema, bodySchema, definitionsOf, groupVersionKind } from './definitions.ts';
import type { Reference } from './meta-schemas.ts';
import { type Operation, pathItems } from './operations.ts';

/** In OpenAPI 3.0 nothing may stand beside a `$ref`. */
const ref: Reference = (name, description) => {
  const $ref = { $ref: `#/components/schemas/${name}` };
  return description === undefined ? $ref : { description, default: {}, allOf: [$ref] };
};

/** @param kinds all of one group and version */
export function openApiV3(kinds: readonly ResourceKind[], version: string): JsonObject {
  return {
    openapi: '3.0.0',
    info: { title: `microscaling ${kinds[0] === undefined ? '' : apiVersionOf(kinds[0])}`, version },
    paths: pathItems(kinds, spelled),
    components: { schemas: definitionsOf(kinds, ref) },
  };
}

function spelled(kind: ResourceKind, operation: Operation): JsonObject {
  const { id, description, action, pathParameters, query, consumes } = operation;
  return {
    description,
    operationId: id,
    parameters: [
      ...pathParameters.map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...query.map(({ type, ...named }) => ({ ...named, in: 'query', schema: { type } })),
    ],
    ...(consumes.length > 0 && {
      requestBody: { required: true, content: content(consumes, bodySchema(kind, operation, ref)) },
    }),
    responses: {
      200: { description: 'OK', content: content(['application/json'], answerSchema(kind, operation, ref)) },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(kind),
  };
}

function content(types: readonly string[], schema: JsonObject): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}
