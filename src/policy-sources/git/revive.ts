// policy-sources/git: an operator that starts while a commit is bad has no last good version in memory. The repository has.

import { documentOf, nameOf } from '../file-memory.ts';
import type { PolicySnapshot } from '../source.ts';

/** `now`, with what is invalid in it as it was in `sound`; the rest of `sound` counts for nothing. */
export function revived(now: PolicySnapshot, sound: PolicySnapshot): PolicySnapshot {
  const invalid = new Set(now.invalid.map(nameOf));
  const back = sound.resources.filter(({ resource }) => invalid.has(nameOf(documentOf(resource))));
  const names = new Set(back.map(({ resource }) => nameOf(documentOf(resource))));
  return {
    ...now,
    resources: [...now.resources, ...back],
    invalid: now.invalid.filter((document) => !names.has(nameOf(document))),
  };
}
