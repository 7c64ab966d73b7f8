// app: `npm run build`. Compiles to dist/, which is the published package: Node strips no types in node_modules.

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { type Manifest, publishedManifest } from './published-manifest.ts';

const root = resolve(import.meta.dirname, '../../..');
const TOOLS = join(root, 'src/app/tools');
/** For people who work on the project. */
const NOT_SHIPPED = [TOOLS, join(root, 'src/cli/tools')];

/** Goes along as it is, from the root of the repository. */
const COPIED = [
  'crds',
  'specs/policies',
  'specs/programs',
  'docs/runbooks',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
];

const SHEBANG = '#!/usr/bin/env node\n';

/** Replaces `outDir` by a fresh build; throws, with the compiler's words printed, when something does not compile. */
export function build(outDir: string): void {
  rmSync(outDir, { recursive: true, force: true });
  compile(outDir);
  copyAssets(outDir);
  makeExecutable(join(outDir, 'cli/main.js'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
}

function compile(outDir: string): void {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(typescript), 'bin/tsc');
  const project = join(TOOLS, 'tsconfig.build.json');
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', outDir], { cwd: root, stdio: 'inherit' });
}

/** Everything in src that the compiler does not see: the page, scripts. */
function copyAssets(outDir: string): void {
  cpSync(join(root, 'src'), outDir, {
    recursive: true,
    filter: (path) =>
      !NOT_SHIPPED.includes(path) && (statSync(path).isDirectory() || !/\.(ts|md)$/.test(path)),
  });
  for (const path of COPIED.filter((each) => existsSync(join(root, each)))) {
    cpSync(join(root, path), join(outDir, path), { recursive: true });
  }
}

function makeExecutable(path: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(path, SHEBANG + text);
  chmodSync(path, 0o755);
}

if (import.meta.main) build(join(root, 'dist'));
