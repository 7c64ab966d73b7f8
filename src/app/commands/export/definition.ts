// app: a running app's definition as a policy may hold it: without Marathon's own fields and without secrets.

import { CREATION_LABEL } from '../../../api/labels/creation-label.ts';
import { settable } from '../../../schedulers/marathon/definition/definition.ts';
import { isObject, type Json, type MarathonApp } from '../../../schedulers/marathon/schema.ts';
import { isSecretVariable, secretField } from './secrets.ts';

export interface ExportedDefinition {
  readonly definition: Json;
  /** Variables whose values stay out of the policy. */
  readonly secret: readonly string[];
}

/** Or why the definition cannot be written down. */
export function exportedDefinition(app: MarathonApp): ExportedDefinition | { readonly leftOut: string } {
  const { env, labels, ...rest } = settable(app.definition);
  const foreign = Object.entries(mapOf(labels)).filter(([name]) => name !== CREATION_LABEL);
  const variables = Object.entries(mapOf(env));
  const isSecret = ([name, value]: [string, unknown]): boolean =>
    typeof value === 'string' && isSecretVariable(name, value);
  const plain = variables.filter((variable) => !isSecret(variable));
  const definition = {
    ...rest,
    ...(plain.length > 0 && { env: Object.fromEntries(plain) }),
    ...(foreign.length > 0 && { labels: Object.fromEntries(foreign) }),
  };
  const { env: _, ...shown } = definition;
  const field = secretField(shown);
  if (field !== undefined) return { leftOut: `${field} may hold a secret` };
  return { definition, secret: variables.filter(isSecret).map(([name]) => name) };
}

function mapOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
