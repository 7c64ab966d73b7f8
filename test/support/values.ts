// test support: a value resolver over a plain object in place of the environment, that remembers what was asked. Files are real.

import { existsSync, readFileSync } from 'node:fs';
import type { ValueSource } from '../../src/api/policy.ts';
import type { TrustRules } from '../../src/api/trust/rules.ts';
import type { ValueResolver, ValueUse } from '../../src/api/values.ts';
import { TerminalError } from '../../src/runtime/errors.ts';

export interface FakeValues extends ValueResolver {
  /** Variables; may be changed between reads. */
  readonly env: Record<string, string>;
  readonly asked: readonly { readonly from: ValueSource; readonly use: ValueUse }[];
}

export function fakeValues(env: Record<string, string> = {}): FakeValues {
  const asked: { from: ValueSource; use: ValueUse }[] = [];
  return {
    env,
    asked,
    resolve(from, use = 'secret') {
      asked.push({ from, use });
      const { fromEnv, fromFile } = from;
      if (fromFile !== undefined && existsSync(fromFile)) return readFileSync(fromFile, 'utf8');
      const found = fromEnv === undefined ? undefined : env[fromEnv];
      if (found === undefined) throw new TerminalError(`${fromEnv ?? fromFile ?? 'it'} is not set`);
      return found;
    },
  };
}

/** What an operator is started with that lets policies of untrusted homes do nothing beyond the ordinary. */
export const NOTHING_ALLOWED: TrustRules = {
  plainEnv: [],
  secretEnv: [],
  secretFiles: [],
  endpoints: [],
  appPrefixes: [],
  privileged: false,
  definitionParts: [],
  own: { marathonOrigins: [], variable: () => undefined },
};
