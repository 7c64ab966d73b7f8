// app: the workloads that a person named, each once, in the order named; nobody: all of them.

import { closest } from '../../../api/words/suggest.ts';
import { TerminalError } from '../../../runtime/errors.ts';

/**
 * @param missing what there is not, before the hint: `there is no Deployment web in namespace shop`
 * @throws TerminalError for a name that means none
 */
export function choose<T extends { readonly name: string }>(
  found: readonly T[],
  named: readonly string[],
  missing: (name: string) => string,
): readonly T[] {
  if (named.length === 0) return found;
  const names = found.map(({ name }) => name);
  return [...new Set(named)].map((name) => {
    const one = found.find((each) => each.name === name);
    if (one !== undefined) return one;
    const near = closest(name, names);
    const hint = near === undefined ? `there are ${names.length}` : `did you mean ${near}?`;
    throw new TerminalError(`${missing(name)}; ${hint}`);
  });
}
