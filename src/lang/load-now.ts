// lang: a module for what few inputs need, loaded when the first of them comes and the caller cannot wait.

import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** The package of this name: the same object every time. It awaits nothing at its top level. */
export function loadNow(name: string): unknown {
  return load(name);
}
