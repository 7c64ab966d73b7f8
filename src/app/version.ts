// app: the version, from the package's own package.json (the tree in development, the published package otherwise).

import { readFileSync } from 'node:fs';

function read(): string {
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const value = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (value.name === 'microscaling' && value.version !== undefined) return value.version;
    } catch {
      // the next place
    }
  }
  return 'unknown';
}

export const VERSION = read();
