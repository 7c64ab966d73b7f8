// api: the CustomResourceDefinitions of our kinds, for a real Kubernetes.

import type { JsonSchema } from './json-schema.ts';
import { API_GROUP, API_VERSION } from './policy.ts';

interface Names {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
}

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'date';
  readonly description: string;
  readonly jsonPath: string;
}

const condition = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

const READY: Column = {
  name: 'Ready',
  type: 'string',
  description: 'Whether it is accepted, its metrics are read and Marathon has what it asks for.',
  jsonPath: condition('Ready'),
};
const USED: Column = {
  name: 'Used',
  type: 'number',
  description: 'What the apps hold of the capacity.',
  jsonPath: '.status.capacity.used',
};
const AGE: Column = {
  name: 'Age',
  type: 'date',
  description: 'Since it was created.',
  jsonPath: '.metadata.creationTimestamp',
};

/** A complete manifest of MicroscalingPolicy. */
export function policyCrd(schema: JsonSchema): object {
  const columns: readonly Column[] = [
    READY,
    { name: 'Apps', type: 'integer', description: 'How many apps it has.', jsonPath: '.status.appCount' },
    USED,
    {
      name: 'Limited',
      type: 'string',
      description: 'Whether some app may not have what it wants.',
      jsonPath: condition('ScalingLimited'),
    },
    AGE,
  ];
  const kind = 'MicroscalingPolicy';
  const names = { kind, plural: 'microscalingpolicies', singular: 'microscalingpolicy', shortNames: ['msp'] };
  return manifest(names, schema, columns);
}

/** A complete manifest of CapacityPool. */
export function poolCrd(schema: JsonSchema): object {
  const columns: readonly Column[] = [
    READY,
    {
      name: 'Policies',
      type: 'integer',
      description: 'How many policies share it.',
      jsonPath: '.status.policyCount',
    },
    USED,
    AGE,
  ];
  return manifest(
    { kind: 'CapacityPool', plural: 'capacitypools', singular: 'capacitypool' },
    schema,
    columns,
  );
}

function manifest(names: Names, schema: JsonSchema, columns: readonly Column[]): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      names: { ...names, listKind: `${names.kind}List`, categories: ['microscaling'] },
      scope: 'Namespaced',
      versions: [
        {
          name: API_VERSION.slice(API_VERSION.indexOf('/') + 1),
          served: true,
          storage: true,
          schema: { openAPIV3Schema: forKubernetes(schema) },
          subresources: { status: {} },
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}

/** Kubernetes checks these three by itself and lets a schema say nothing more about `metadata`. */
function forKubernetes(schema: JsonSchema): object {
  return {
    ...schema,
    required: ['spec'],
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string', description: 'Version of this schema.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: { type: 'object' },
    },
  };
}
