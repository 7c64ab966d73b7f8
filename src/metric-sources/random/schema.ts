// metric-sources: the `random` block: a demand that wanders, for demonstrations.

import { error, type Finding } from '../../api/finding.ts';
import type { JsonObject } from '../../api/json-schema.ts';
import type { MetricBlock } from '../../api/metric-block.ts';
import { below } from '../../api/pointer.ts';
import { count, object, positiveDuration } from '../../api/schema/shapes.ts';

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

export const randomBlock: MetricBlock = { type: 'random', schema, check, trust: () => [] };
