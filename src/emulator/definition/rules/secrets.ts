// emulator: secrets, and the environment that refers to them.

import type { GivenApp } from '../given.ts';
import { featureProblem, type RuleContext } from './context.ts';
import { each, unless, type Violation } from './violation.ts';

export function secrets(app: GivenApp, { features }: RuleContext): readonly Violation[] {
  const names = Object.keys(app.secrets);
  if (!features.has('secrets')) return unless(names.length === 0, '/secrets', featureProblem('secrets'));
  return each(names, '/secrets/keys', (name, path) => unless(name !== '', path, 'must not be empty'));
}

export function environment(app: GivenApp, { features }: RuleContext): readonly Violation[] {
  const references = Object.entries(app.env).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [{ name, secret: value.secret }],
  );
  return [
    ...each(Object.keys(app.env), '/env/keys', (name, path) =>
      unless(name !== '', path, 'must not be empty'),
    ),
    ...unless(
      references.length === 0 || features.has('secrets'),
      '/env',
      'use of secret-references in the environment requires the secrets feature to be enabled',
    ),
    ...references.flatMap(({ name, secret }) =>
      unless(Object.hasOwn(app.secrets, secret), `/env/${name}/secret`, 'references an undefined secret'),
    ),
  ];
}

/** An empty name of a secret is refused only where it is declared. */
export function secretNames(app: GivenApp): readonly Violation[] {
  return Object.entries(app.env).flatMap(([name, value]) =>
    unless(typeof value === 'string' || value.secret !== '', `/env/(${name})/secret`, 'must not be empty'),
  );
}
