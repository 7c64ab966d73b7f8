// policy-sources/directory: which files there are. Never throws: what cannot be looked at is listed as such.

import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../runtime/errors.ts';
import { MAX_FILES, POLICY_FILE, tooMany } from '../file-rules.ts';
import type { FilesFound, Unreadable } from '../file-snapshot.ts';

/**
 * Finds policy files under `root`, or `root` itself when it is a file: paths under the root as given, sorted by
 * their real place in the tree, each real file once. Hidden names are skipped, symbolic links
 * followed: a ConfigMap mount is `policy.yaml -> ..data/policy.yaml`, `..data -> ..2026_…/`.
 */
export async function walk(root: string, signal: AbortSignal): Promise<FilesFound> {
  const files: string[] = [];
  const unreadable: Unreadable[] = [];
  const seen = new Set<string>();

  const visit = async (path: string, isRoot: boolean): Promise<void> => {
    signal.throwIfAborted();
    if (files.length > MAX_FILES) return;
    const real = await realpath(path);
    if (seen.has(real)) return;
    const isDirectory = (await stat(real)).isDirectory();
    if (!isDirectory && !isRoot && !POLICY_FILE.test(path)) return;
    seen.add(real);
    if (!isDirectory) files.push(path);
    else for (const name of await visibleNames(path)) await attempt(join(path, name), false);
  };

  const attempt = async (path: string, isRoot: boolean): Promise<void> => {
    try {
      await visit(path, isRoot);
    } catch (error) {
      signal.throwIfAborted();
      // Renamed away since its directory was read: gone. A link to nowhere is not: it may lead to policies again.
      const gone = !isRoot && isMissing(error) && (await isAbsent(path));
      if (!gone) unreadable.push({ path, why: reason(error) });
    }
  };

  await attempt(root, true);
  if (files.length > MAX_FILES) {
    unreadable.push({ path: root, why: tooMany() });
  }
  return { files: files.slice(0, MAX_FILES), unreadable };
}

async function visibleNames(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => !name.startsWith('.')).sort();
}

function isAbsent(path: string): Promise<boolean> {
  return lstat(path).then(() => false, isMissing);
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** What the system said, in words. */
export function reason(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'this process may not read it';
  if (code === 'ELOOP') return 'its symbolic links lead in a circle';
  return messageOf(error);
}
