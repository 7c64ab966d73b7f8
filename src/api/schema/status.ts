// api: schema of what the operator reports.

import type { JsonSchema } from './json-schema.ts';
import { amount, choice, count, keyedList, list, object, text } from './shapes.ts';

const generation: JsonSchema = {
  type: 'integer',
  format: 'int64',
  description: 'The generation of the spec that this is about.',
};

const WORD_PATTERN = '^[A-Z][A-Za-z]*$';

const conditions: JsonSchema = keyedList(
  'type',
  'What is true of the resource at present.',
  object(
    'One condition.',
    {
      // No closed lists here: a CRD that is older than the operator would refuse its whole status.
      type: text('What it is about.', { pattern: WORD_PATTERN, maxLength: 316 }),
      status: choice('Whether it holds.', ['True', 'False', 'Unknown']),
      reason: text('Why, in one word.', { pattern: WORD_PATTERN, maxLength: 1024 }),
      message: text('Why, for people.'),
      lastTransitionTime: text('When the status changed last.', { format: 'date-time' }),
      observedGeneration: generation,
    },
    { required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'] },
  ),
);

const capacity: JsonSchema = object('The budget and its use.', {
  total: amount('What there is.'),
  used: amount('What the apps hold.'),
});

const metricStatus: JsonSchema = object(
  'A metric against its target.',
  {
    type: text("Which of the target's fields is set.", { pattern: WORD_PATTERN, maxLength: 316 }),
    targetName: text("The target's name, where it has one."),
    name: text('What is measured, for people.'),
    unit: text('Of both numbers.'),
    target: amount('What is to be kept; for PerInstance of each instance.'),
    current: amount('What was measured; absent while unknown, and where it has no end.'),
    currentMargin: amount(
      'How far off that may be, two deviations; absent where it is measured and not estimated.',
    ),
    inFlight: amount('Messages that consumers hold; absent where the source does not tell them apart.'),
    infinite: { type: 'boolean', description: 'It has no end: messages wait and nothing runs.' },
    reason: text('Why it could not be read, or is not known.'),
    objective: object("How much of its objective's budget is spent, over its window up to now.", {
      withinTarget: text('The share of time that is to be within the target.'),
      per: text('The window.'),
      knownSeconds: amount('How much of the window is known.'),
      aboveSeconds: amount('How much of that was above the target.'),
      budgetSeconds: amount('How much may be.'),
    }),
  },
  { required: ['type', 'target'] },
);

const appStatus: JsonSchema = object(
  'One app.',
  {
    name: text('Its name in the policy.'),
    id: text('Its Marathon id.'),
    wanted: count('What its law asks for.'),
    granted: count('What the pool gives it.'),
    requested: count('What Marathon was asked for.'),
    running: count('What runs.'),
    metrics: list('Its metrics as they were read last, one per target, in order.', metricStatus),
    metric: text('The same in words.'),
    limitedBy: text('What keeps granted from wanted.'),
    lastScaled: text('When its count was changed last.', { format: 'date-time' }),
    scheduler: text('What people call its scheduler, where its pool spans several.'),
    schedule: object('What its schedules do.', {
      inForce: list(
        'Bounds that hold now.',
        object(
          'Of one schedule.',
          {
            min: count('In the place of instances.min.'),
            max: count('In the place of instances.max.'),
            until: text('When it ends.', { format: 'date-time' }),
          },
          { required: ['until'] },
        ),
        { 'x-kubernetes-list-type': 'atomic' },
      ),
      next: object(
        'What starts next.',
        {
          min: count('In the place of instances.min.'),
          max: count('In the place of instances.max.'),
          from: text('When it starts.', { format: 'date-time' }),
        },
        { required: ['from'] },
      ),
    }),
    override: object("A person's count for a while, in the place of the law's.", {
      instances: count('The count.'),
      until: text('When it ends by itself.', { format: 'date-time' }),
      reason: text('What the person said.'),
      by: text('Who it was: the name of their token, or `page`.'),
    }),
  },
  { required: ['name'] },
);

export const policyStatusSchema: JsonSchema = object('What the operator reports; only it writes here.', {
  observedGeneration: generation,
  conditions,
  appCount: count('How many apps the policy has.'),
  apps: keyedList('name', 'The apps of the policy.', appStatus),
  capacity,
  marathon: object('Where its apps live.', {
    url: text('The address in use.'),
    reachable: { type: 'boolean', description: 'Whether it could be read when that was last tried.' },
    version: text('Of Marathon.'),
  }),
  operator: text('The operator that has it, by its Lease, where several share the policies.'),
  paused: object('Paused by a person, whatever its `mode` says.', {
    since: text('Since when.', { format: 'date-time' }),
    until: text('When it ends by itself; absent: when somebody resumes it.', { format: 'date-time' }),
    reason: text('What the person said.'),
    by: text('Who it was: the name of their token, or `page`.'),
  }),
});

export const poolStatusSchema: JsonSchema = object('What the operator reports; only it writes here.', {
  observedGeneration: generation,
  conditions,
  policyCount: count('How many policies share the pool.'),
  capacity,
  operator: text('The operator that has it, by its Lease, where several share the policies.'),
});

export const interventionStatusSchema: JsonSchema = object(
  'What the operator reports; only it writes here.',
  {
    observedGeneration: generation,
    conditions,
    since: text('Since when it is in force.', { format: 'date-time' }),
    until: text('When it ends by itself.', { format: 'date-time' }),
    ended: text('When it ended; it is removed an hour later.', { format: 'date-time' }),
  },
);
