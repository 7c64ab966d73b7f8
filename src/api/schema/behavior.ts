// api: schema of how a count may move: clamps after the law, missing metrics, foreign scales.

import type { JsonSchema } from './json-schema.ts';
import { amount, choice, count, duration, list, object, positiveDuration, text } from './shapes.ts';

/** HorizontalPodAutoscaler v2's longest. */
const MAX_WINDOW_SECONDS = 3600;
const MAX_PERIOD_SECONDS = 1800;

const scalingPolicy: JsonSchema = object(
  'A limit on how much the count may move within a period.',
  {
    type: choice('Whether value is a number of instances or a percentage of them.', ['Instances', 'Percent']),
    value: count('The largest move.', { minimum: 1 }),
    periodSeconds: count('The period, in seconds.', { minimum: 1, maximum: MAX_PERIOD_SECONDS }),
  },
  { required: ['type', 'value', 'periodSeconds'] },
);

function scalingRules(description: string): JsonSchema {
  return object(
    description,
    {
      stabilizationWindowSeconds: count('Acts on the most cautious wish of this many past seconds.', {
        maximum: MAX_WINDOW_SECONDS,
        default: 0,
      }),
      policies: list('Limits on the pace; none by default.', scalingPolicy, {
        maxItems: 8,
        default: [],
        'x-kubernetes-list-type': 'atomic',
      }),
      selectPolicy: choice(
        'With several policies: the one that allows the largest move, the smallest, or no move at all.',
        ['Max', 'Min', 'Disabled'],
        'Max',
      ),
      tolerance: amount('A wish closer to the present count than this share of it changes nothing.', {
        maximum: 1,
        default: 0,
      }),
    },
    { default: {} },
  );
}

interface FailurePreset {
  readonly staleAfter: string;
  readonly action: string;
  readonly after: string;
}

/** @param preset what is not set; absent: nothing */
export function metricFailure(description: string, preset?: FailurePreset): JsonSchema {
  return object(
    description,
    {
      staleAfter: positiveDuration(
        'For so long the last good value serves; then the count is held.',
        preset?.staleAfter,
      ),
      action: choice(
        'What happens after `after`: Hold keeps the count, Min and Max go to the bound, Fixed to `instances`.',
        ['Hold', 'Min', 'Max', 'Fixed'],
        preset?.action,
      ),
      after: duration('How long the count is held before the action.', preset?.after),
      instances: count('The count of action Fixed.'),
    },
    preset === undefined ? {} : { default: {} },
  );
}

export const behaviorSchema: JsonSchema = object(
  'Clamps on what the law asks for.',
  {
    scaleUp: scalingRules("Limits on growing, in HorizontalPodAutoscaler v2's words."),
    scaleDown: scalingRules("Limits on shrinking, in HorizontalPodAutoscaler v2's words."),
    futility: choice(
      'Whether to find out that more instances get no more work done, as when a database is the limit. While its target stays missed for a minute and its queue grows no shorter, Detect does with a third fewer for a while; what is of no use is given back, and tried again later. With a source that counts what arrives, or an Azure Storage queue, that takes some minutes; where only the messages that wait or are in flight are known, arrivals hide it: it is found late, and often not at all. Ignore asks for whatever the law wants.',
      ['Detect', 'Ignore'],
      'Detect',
    ),
    maxStep: count('The largest change in one decision; no limit by default.', { minimum: 1 }),
    giveBackAfter: duration(
      'How long a lower need must last before instances are given back. By default 1.2 times what it takes until a new instance serves and is seen, at least 3s, and down to two thirds of that where needs last long and what was given back is not soon needed again; 10s for laws other than Fluid, and where only the messages that wait are known.',
    ),
    minHold: duration('An instance that was granted is not taken back before.', '0s'),
    yieldRate: object(
      'How fast this app may be made to yield to others; no limit by default.',
      {
        value: count('The largest number of instances taken within the period.', { minimum: 1 }),
        periodSeconds: count('The period, in seconds.', { minimum: 1, maximum: MAX_WINDOW_SECONDS }),
      },
      { required: ['value', 'periodSeconds'] },
    ),
    onMetricFailure: metricFailure('What happens while a metric cannot be read. Unknown is never zero.', {
      staleAfter: '10s',
      action: 'Hold',
      after: '1m',
    }),
    idleVictims: object(
      'Asks the instances which of them are idle before a fall, and takes those first. An instance is idle when it answers GET with the word `idle`; whatever else it answers, and without an answer in time, it counts as busy. One that answered `idle` should take no work for half a second, so that it is idle still when it is stopped; the consumer of the demo does so. A health check should not ask the same path: it would keep idle instances from work.',
      {
        path: text('What is asked for.', { pattern: '^/[\\x21-\\x7e]*$', maxLength: 256, default: '/busy' }),
        portIndex: count("Which of an instance's ports, 0 the first.", { maximum: 99, default: 0 }),
        within: duration(
          'How long an answer may take; so much later a fall is, at most. Answers that are older than 300 ms by then are asked for anew, which takes 0.6 s more at most.',
          '200ms',
        ),
      },
    ),
    startupTime: duration(
      'From running to serving, for apps without health checks; learned when it is not given.',
    ),
  },
  { default: {} },
);

export const manualScaleSchema: JsonSchema = object(
  'What happens when somebody else changes the count of a scaled app.',
  {
    action: choice(
      'Hold leaves their count alone for holdFor, Adopt goes on from it, Revert puts ours back.',
      ['Hold', 'Adopt', 'Revert'],
      'Hold',
    ),
    holdFor: duration('How long Hold holds.', '10m'),
  },
  { default: {} },
);
