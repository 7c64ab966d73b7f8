// Preloaded into a process: tells when it ends which packages it has loaded, on a line of its own.

import { registerHooks } from 'node:module';

const loaded = new Set<string>();

registerHooks({
  load(url, context, next) {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});

process.on('exit', () => process.stdout.write(`\npackages ${JSON.stringify([...loaded])}\n`));
