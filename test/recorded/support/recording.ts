// test support: where the recordings of a real Marathon are, and how they are read.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

/** The folder, from the project's root where its name is relative. */
export function recordingFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return resolve(root, env['MARATHON_RECORDED'] ?? '../shared/marathon-recorded');
}

/**
 * The records of one file; undefined where there is no such file, which is said in one line. The folder is not part
 * of the project, so its absence is never a failure, also under CI.
 */
export function recorded<T>(file: string): readonly T[] | undefined {
  const path = join(recordingFolder(), file);
  if (!existsSync(path)) {
    console.log(`skipped: no recording at ${path}; MARATHON_RECORDED=DIR names another folder`);
    return undefined;
  }
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as T);
}
