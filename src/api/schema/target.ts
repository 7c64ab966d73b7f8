// api: schema of a target: what is wished, what is measured, by which law.

import { metricFailure } from './behavior.ts';
import { exactlyOne, type JsonSchema, mapValues } from './json-schema.ts';
import type { MetricBlock } from './metric-block.ts';
import { amount, choice, count, duration, object, positiveDuration, text } from './shapes.ts';

/** The original engine's. */
export const QUEUE_GAINS = { kU: 0.05, tU: 10 } as const;

const algorithmSchema: JsonSchema = object(
  'The law that turns the metric into a count.',
  {
    type: choice(
      "Fluid predicts over the start-up time; Queue is the original engine's controller, SimpleQueue its ±1.",
      ['Fluid', 'Queue', 'SimpleQueue'],
      'Fluid',
    ),
    fluid: object('Settings of Fluid; all of them are learned when they are not given.', {
      serviceRate: amount('First guess of messages per second per instance.', { minimum: 1e-6 }),
      metricDelay: duration('How old the metric is when it is read.'),
      season: positiveDuration('Length of a repeating pattern; turns the forecast on.'),
    }),
    queue: object('Gains of Queue (Ziegler and Nichols): kP = 0.8·kU, kD = tU/8.', {
      kU: amount('Ultimate gain.', { default: QUEUE_GAINS.kU }),
      tU: amount('Oscillation period at the ultimate gain.', { default: QUEUE_GAINS.tU }),
    }),
  },
  { default: {} },
);

/** Above nothing and below everything: what is always met has no budget. */
const SHARE_PATTERN = '^(0*[1-9]|[1-9][0-9]|0*[0-9]{1,2}\\.[0-9]*[1-9][0-9]*|[1-9][0-9]?\\.0+)%$';

const objectiveSchema: JsonSchema = object(
  'How much of the time the target is to be met. What is missed is a budget: while little of it is spent the law leaves more to others, near its end it asks for more. Without one, 95 % of the time.',
  {
    withinTarget: text('The share of time within the target, such as 99% or 99.5%.', {
      pattern: SHARE_PATTERN,
      maxLength: 8,
    }),
    per: positiveDuration('The window that the share is of, up to now; 1m to 720h.'),
  },
  { required: ['withinTarget', 'per'] },
);

/** What a formula can name is a word without dots or spaces; a dash would be a minus there. */
const TARGET_NAME_PATTERN = '^[a-z][a-z0-9]*([-_]+[a-z0-9]+)*$';

/** @param blocks the metric sources that `metric` may name */
export function targetSchema(blocks: readonly MetricBlock[]): JsonSchema {
  const byType = Object.fromEntries(blocks.map((block) => [block.type, block]));
  return object(
    'One wish. Exactly one of queueLength, drainTime, messageAge, perInstance.',
    {
      name: text('What it is called, in a formula and to people; unique in the app.', {
        pattern: TARGET_NAME_PATTERN,
        maxLength: 63,
      }),
      queueLength: count('The queue should stay at or below this many messages.', { minimum: 1 }),
      drainTime: positiveDuration('The queue should be worked off within this time.'),
      messageAge: positiveDuration('The oldest message should not be older than this.'),
      perInstance: amount('One instance for each so many messages.', { minimum: 1e-6 }),
      metric: object(
        'Where the number comes from. Exactly one metric source.',
        mapValues(byType, (block) => block.schema),
        { oneOf: exactlyOne(...Object.keys(byType)) },
      ),
      algorithm: algorithmSchema,
      objective: objectiveSchema,
      max: count('The most instances that this target may ask for; no limit of its own by default.', {
        minimum: 1,
      }),
      activateAt: count(
        'With no instance, the first one comes only when more messages wait than this; the first message by default.',
      ),
      onMetricFailure: metricFailure(
        "What happens while this target's metric cannot be read; what is not set here is as in behavior.onMetricFailure.",
      ),
    },
    { required: ['metric'], oneOf: exactlyOne('queueLength', 'drainTime', 'messageAge', 'perInstance') },
  );
}
