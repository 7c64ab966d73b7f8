// api: schema of an app's schedules.

import type { JsonSchema } from './json-schema.ts';
import { count, list, object, positiveDuration, text } from './shapes.ts';

export const schedulesSchema: JsonSchema = list(
  'Times at which other bounds hold. Of several in force, the largest min and the largest max count.',
  object(
    'From each start on, for a while.',
    {
      cron: text('When it starts: minute, hour, day of month, month, day of week.', {
        minLength: 1,
        maxLength: 128,
      }),
      timezone: text('Whose clock that is, as in the IANA database.', {
        minLength: 1,
        maxLength: 64,
        default: 'UTC',
      }),
      for: positiveDuration('How long it holds from then on, whatever clocks do meanwhile.'),
      min: count('In the place of instances.min.'),
      max: count('In the place of instances.max.'),
    },
    { required: ['cron', 'for'] },
  ),
  { minItems: 1, maxItems: 32, 'x-kubernetes-list-type': 'atomic' },
);
