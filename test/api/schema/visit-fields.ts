// Walks over a document with its schema beside it.

import { isObject, type JsonSchema } from '../../../src/api/schema/json-schema.ts';

/**
 * Visits every field that `value` gives and `schema` knows, parents first.
 *
 * @param visit gets the field's path without list positions, `spec.apps[].name`, and its JSON pointer
 */
export function visitFields(
  schema: JsonSchema,
  value: unknown,
  visit: (field: string, pointer: string) => void,
): void {
  const walk = (node: JsonSchema, at: unknown, field: string, pointer: string): void => {
    if (pointer !== '') visit(field, pointer);
    if (isObject(at)) {
      for (const [name, child] of Object.entries(node.properties ?? {})) {
        if (Object.hasOwn(at, name)) {
          walk(child, at[name], field === '' ? name : `${field}.${name}`, `${pointer}/${name}`);
        }
      }
    }
    if (Array.isArray(at) && node.items !== undefined) {
      for (const [index, item] of at.entries()) walk(node.items, item, `${field}[]`, `${pointer}/${index}`);
    }
  };
  walk(schema, value, '', '');
}
