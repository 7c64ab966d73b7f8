// app: the packages that some need, where Node finds them in a checkout.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { TerminalError } from '../../../../runtime/errors.ts';

export interface InstalledPackage {
  /** Below the checkout: `node_modules/hono`. */
  readonly place: string;
  /** Where its files are, also behind a link. */
  readonly folder: string;
}

/**
 * The named packages and all that they depend on.
 *
 * @throws TerminalError for one that is not installed
 */
export function installedPackages(names: readonly string[], checkout: string): readonly InstalledPackage[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const folder = folderOf(name, from);
    if (folder === undefined)
      throw new TerminalError(`the package ${name} is not installed in ${checkout}: npm ci installs it`);
    if (found.has(folder)) return;
    found.add(folder);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(dependency, folder);
  };
  for (const name of names) visit(name, checkout);
  return [...found].map((folder) => ({ place: relative(checkout, folder), folder: realpathSync(folder) }));
}

/** Node never looks in a node_modules of node_modules, which may be a link to itself. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (basename(at) !== 'node_modules' && existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(at) === at) return undefined;
  }
}
