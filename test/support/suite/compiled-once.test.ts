import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyOld, setup } from './compiled-once.ts';

const before = process.env['NODE_COMPILE_CACHE'];
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'compiled-once-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
  if (before === undefined) delete process.env['NODE_COMPILE_CACHE'];
  else process.env['NODE_COMPILE_CACHE'] = before;
});

it('names one folder for what programs compile, and keeps that which a person has named', () => {
  delete process.env['NODE_COMPILE_CACHE'];
  setup();
  expect(process.env['NODE_COMPILE_CACHE']).toMatch(/node_modules\/\.cache\/microscaling-compiled$/);
  process.env['NODE_COMPILE_CACHE'] = '/somewhere';
  setup();
  expect(process.env['NODE_COMPILE_CACHE']).toBe('/somewhere');
});

it('is filled by programs, and emptied when it is old', () => {
  const [module, program, cache] = [join(dir, 'module.ts'), join(dir, 'program.ts'), join(dir, 'cache')];
  writeFileSync(module, `export const words = '${'word '.repeat(1_000)}';`);
  writeFileSync(program, `import { words } from './module.ts'; console.log(words.length as number);`);
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  expect(execFileSync(process.execPath, [program], { encoding: 'utf8', env })).toBe('5000\n');
  expect(readdirSync(cache).length).toBeGreaterThan(0);
  emptyOld(cache, Date.now() + 80_000_000);
  expect(existsSync(cache)).toBe(true);
  emptyOld(cache, Date.now() + 90_000_000);
  expect(existsSync(cache)).toBe(false);
});
