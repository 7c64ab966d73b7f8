// api: the CustomResourceDefinitions of our kinds, for a real Kubernetes.

import { API_GROUP, API_VERSION } from '../policy.ts';
import { type CelRule, INTERVENTION_RULES, POLICY_RULES, withKubernetesRules } from './crd-rules.ts';
import type { JsonSchema } from './json-schema.ts';

/** What a kind is called. */
export interface KindNames {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
}

/** A printer column, as in apiextensions.k8s.io/v1. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'date';
  readonly description: string;
  readonly jsonPath: string;
  /** Above 0: only where there is room for it, `kubectl get -o wide`. */
  readonly priority?: number;
}

const condition = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

const READY: PrinterColumn = {
  name: 'Ready',
  type: 'string',
  description: 'Whether it is accepted, its metrics are read and Marathon has what it asks for.',
  jsonPath: condition('Ready'),
};
const USED: PrinterColumn = {
  name: 'Used',
  type: 'number',
  description: 'What the apps hold of the capacity.',
  jsonPath: '.status.capacity.used',
};
const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'Since it was created.',
  jsonPath: '.metadata.creationTimestamp',
};
const REASON: PrinterColumn = {
  name: 'Reason',
  type: 'string',
  description: 'Why Ready is as it is, in one word: Paused and Observing are states of their own.',
  jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
  priority: 1,
};
const WHY: PrinterColumn = {
  name: 'Status',
  type: 'string',
  description: 'What Ready says, in words.',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  priority: 1,
};

export const POLICY_NAMES: KindNames = {
  kind: 'MicroscalingPolicy',
  plural: 'microscalingpolicies',
  singular: 'microscalingpolicy',
  shortNames: ['msp'],
};

export const POLICY_COLUMNS: readonly PrinterColumn[] = [
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
  REASON,
  {
    name: 'Operator',
    type: 'string',
    description: 'Which of several operators has it.',
    jsonPath: '.status.operator',
    priority: 1,
  },
  {
    name: 'Mode',
    type: 'string',
    description: 'Whether the operator acts, watches or rests.',
    jsonPath: '.spec.mode',
    priority: 1,
  },
  {
    name: 'Total',
    type: 'number',
    description: 'The capacity that the apps share.',
    jsonPath: '.status.capacity.total',
    priority: 1,
  },
  WHY,
];

/** A complete manifest of MicroscalingPolicy. */
export function policyCrd(schema: JsonSchema): object {
  return manifest(POLICY_NAMES, forKubernetes(schema, POLICY_RULES), POLICY_COLUMNS);
}

export const POOL_NAMES: KindNames = {
  kind: 'CapacityPool',
  plural: 'capacitypools',
  singular: 'capacitypool',
};

export const POOL_COLUMNS: readonly PrinterColumn[] = [
  READY,
  {
    name: 'Policies',
    type: 'integer',
    description: 'How many policies share it.',
    jsonPath: '.status.policyCount',
  },
  USED,
  AGE,
  WHY,
];

/** A complete manifest of CapacityPool. */
export function poolCrd(schema: JsonSchema): object {
  return manifest(POOL_NAMES, forKubernetes(schema, {}), POOL_COLUMNS);
}

export const INTERVENTION_NAMES: KindNames = {
  kind: 'Intervention',
  plural: 'interventions',
  singular: 'intervention',
  shortNames: ['msi'],
};

export const INTERVENTION_COLUMNS: readonly PrinterColumn[] = [
  {
    name: 'Policy',
    type: 'string',
    description: 'Which policy it is about.',
    jsonPath: '.spec.policyRef.name',
  },
  { name: 'Type', type: 'string', description: 'What it does.', jsonPath: '.spec.type' },
  { name: 'App', type: 'string', description: 'Which app it is about.', jsonPath: '.spec.app' },
  {
    name: 'Instances',
    type: 'integer',
    description: 'The count of an Override.',
    jsonPath: '.spec.instances',
  },
  {
    name: 'In force',
    type: 'string',
    description: 'Whether it has an effect.',
    jsonPath: condition('InForce'),
  },
  // No date: those are shown as an age, and this one lies ahead.
  { name: 'Until', type: 'string', description: 'When it ends by itself.', jsonPath: '.status.until' },
  { name: 'By', type: 'string', description: 'Who it was.', jsonPath: '.spec.requestedBy' },
  { name: 'Why', type: 'string', description: 'What the person said.', jsonPath: '.spec.reason' },
  AGE,
  {
    name: 'Status',
    type: 'string',
    description: 'What keeps it from being in force, or ended it.',
    jsonPath: '.status.conditions[?(@.type=="InForce")].message',
    priority: 1,
  },
];

/** A complete manifest of Intervention. */
export function interventionCrd(schema: JsonSchema): object {
  return manifest(INTERVENTION_NAMES, forKubernetes(schema, INTERVENTION_RULES), INTERVENTION_COLUMNS);
}

function manifest(names: KindNames, schema: object, columns: readonly PrinterColumn[]): object {
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
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}

/** Kubernetes checks these three by itself and lets a schema say nothing more about `metadata`. */
function forKubernetes(schema: JsonSchema, rules: Readonly<Record<string, readonly CelRule[]>>): object {
  const ruled = withKubernetesRules(schema, rules);
  return {
    ...ruled,
    required: ['spec'],
    properties: {
      ...(ruled['properties'] as object),
      apiVersion: { type: 'string', description: 'Version of this schema.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: { type: 'object' },
    },
  };
}
