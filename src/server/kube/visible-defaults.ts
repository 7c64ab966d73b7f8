// server: which defaults an applied object shows.

import { isObject } from '../../api/schema/json-schema.ts';

/**
 * What was written, with the defaults of its fields added; what stands in lists stays as it was written.
 *
 * `kubectl apply` compares a list of a custom resource as a whole: with defaults inside, the object would never again
 * equal the file that it came from, and every apply would say "configured". Lists get their defaults whenever they are read.
 */
export function visibleDefaults(written: unknown, defaulted: unknown): unknown {
  if (!isObject(written) || !isObject(defaulted)) return written;
  const names = [
    ...Object.keys(written),
    ...Object.keys(defaulted).filter((name) => !Object.hasOwn(written, name)),
  ];
  const shown = names.map((name) => {
    const given = Object.hasOwn(written, name);
    return [name, given ? visibleDefaults(written[name], defaulted[name]) : defaulted[name]] as const;
  });
  return Object.fromEntries(shown);
}
