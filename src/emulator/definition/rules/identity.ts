// emulator: the id of an app, and the ids that it depends on.

import { pathProblems, segmentsOf } from '../app-id.ts';
import type { GivenApp } from '../given.ts';
import { each, unless, type Violation, violation } from './violation.ts';

export function identity({ id, dependencies }: GivenApp): readonly Violation[] {
  const isRoot = segmentsOf(id).length === 0;
  return [
    ...pathProblems(id).map((error) => violation('/id', error)),
    ...unless(!isRoot, '/id', 'Path must contain at least one path element'),
    ...unless(!isRoot, '', 'must not be root'),
    ...each(dependencies, '/dependencies', (dependency, path) =>
      pathProblems(dependency).map((error) => violation(path, error)),
    ),
  ];
}
