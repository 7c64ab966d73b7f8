// api: what in an app definition reaches beyond the app: its machine, or what a whole cluster shares. Anything that is
// not known to be harmless counts: a list of what is dangerous would be out of date with the next version of Docker.

import type { JsonObject } from '../schema/json-schema.ts';
import type { Finding } from '../validation/finding.ts';
import type { DefinitionTrust } from './definition/rule.ts';
import { DEFINITION_RULES } from './definition/table.ts';

/** @param pointer of `app` in the policy */
export function checkDefinition(
  definition: JsonObject,
  pointer: string,
  trust: DefinitionTrust,
): readonly Finding[] {
  return DEFINITION_RULES.flatMap(({ check }) => check?.(definition, pointer, trust) ?? []);
}
