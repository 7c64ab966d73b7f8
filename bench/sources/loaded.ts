// bench: which packages a read of a metric loads, seen once and not while anything is measured.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFile } from '../../src/app/package-root.ts';
import { ENV, writePolicy } from './policy.ts';

export async function packagesLoadedWith(metric: object): Promise<readonly unknown[]> {
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-bench-'));
  try {
    const recorder = join(import.meta.dirname, 'loaded-packages.ts');
    const read = ['src/cli/main.ts', 'read', '-f', writePolicy(dir, metric)];
    const said = saidBy(['--import', recorder, ...read]);
    const packages: unknown = JSON.parse(/^packages (\[.*\])$/m.exec(said)?.[1] ?? '[]');
    return Array.isArray(packages) ? packages : [];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Nobody is there to be read: the command fails. */
function saidBy(args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, args, {
      cwd: packageFile('.'),
      env: { PATH: process.env['PATH'], ...ENV },
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    });
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  }
}
