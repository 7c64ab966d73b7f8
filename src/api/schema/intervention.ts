// api: schema of what a person may want of a policy for a while.

import type { JsonSchema } from './json-schema.ts';
import { choice, count, NAME_PATTERN, object, positiveDuration, text } from './shapes.ts';

/** It is shown in tables. */
const LONGEST_REASON = 200;

export const interventionSpecSchema: JsonSchema = object(
  'Which policy, what, for how long, why and who. What it is about cannot be changed.',
  {
    policyRef: object(
      'The policy, of the same namespace.',
      { name: text('Its name.', { pattern: NAME_PATTERN, maxLength: 253 }) },
      { required: ['name'] },
    ),
    type: choice(
      'Pause: nothing of the policy is written. Override: the app has `instances`, whatever its law says. PutBack: the definition of the app is written once, though the policy says `drift: Report`. Keep: what somebody changed in the definition of the app is left as it is, though the policy says `drift: Revert`.',
      ['Pause', 'Override', 'PutBack', 'Keep'],
    ),
    app: text('Name of an app in the policy; of a Pause none.', { minLength: 1, maxLength: 253 }),
    instances: count('The count of an Override, within the bounds of the app.'),
    for: positiveDuration(
      'How long, from its creation or the last change of this spec. An Override and a Keep last at most 24h.',
    ),
    until: text('When it ends, in the place of `for`.', { format: 'date-time', maxLength: 64 }),
    reason: text('Why, in a sentence.', { maxLength: LONGEST_REASON }),
    requestedBy: text(
      "Who it was. The operator's own API writes the name of the token; elsewhere it is what people say.",
      { maxLength: 253 },
    ),
  },
  { required: ['policyRef', 'type'] },
);
