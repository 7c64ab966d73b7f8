// bench: the modules of the sources that neither the demo nor a policy of the measurement names.

import { registerHooks } from 'node:module';

const USED = ['azure-queue', 'random'];

/** @param instead the module in the place of that source's own; undefined: its own */
export function watchSources(instead: (name: string) => string | undefined): void {
  registerHooks({
    load(url, context, next) {
      const name = /\/src\/metric-sources\/(?:[a-z]+\/)?([a-z-]+)\/index\.ts$/.exec(url)?.[1];
      const source = name === undefined || USED.includes(name) ? undefined : instead(name);
      return source === undefined ? next(url, context) : { format: 'module', shortCircuit: true, source };
    },
  });
}
