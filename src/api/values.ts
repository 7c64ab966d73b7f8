// api: the port behind values. A value is resolved at the moment of use.

import type { ValueSource } from './policy.ts';

/**
 * What a value is used as. A `secret` (the default) is masked wherever people would read it, also where it comes as
 * something else; a `plain` value is shown. What goes into an `environment` is a secret, unless the administrator's own
 * policies say that it is none.
 */
export type ValueUse = 'secret' | 'plain' | 'environment';

/** Resolves value sources at use; the implementation decides what may be read. */
export interface ValueResolver {
  /** Throws UnresolvedReference (says which reference, never the value) when it cannot be had. */
  resolve(from: ValueSource, use?: ValueUse): string;
}

/** A plain value as a policy gives it: itself, or where it comes from. */
export type PlainValue = { readonly value: string } | { readonly from: ValueSource };

/** Of `x` and `xFrom` the one that is given. */
export function plainValue(value: string | undefined, from: ValueSource | undefined): PlainValue | undefined {
  if (value !== undefined) return { value };
  return from === undefined ? undefined : { from };
}

/** Throws as `resolve` does. */
export function resolvePlain(plain: PlainValue, values: ValueResolver): string {
  return 'value' in plain ? plain.value : values.resolve(plain.from, 'plain');
}

/** Names a reference for people: the variable, the file, the Secret. */
export function referenceName({ fromEnv, fromFile, fromSecret }: ValueSource): string {
  return fromEnv ?? fromFile ?? fromSecret?.name ?? 'no source';
}
