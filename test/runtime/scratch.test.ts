// What cannot be tried here without being root is a file system that is mounted read-only: a directory that is not there
// fails at the same call.

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { TerminalError } from '../../src/runtime/errors.ts';
import { makeScratchDirectory, requireScratch } from '../../src/runtime/scratch.ts';

const { TMPDIR } = process.env;
const home = mkdtempSync(join(tmpdir(), 'scratch-'));

afterEach(() => {
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
});

it('makes a directory of its own each time', () => {
  process.env['TMPDIR'] = home;
  const made = [1, 2].map(() => makeScratchDirectory('clone', { what: 'it' }));
  expect(new Set(made).size).toBe(2);
  for (const path of made) expect(statSync(path).isDirectory()).toBe(true);
});

it('leaves nothing behind where it only looks', () => {
  const before = readdirSync(home);
  process.env['TMPDIR'] = home;
  requireScratch({ what: 'it' });
  expect(readdirSync(home)).toEqual(before);
  rmSync(home, { recursive: true });
});

it('names in one sentence what would help where nothing can be written', () => {
  process.env['TMPDIR'] = '/nowhere/at/all';
  const use = { what: 'the clone of a repository', instead: 'name a directory with --data DIR' };
  expect(() => requireScratch(use)).toThrow(TerminalError);
  expect(() => requireScratch(use)).toThrow(
    '/nowhere/at/all cannot be written to, and the clone of a repository has to be kept somewhere: ' +
      'name a directory with --data DIR, make /nowhere/at/all writable (docker run --tmpfs /nowhere/at/all) ' +
      'or name another directory in TMPDIR (ENOENT)',
  );
});
