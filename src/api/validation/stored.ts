// api: checks what a store gave back against its schema. A record of another version may have more fields than this one knows.

import { Ajv, type ValidateFunction } from 'ajv';
import type { JsonSchema } from '../schema/json-schema.ts';

/**
 * One for all. The schemas are our own, so that none is checked itself; nobody reads what is wrong with a record; and code
 * that runs once for each record is not worth the time of making it shorter.
 */
const ajv = new Ajv({
  strict: false,
  validateFormats: false,
  meta: false,
  validateSchema: false,
  messages: false,
  addUsedSchema: false,
  code: { optimize: false },
});

/**
 * Compiled on first use: an empty collection costs nothing. Fields that the schema does not name are no mistake; whoever
 * reads the record takes over those that it names.
 */
export function storedAs<T>(schema: JsonSchema): (value: unknown) => value is T {
  let compiled: ValidateFunction<T> | undefined;
  return (value): value is T => {
    compiled ??= ajv.compile<T>(schema);
    return compiled(value);
  };
}
