// app: files that policies name, read where their links lead, and not out of the directories that are allowed.

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { TerminalError } from '../../runtime/errors.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * Reads a file's text. One below a directory of `directories` (`--allow-secret-files`, absolute) must lie there
 * with all its symbolic links followed, whoever names it: a mounted secret is `key -> ..data/key`.
 *
 * @throws Error of the system, or TerminalError when links lead out of the directory
 */
export function confinedReader(directories: readonly string[]): (path: string) => string {
  return (path) => {
    const directory = directories.find((dir) => isBelow(path, dir));
    if (directory === undefined) return readFileSync(path, 'utf8');
    const real = realpathSync(path);
    if (!isBelow(real, realpathSync(directory))) {
      throw new TerminalError(
        `its symbolic links lead out of ${directory}, which --allow-secret-files names`,
      );
    }
    const stats = statSync(real);
    if (!stats.isFile()) throw new TerminalError('it is not a regular file');
    if (stats.size > MAX_BYTES) throw new TerminalError('it has more than 1 MiB');
    return readFileSync(real, 'utf8');
  };
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
