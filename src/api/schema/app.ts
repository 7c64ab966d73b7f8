// api: schema of one app of a policy.

import { behaviorSchema, manualScaleSchema } from './behavior.ts';
import { envFromSchema } from './env-from.ts';
import { atMostOne, type JsonSchema } from './json-schema.ts';
import type { MetricBlock } from './metric-block.ts';
import type { SchedulerBlock } from './scheduler-block.ts';
import { schedulesSchema } from './schedules.ts';
import { APP_ID_PATTERN, count, LABEL_PATTERN, list, object, text } from './shapes.ts';
import { targetSchema } from './target.ts';

const instancesSchema: JsonSchema = object(
  'How many instances there may be.',
  {
    min: count('Never fewer than this; 0 by default.'),
    max: count('Never more than this; only the capacity limits it by default.'),
    fixed: count('Created with this many and then left to people. Excludes min and max.'),
  },
  { default: {} },
);

/** Of two schedulers' blocks, and of a block and Marathon's id or definition, an app has one. */
function exclusions(schedulers: readonly SchedulerBlock[]): Pick<JsonSchema, 'allOf'> {
  const pairs = schedulers.flatMap(({ type }, i) => [
    ...schedulers.slice(i + 1).map((other) => [type, other.type] as const),
    ...(['id', 'app'] as const).map((field) => [type, field] as const),
  ]);
  return pairs.length === 0 ? {} : { allOf: atMostOne(...pairs) };
}

export function appSchema(
  blocks: readonly MetricBlock[],
  schedulers: readonly SchedulerBlock[] = [],
): JsonSchema {
  return object(
    'An app is scaled (targets), a remainder (remainder) or left to people (instances.fixed).',
    {
      name: text('Its name in this policy.', { pattern: LABEL_PATTERN, maxLength: 63 }),
      id: text(
        'Its absolute Marathon id; /<policy>/<name> by default, outside of the namespace default /<namespace>/<policy>/<name>.',
        {
          pattern: APP_ID_PATTERN,
          maxLength: 1024,
        },
      ),
      priority: count('1 is highest. Every app but a fixed one has it.', { minimum: 1, maximum: 1000 }),
      instances: instancesSchema,
      targets: list(
        'What the app is to reach; of several, the largest wanted count wins, or a formula says what.',
        targetSchema(blocks),
        { minItems: 1, maxItems: 8, 'x-kubernetes-list-type': 'atomic' },
      ),
      schedules: schedulesSchema,
      formula: text(
        'How many instances the targets make together, rounded up: CEL over their names, each of which is the count that the target wants.',
        { minLength: 1, maxLength: 512 },
      ),
      remainder: object('Takes what nobody above needs.', {
        weight: count('Its share among the remainders of its priority.', { minimum: 1, default: 1 }),
      }),
      pageControl: object(
        'People may move a fixed app on the page, within these.',
        { min: count('The fewest.', { default: 0 }), max: count('The most.') },
        { required: ['max'] },
      ),
      behavior: behaviorSchema,
      manualScale: manualScaleSchema,
      adopt: {
        type: 'boolean',
        description:
          'Take over an app that exists already and was not made by this policy. Restarts nothing.',
        default: false,
      },
      app: {
        type: 'object',
        description:
          'A Marathon app definition, verbatim, without id and instances. Absent: the app must exist.',
        'x-kubernetes-preserve-unknown-fields': true,
      },
      envFrom: envFromSchema,
      ...Object.fromEntries(schedulers.map(({ type, schema }) => [type, schema])),
    },
    { required: ['name'], ...exclusions(schedulers) },
  );
}
