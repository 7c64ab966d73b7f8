// Programs from PyPI for tests of sources: installed once, kept from run to run.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
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
  mkdirSync(ROOM, { recursive: true });
  const lock = `${place}.lock`;
  // Several test files may want the same one, each in a process of its own.
  while (!isLocked(lock)) Atomics.wait(ASLEEP, 0, 0, 100);
  try {
    if (isUsable(join(programsOf(library), program))) return false;
    rmSync(place, { recursive: true, force: true });
    console.warn(
      `${title}: installing ${packages.join(' ')} from PyPI, once, for ${WITHIN_MS / 1_000} s at most`,
    );
    const endMs = performance.now() + WITHIN_MS;
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
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** A program names the Python it was installed for, which is gone once the checkout was moved. */
function isUsable(program: string): boolean {
  if (!existsSync(program)) return false;
  const [, python] = /^#!(\S+)/.exec(readFileSync(program, 'utf8')) ?? [];
  return python === undefined || existsSync(python);
}

const ASLEEP = new Int32Array(new SharedArrayBuffer(4));

/** One that is older than an installation may take was left behind. */
function isLocked(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const sinceMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - sinceMs > WITHIN_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}
