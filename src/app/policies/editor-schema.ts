// app: the resource's schema as editors and other programs take it: JSON Schema draft-07, unknown fields refused.

import type { Intervention, Resource } from '../../api/policy.ts';
import { isObject, type JsonSchema, strictCopy } from '../../api/schema/json-schema.ts';
import { interventionSchema } from '../../api/schema/schema.ts';
import { policySchema, poolSchema } from './schema.ts';

/** The newest that yaml-language-server takes. */
const DRAFT = 'http://json-schema.org/draft-07/schema#';
const ID = 'urn:microscaling:v1alpha1';

type Kind = (Resource | Intervention)['kind'];

const SCHEMAS: Readonly<Record<Kind, JsonSchema>> = {
  MicroscalingPolicy: policySchema,
  CapacityPool: poolSchema,
  Intervention: interventionSchema,
};

/** Of one kind, or without one of both: then `kind` decides, and a policy is what is completed by default. */
export function editorSchema(kind?: Kind): object {
  const head = (name: string): object => ({ $schema: DRAFT, $id: `${ID}:${name}` });
  if (kind !== undefined) return { ...head(kind), title: kind, ...forEditors(SCHEMAS[kind]) };
  return {
    ...head('resource'),
    title: 'MicroscalingPolicy or CapacityPool',
    type: 'object',
    if: { type: 'object', properties: { kind: { const: 'CapacityPool' } }, required: ['kind'] },
    // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's own word
    then: forEditors(SCHEMAS.CapacityPool),
    else: forEditors(SCHEMAS.MicroscalingPolicy),
  };
}

/** Without what only Kubernetes reads, and without what only the operator writes. */
function forEditors(schema: JsonSchema): object {
  const { properties = {}, ...rest } = strictCopy(schema);
  const { status: _, ...written } = properties;
  return {
    ...(withoutExtensions(rest) as object),
    properties: {
      ...(withoutExtensions(written) as object),
      status: { type: 'object', description: 'Written by the operator.' },
    },
  };
}

function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('x-kubernetes-'))
      .map(([key, child]) => [key, withoutExtensions(child)]),
  );
}
