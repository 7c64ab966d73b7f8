// api: the defaults that Marathon fills in, from the table of fields.

import { isObject, type JsonObject } from '../schema/json-schema.ts';
import { isGiven } from './fields.ts';
import type { ObjectShape, Shape } from './shape.ts';

export function withDefaults(value: JsonObject, shape: ObjectShape): JsonObject {
  const filled: [string, unknown][] = [];
  for (const [name, field] of Object.entries(shape.fields)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    const item = isGiven(given) ? given : field.otherwise;
    if (item !== undefined) filled.push([name, filledIn(item, field.is)]);
  }
  return Object.fromEntries(filled);
}

function filledIn(value: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case 'object':
      return isObject(value) ? withDefaults(value, shape) : value;
    case 'list':
      return Array.isArray(value) ? value.map((item) => filledIn(item, shape.of)) : value;
    case 'map':
      return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledIn(item, shape.of)]))
        : value;
    case 'union':
      return filledIn(value, shape.pick(value));
    default:
      return value;
  }
}

/** Without the fields that Marathon 1.`minor` does not know. */
export function knownTo(minor: number, value: JsonObject, shape: ObjectShape): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
      if (field === undefined || (field.since ?? 0) > minor) return [];
      return [[name, knownIn(minor, item, field.is)]];
    }),
  );
}

function knownIn(minor: number, value: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case 'object':
      return isObject(value) ? knownTo(minor, value, shape) : value;
    case 'list':
      return Array.isArray(value) ? value.map((item) => knownIn(minor, item, shape.of)) : value;
    case 'union':
      return knownIn(minor, value, shape.pick(value));
    default:
      return value;
  }
}
