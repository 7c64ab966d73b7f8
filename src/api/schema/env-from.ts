// api: schema of variables whose values stay out of a policy, for whatever makes instances from a definition.

import type { JsonSchema } from './json-schema.ts';
import { ENV_NAME_PATTERN, keyedList, object, secretSource, text } from './shapes.ts';

const variable: JsonSchema = object(
  'An environment variable whose value stays out of the policy.',
  {
    name: text('Name of the variable in the app.', { pattern: ENV_NAME_PATTERN, maxLength: 253 }),
    from: secretSource('Where the value comes from.'),
    optional: {
      type: 'boolean',
      description: 'When true, a value that is not set leaves the variable out instead of refusing the app.',
      default: false,
    },
  },
  { required: ['name', 'from'] },
);

export const envFromSchema: JsonSchema = keyedList(
  'name',
  'Variables with secrets, resolved when the app is written; a rotation restarts it.',
  variable,
  { maxItems: 64, default: [] },
);
