// api: the port behind value sources. Whoever needs a value asks for it by reference, at the moment of use.

import type { ValueSource } from './policy.ts';

/**
 * What a value is used as. A `secret` (the default) is masked wherever a log line would show it; a `setting`
 * (a queue's name, an endpoint) is shown, also where the same value is handed to an app's environment.
 */
export type ValueUse = 'secret' | 'setting';

/** Resolves value sources at use; the implementation decides what may be read. */
export interface ValueResolver {
  /** Throws UnresolvedReference (says which reference, never the value) when it cannot be had. */
  resolve(from: ValueSource, use?: ValueUse): string;
}
