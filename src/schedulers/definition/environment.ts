// schedulers: `envFrom`, resolved at use.

import type { EnvFrom } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import { TerminalError } from '../../runtime/errors.ts';

export interface ResolvedEnv {
  readonly values: Readonly<Record<string, string>>;
  /** Names whose value cannot be had here. */
  readonly unresolved: readonly string[];
}

/**
 * For a write.
 *
 * @throws TerminalError when a value that is not optional cannot be had
 */
export function resolveEnv(envFrom: readonly EnvFrom[], resolver: ValueResolver): ResolvedEnv {
  return resolve(envFrom, resolver, (entry) => entry.optional);
}

/** For a comparison: whatever cannot be had is left out. */
export function tryResolveEnv(envFrom: readonly EnvFrom[], resolver: ValueResolver): ResolvedEnv {
  return resolve(envFrom, resolver, () => true);
}

function resolve(
  envFrom: readonly EnvFrom[],
  resolver: ValueResolver,
  mayLack: (entry: EnvFrom) => boolean,
): ResolvedEnv {
  const values: [name: string, value: string][] = [];
  const unresolved: string[] = [];
  for (const entry of envFrom) {
    try {
      values.push([entry.name, resolver.resolve(entry.from, 'environment')]);
    } catch (error) {
      if (!(error instanceof TerminalError && mayLack(entry))) throw error;
      unresolved.push(entry.name);
    }
  }
  return { values: Object.fromEntries(values), unresolved };
}
