// metric-sources: the `random` block: a demand that wanders, for demonstrations.

import type { JsonObject } from '../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../api/schema/metric-block.ts';
import { count, object, positiveDuration } from '../../api/schema/shapes.ts';
import { error, type Finding } from '../../api/validation/finding.ts';
import { below } from '../../api/validation/pointer.ts';

const schema = object(
  'A made-up demand that changes every period, the same for the same seed.',
  {
    min: count('The smallest value.', { default: 0 }),
    max: count('The largest value.'),
    period: positiveDuration('How long a value lasts.', '10s'),
    seed: count('Two metrics with one seed show the same values.', { default: 1 }),
  },
  { required: ['max'] },
);

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const { min, max } = block;
  if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return [];
  return [error(below(pointer, 'min'), `min ${min} is greater than max ${max}`)];
}

export const randomBlock: MetricBlock = {
  type: 'random',
  schema,
  check,
  trust: () => [],
  whyNoAge: () => 'metric random has no messages whose age could be known',
};
