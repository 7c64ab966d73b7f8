// runtime: a directory for what need not outlive the process.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, TerminalError } from './errors.ts';

export interface ScratchUse {
  /** What is to be kept there, for people: `the clone of a repository`. */
  readonly what: string;
  /** What would do without it, where something would: `name a directory with --data DIR`. */
  readonly instead?: string;
}

/**
 * A new one, `PREFIX-…` in the system's directory for temporary files.
 *
 * @throws TerminalError where nothing can be written, as in a container whose file system is read-only
 */
export function makeScratchDirectory(prefix: string, { what, instead }: ScratchUse): string {
  const parent = tmpdir();
  try {
    return mkdtempSync(join(parent, `${prefix}-`));
  } catch (error) {
    const advice = [
      ...(instead === undefined ? [] : [instead]),
      `make ${parent} writable (docker run --tmpfs ${parent})`,
      'name another directory in TMPDIR',
    ];
    const last = advice.pop();
    throw new TerminalError(
      `${parent} cannot be written to, and ${what} has to be kept somewhere: ${advice.join(', ')} or ${last} (${codeOf(error)})`,
      { cause: error },
    );
  }
}

/** Says before anything is begun that there would be no place. Throws as `makeScratchDirectory`. */
export function requireScratch(use: ScratchUse): void {
  rmSync(makeScratchDirectory('microscaling', use), { recursive: true, force: true });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
}
