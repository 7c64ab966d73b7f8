// Programs from PyPI for tests of sources: installed once, kept from run to run.

import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOM = resolve(import.meta.dirname, '../../node_modules/.cache');
/** Where a minute has to be enough, `SOURCES_INSTALL_WITHIN_S=60`. */
const WITHIN_MS = 1_000 * Number(process.env['SOURCES_INSTALL_WITHIN_S'] ?? 200);

export interface PythonLibrary {
  /** What it is for, as people call it. */
  readonly title: string;
  /** `name-version`. */
  readonly folder: string;
  readonly packages: readonly string[];
  readonly program: string;
}

/** Where its programs are. */
export function programsOf({ folder }: PythonLibrary): string {
  return join(ROOM, folder, 'bin');
}

/** Installs it where it is not there yet; why its tests cannot run here: prints it. */
export function pythonLibraryMissing(library: PythonLibrary): boolean {
  const { title, folder, packages, program } = library;
  const place = join(ROOM, folder);
  if (existsSync(join(programsOf(library), program))) return false;
  const endMs = performance.now() + WITHIN_MS;
  try {
    const step = (command: string, args: readonly string[]): void => {
      const timeout = Math.max(1, Math.round(endMs - performance.now()));
      execFileSync(command, args, { stdio: 'pipe', timeout });
    };
    step('python3', ['-m', 'venv', place]);
    step(join(place, 'bin/pip'), ['install', '--quiet', ...packages]);
    return false;
  } catch {
    rmSync(place, { recursive: true, force: true });
    const what = packages.join(' ');
    console.warn(
      `${title} tests skipped: ${what} could not be installed from PyPI in ${WITHIN_MS / 1_000} s`,
    );
    return true;
  }
}
