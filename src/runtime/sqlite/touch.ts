// runtime: files of the store are made before SQLite would, so that nobody else may ever read them.

import { closeSync, openSync } from 'node:fs';

/**
 * Makes an empty file for its owner's eyes only; one that is there stays as it is and is not opened, since closing
 * it again would drop the locks that this process has on it.
 */
export function touch(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
