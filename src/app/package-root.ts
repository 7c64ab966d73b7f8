// app: where the package is: the repository in development, its own folder once published.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly engines?: { readonly node?: string };
}

interface Package {
  readonly root: string;
  readonly manifest: Manifest;
}

function find(directory: string): Package {
  const manifest = read(join(directory, 'package.json'));
  if (manifest?.name === 'microscaling') return { root: directory, manifest };
  const parent = dirname(directory);
  return parent === directory ? { root: directory, manifest: {} } : find(parent);
}

function read(path: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

const found = find(import.meta.dirname);

/** Absolute path of a file of the package. */
export function packageFile(...path: string[]): string {
  return join(found.root, ...path);
}

/** As npm writes it: `>=22.22.0`. */
export const NEEDED_NODE = found.manifest.engines?.node;

export const VERSION = found.manifest.version ?? 'unknown';
