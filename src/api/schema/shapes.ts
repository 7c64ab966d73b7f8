// api: the shapes that fields are made of: names, counts, durations, value sources.

import { defined } from '../../lang/defined.ts';
import { DURATION_PATTERN, MAX_DURATION_LENGTH, POSITIVE_DURATION_PATTERN } from '../duration.ts';
import { exactlyOne, type JsonSchema } from './json-schema.ts';

/** One label of a DNS name. */
export const LABEL_PATTERN = '^[a-z0-9]+(-+[a-z0-9]+)*$';
/** Labels with dots: the name of an object in Kubernetes, a segment of an id in Marathon. */
export const NAME_PATTERN = '^[a-z0-9]+((-+|\\.)[a-z0-9]+)*$';
/** Absolute id in Marathon's grammar. */
export const APP_ID_PATTERN = '^(/[a-z0-9]+((-+|\\.)[a-z0-9]+)*)+$';
export const ENV_NAME_PATTERN = '^[A-Za-z_][A-Za-z0-9_.-]*$';
export const URL_PATTERN = '^https?://[^/?#\\s]+';

/** No count goes beyond this: large enough for any cluster, small enough for exact arithmetic and JSON. */
export const MAX_COUNT = 1_000_000;

export function count(description: string, more: Partial<JsonSchema> = {}): JsonSchema {
  return { type: 'integer', description, minimum: 0, maximum: MAX_COUNT, ...more };
}

export function amount(description: string, more: Partial<JsonSchema> = {}): JsonSchema {
  return { type: 'number', description, minimum: 0, maximum: 1e12, ...more };
}

export function text(description: string, more: Partial<JsonSchema> = {}): JsonSchema {
  return { type: 'string', description, ...more };
}

export function choice(description: string, values: readonly string[], preset?: string): JsonSchema {
  return { type: 'string', description, enum: values, ...defined({ default: preset }) };
}

/** May be zero. */
export function duration(description: string, preset?: string): JsonSchema {
  return timeSpan(description, DURATION_PATTERN, preset);
}

export function positiveDuration(description: string, preset?: string): JsonSchema {
  return timeSpan(description, POSITIVE_DURATION_PATTERN, preset);
}

function timeSpan(description: string, pattern: string, preset?: string): JsonSchema {
  const shape = text(description, { pattern, maxLength: MAX_DURATION_LENGTH });
  return preset === undefined ? shape : { ...shape, default: preset };
}

export function object(
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  more: Partial<JsonSchema> = {},
): JsonSchema {
  return { type: 'object', description, properties, ...more };
}

export function list(description: string, items: JsonSchema, more: Partial<JsonSchema> = {}): JsonSchema {
  return { type: 'array', description, items, ...more };
}

/** A list whose elements Kubernetes tells apart by one of their fields. */
export function keyedList(
  key: string,
  description: string,
  items: JsonSchema,
  more: Partial<JsonSchema> = {},
): JsonSchema {
  return list(description, items, {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [key],
    ...more,
  });
}

const references = {
  fromEnv: text("The operator's environment variable of this name.", {
    pattern: ENV_NAME_PATTERN,
    maxLength: 253,
  }),
  fromFile: text("The content of this file, as the operator's machine has it.", { minLength: 1 }),
  fromSecret: object(
    'A key of a Kubernetes Secret in the namespace of the policy.',
    {
      name: text('Name of the Secret.', { pattern: NAME_PATTERN, maxLength: 253 }),
      key: text('Key in its data.', { minLength: 1, maxLength: 253 }),
    },
    { required: ['name', 'key'] },
  ),
};

/** A value that may not stand in the policy: only a reference to it. */
export function secretSource(description: string): JsonSchema {
  return object(description, references, { oneOf: exactlyOne(...Object.keys(references)) });
}

/**
 * A value that may stand in the policy itself: `queueName`, and beside it `queueNameFrom` for where else it comes
 * from. At most one of the two is given: see `atMostOne` and `exactlyOne`.
 */
export function plainValue(
  name: string,
  description: string,
  more: Partial<JsonSchema> = {},
): Readonly<Record<string, JsonSchema>> {
  return {
    [name]: text(description, { minLength: 1, ...more }),
    [sourceOf(name)]: object(`Where ${name} comes from, instead of ${name} itself.`, references, {
      oneOf: exactlyOne(...Object.keys(references)),
    }),
  };
}

/** The sibling of a plain value that says where it comes from. */
export function sourceOf(name: string): string {
  return `${name}From`;
}
