// api: the one JSON Schema of each kind: validation, CRDs, editor completion and reference all come from it.

import { API_VERSION } from '../policy.ts';
import { appSchema } from './app.ts';
import { capacitySchema, marathonSchema, membersSchema } from './capacity.ts';
import { interventionSpecSchema } from './intervention.ts';
import { exactlyOne, type JsonSchema } from './json-schema.ts';
import type { MetricBlock } from './metric-block.ts';
import type { SchedulerBlock } from './scheduler-block.ts';
import {
  choice,
  keyedList,
  LABEL_PATTERN,
  list,
  NAME_PATTERN,
  object,
  positiveDuration,
  text,
} from './shapes.ts';
import { interventionStatusSchema, policyStatusSchema, poolStatusSchema } from './status.ts';

const stringMap = (description: string): JsonSchema => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string', description: 'A text.' },
});

/** What Kubernetes writes into `metadata` itself: accepted, so that `kubectl get -o yaml` can be read back. */
const opaqueList = (description: string): JsonSchema =>
  list(description, {
    type: 'object',
    description: "Kubernetes' own.",
    'x-kubernetes-preserve-unknown-fields': true,
  });

const metadataSchema: JsonSchema = object(
  'Name and labels of the object.',
  {
    name: text('Its name, unique in its namespace.', { pattern: NAME_PATTERN, maxLength: 253 }),
    namespace: text('Its namespace.', { pattern: LABEL_PATTERN, maxLength: 63, default: 'default' }),
    labels: stringMap('Labels, for selecting.'),
    annotations: stringMap('Annotations, for tools.'),
    generation: { type: 'integer', description: 'Counts changes of the spec; set by the source.' },
    uid: text('Set by Kubernetes.'),
    resourceVersion: text('Set by Kubernetes.'),
    creationTimestamp: text('Set by Kubernetes.'),
    deletionTimestamp: text('Set by Kubernetes.'),
    finalizers: list('Set by controllers.', text('A finalizer.')),
    ownerReferences: opaqueList('Set by Kubernetes.'),
    managedFields: opaqueList('Set by Kubernetes.'),
  },
  { required: ['name'] },
);

const policySpecSchema = (
  blocks: readonly MetricBlock[],
  schedulers: readonly SchedulerBlock[],
): JsonSchema =>
  object(
    'Which apps share which capacity, with their priorities and targets.',
    {
      mode: choice(
        'Reconcile does the work, Observe decides and reports but writes nothing, Paused does nothing.',
        ['Reconcile', 'Observe', 'Paused'],
        'Reconcile',
      ),
      interval: positiveDuration('How often metrics are read and a decision is made; 100ms to 1h.', '500ms'),
      marathon: marathonSchema,
      capacity: capacitySchema,
      pool: text('Instead of capacity: the CapacityPool, of the same namespace, to share.', {
        pattern: NAME_PATTERN,
        maxLength: 253,
      }),
      onDelete: choice(
        'What happens to the apps when the policy goes: Retain them, or Delete those that it created.',
        ['Retain', 'Delete'],
        'Retain',
      ),
      drift: choice(
        'What happens when a definition under `app` was changed in Marathon.',
        ['Revert', 'Report'],
        'Revert',
      ),
      apps: keyedList('name', 'The apps.', appSchema(blocks, schedulers), { minItems: 1, maxItems: 1000 }),
    },
    { required: ['apps'], oneOf: exactlyOne('capacity', 'pool') },
  );

function resource(kind: string, description: string, spec: JsonSchema, status: JsonSchema): JsonSchema {
  return object(
    description,
    {
      apiVersion: choice('Version of this schema.', [API_VERSION]),
      kind: choice('Kind of the object.', [kind]),
      metadata: metadataSchema,
      spec,
      status,
    },
    { required: ['apiVersion', 'kind', 'metadata', 'spec'] },
  );
}

/**
 * @param blocks the metric sources that a target may name
 * @param schedulers those beside Marathon that an app may name
 */
export function policySchemaWith(
  blocks: readonly MetricBlock[],
  schedulers: readonly SchedulerBlock[] = [],
): JsonSchema {
  const description = 'Moves running tasks between apps that share a capacity, by priority, within seconds.';
  const spec = policySpecSchema(blocks, schedulers);
  return resource('MicroscalingPolicy', description, spec, policyStatusSchema);
}

export const poolSchema: JsonSchema = resource(
  'CapacityPool',
  'A budget that several policies share.',
  object(
    'The budget, and the Marathon it lies in.',
    { capacity: capacitySchema, marathon: marathonSchema, members: membersSchema },
    { required: ['capacity'] },
  ),
  poolStatusSchema,
);

export const interventionSchema: JsonSchema = resource(
  'Intervention',
  'What a person wants of a policy for a while: a pause, a count, a definition put back. It ends by itself.',
  interventionSpecSchema,
  interventionStatusSchema,
);
