// What the embedded server's readme says about using it as a library.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const ROOM = resolve(import.meta.dirname, '../../src/emulator');
const README = readFileSync(join(ROOM, 'readme.md'), 'utf8');

const dir = mkdtempSync(join(tmpdir(), 'emulator-readme-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** The only ```ts block, as a program that may lie anywhere. */
function example(): string {
  const blocks = [...README.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  expect(blocks).toHaveLength(1);
  const beside = "from './index.ts'";
  expect(blocks[0]).toContain(beside);
  return (blocks[0] ?? '').replace(beside, `from '${pathToFileURL(join(ROOM, 'index.ts'))}'`);
}

it('starts a server, runs an app and leaves nothing behind, as the example says', async () => {
  const file = join(dir, 'example.ts');
  writeFileSync(file, example());
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, TMPDIR: dir, FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'running: 2\nleft: 0\n', stderr: '' });
  expect(readdirSync(dir)).toEqual(['example.ts']);
});

/** Every file and package that importing `file` brings along. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import\()\s*'([^'\n]+)'/g)) {
    if (target.startsWith('.')) reach(resolve(dirname(file), target), seen);
    else if (!target.startsWith('node:')) seen.add(target.split('/').slice(0, 2).join('/'));
  }
  return seen;
}

it('brings along the rooms and the package that the readme names, and nothing else', () => {
  const src = resolve(ROOM, '..');
  const reached = [...reach(join(ROOM, 'index.ts'))];
  const files = reached.filter((each) => each.startsWith(src));
  const packages = reached.filter((each) => !each.startsWith(src));
  const rooms = new Set(files.map((file) => relative(src, file).split('/')[0] ?? ''));
  expect([...rooms].sort()).toEqual(['emulator', 'lang', 'runtime']);
  expect(packages).toEqual(['@hono/node-server']);
  for (const named of ['`src/runtime`', '`src/lang`', '`@hono/node-server`']) expect(README).toContain(named);
});
