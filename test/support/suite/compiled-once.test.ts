import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { setup } from './compiled-once.ts';

const before = process.env['NODE_COMPILE_CACHE'];
afterEach(() => {
  if (before === undefined) delete process.env['NODE_COMPILE_CACHE'];
  else process.env['NODE_COMPILE_CACHE'] = before;
});

it('gives what programs compile a folder, and takes it away after the last test', () => {
  delete process.env['NODE_COMPILE_CACHE'];
  const end = setup();
  const dir = process.env['NODE_COMPILE_CACHE'] ?? '';
  const [module, program] = [join(dir, 'module.ts'), join(dir, 'program.ts')];
  writeFileSync(module, `export const words = '${'word '.repeat(1_000)}';`);
  writeFileSync(program, `import { words } from './module.ts'; console.log(words.length as number);`);
  const files = readdirSync(dir).length;
  expect(execFileSync(process.execPath, [program], { encoding: 'utf8' })).toBe('5000\n');
  expect(readdirSync(dir).length).toBeGreaterThan(files);
  end();
  expect(existsSync(dir)).toBe(false);
});

it('keeps the folder that a person has named', () => {
  process.env['NODE_COMPILE_CACHE'] = '/somewhere';
  setup()();
  expect(process.env['NODE_COMPILE_CACHE']).toBe('/somewhere');
});
