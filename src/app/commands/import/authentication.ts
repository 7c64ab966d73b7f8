// app: where a trigger's parameters come from: its metadata, an environment variable of the container, or a
// TriggerAuthentication.

import type { ValueSource } from '../../../api/policy.ts';
import type { Fields } from './fields.ts';

export interface Parameters {
  /** A value that may stand in a policy; from a variable or a Secret it has a reference. */
  plain(name: string): { readonly value?: string; readonly from?: ValueSource } | undefined;
  /** A secret: by reference only. */
  secret(name: string): ValueSource | undefined;
}

/** By namespace and name. */
export type Authentications = ReadonlyMap<string, Fields>;

export function parametersOf(metadata: Fields, authentication: Fields | undefined): Parameters {
  const references = authentication === undefined ? new Map() : referencesOf(authentication);
  const reference = (name: string): ValueSource | undefined => {
    const variable = metadata.text(`${name}FromEnv`);
    if (variable !== undefined) {
      metadata.note(`${name}FromEnv`, `variable ${variable} must be set where the operator is started`);
      return { fromEnv: variable };
    }
    return references.get(name);
  };
  return {
    plain: (name) => {
      const value = metadata.text(name);
      if (value !== undefined) return { value };
      const from = reference(name);
      return from === undefined ? undefined : { from };
    },
    secret: (name) => {
      if (metadata.has(name)) {
        metadata.take(name);
        const variable = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
        metadata.note(
          name,
          `is a secret, which a policy does not hold: set variable ${variable} where the operator is started`,
        );
        return { fromEnv: variable };
      }
      return reference(name);
    },
  };
}

function referencesOf(authentication: Fields): ReadonlyMap<string, ValueSource> {
  const spec = authentication.at('spec');
  const secrets = spec.list('secretTargetRef').flatMap((entry) => {
    const [parameter, name, key] = [entry.text('parameter'), entry.text('name'), entry.text('key')];
    if (parameter === undefined || name === undefined || key === undefined) return [];
    return [[parameter, { fromSecret: { name, key } }] as const];
  });
  const variables = spec.list('env').flatMap((entry) => {
    const [parameter, name] = [entry.text('parameter'), entry.text('name')];
    entry.explain(
      'containerName',
      `is not looked at: the variable must be set where the operator is started`,
    );
    if (parameter === undefined || name === undefined) return [];
    return [[parameter, { fromEnv: name }] as const];
  });
  spec.explain(
    'podIdentity',
    'has no counterpart: no token is asked for here; give a key, a password, or a token in a file that somebody renews, by reference',
  );
  return new Map<string, ValueSource>([...secrets, ...variables]);
}
