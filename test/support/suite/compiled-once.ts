// Has each program of ours compiled once, not once in each process that a test starts: half of the processor time of a short
// command goes into reading TypeScript.

import { rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

const DIR = resolve(import.meta.dirname, '../../../node_modules/.cache/microscaling-compiled');
/** Copies of the programs that tests make elsewhere are in it, too. */
const KEPT_MS = 86_400_000;

/** Vitest calls this before the first test file; the environment reaches every process. */
export function setup(): void {
  if (process.env['NODE_COMPILE_CACHE'] !== undefined) return;
  emptyOld(DIR, Date.now());
  process.env['NODE_COMPILE_CACHE'] = DIR;
}

/** Removes what was made more than a day ago. */
export function emptyOld(dir: string, nowMs: number): void {
  const madeMs = statSync(dir, { throwIfNoEntry: false })?.mtimeMs;
  if (madeMs !== undefined && nowMs - madeMs > KEPT_MS) rmSync(dir, { recursive: true, force: true });
}
