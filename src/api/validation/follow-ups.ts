// api: one mistake, one message: leaves out errors of a schema that only repeat another one.

import type { ErrorObject } from 'ajv';
import { choices, type JsonSchema } from '../schema/json-schema.ts';
import { closest } from '../words/suggest.ts';
import { below } from './pointer.ts';

/** The errors that say something new. */
export function withoutFollowUps(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const meant = meantPlaces(errors);
  const byPlace = Map.groupBy(errors, (e) => e.instancePath);
  return errors.filter((e) => {
    // A branch of a group: the group reports by itself.
    if (/\/oneOf\/\d+\//.test(e.schemaPath)) return false;
    if (e.keyword === 'required')
      return !meant.has(below(e.instancePath, String(e.params['missingProperty'])));
    return e.keyword !== 'oneOf' || !isExplained(e, byPlace.get(e.instancePath) ?? [], meant);
  });
}

/** Where the unknown fields probably belong: what is missing there is misspelt. */
export function meantPlaces(errors: readonly ErrorObject[]): ReadonlySet<string> {
  return new Set(
    errors
      .filter((e) => e.keyword === 'additionalProperties')
      .flatMap((e) => {
        const known = Object.keys((e.parentSchema as Partial<JsonSchema>).properties ?? {});
        const field = closest(String(e.params['additionalProperty']), known);
        return field === undefined ? [] : [below(e.instancePath, field)];
      }),
  );
}

/** Whether a group has none of its fields for a reason that is reported anyway. */
function isExplained(
  group: ErrorObject,
  besides: readonly ErrorObject[],
  meant: ReadonlySet<string>,
): boolean {
  if (besides.some((e) => e.keyword === 'type')) return true;
  if (group.params['passingSchemas'] !== null) return false;
  const schema = group.parentSchema as Partial<JsonSchema>;
  const fields = choices(schema).flat();
  if (fields.some((field) => meant.has(below(group.instancePath, field)))) return true;
  // Where nothing but the group may stand, an unknown field was an attempt at it.
  const nothingElse = fields.length === Object.keys(schema.properties ?? {}).length;
  return nothingElse && besides.some((e) => e.keyword === 'additionalProperties');
}
