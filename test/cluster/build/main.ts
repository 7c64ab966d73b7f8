// test: `npm run cluster:build`. Builds a Kubernetes control plane from its Go modules, once a machine: what is there is
// kept, what was interrupted goes on where Go's own cache left off; `--check` only says
// whether all of it is there.

import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { assetsFolder, KUBERNETES, KWOK, missingIn, PROGRAMS, type Program } from './assets.ts';
import { goModule } from './module.ts';

const REPORT_EVERY_MS = 15_000;
const folder = assetsFolder();
const moduleFolder = join(folder, 'module');

/** Go as this build calls it. One package at a time leaves the other cores to people. */
const options: SpawnOptions = {
  cwd: moduleFolder,
  env: { GOFLAGS: '-p=1', ...process.env, CGO_ENABLED: '0' },
};

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function minutes(sinceMs: number): string {
  const seconds = Math.round((performance.now() - sinceMs) / 1_000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

function go(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('go', args, {
    ...options,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  if (error !== undefined) throw new Error('go is not there; it builds the control plane', { cause: error });
  if (status !== 0) throw new Error(`go ${args.join(' ')} failed:\n${stderr.trim()}`);
  return stdout;
}

/** Downloads a module and says where its sources are. */
function downloaded(module: string): string {
  const { Dir } = JSON.parse(go('mod', 'download', '-json', module)) as { readonly Dir: string };
  return Dir;
}

/** The module that all programs are built in, so that they share their packages. */
function prepare(): void {
  mkdirSync(moduleFolder, { recursive: true });
  const kubernetes = downloaded(`k8s.io/kubernetes@v${KUBERNETES}`);
  const kwok = downloaded(`sigs.k8s.io/kwok@v${KWOK}`);
  const text = goModule(readFileSync(join(kubernetes, 'go.mod'), 'utf8'));
  writeFileSync(join(moduleFolder, 'go.mod'), text);
  const sums = [kubernetes, kwok].map((module) => readFileSync(join(module, 'go.sum'), 'utf8'));
  writeFileSync(join(moduleFolder, 'go.sum'), sums.join(''));
}

/** Builds one program; `-v` names each package that was not in Go's cache. */
async function build({ name, goPackage, version }: Program): Promise<void> {
  const startedMs = performance.now();
  const unfinished = join(folder, `${name}.unfinished`);
  const stamp = `-s -w -X k8s.io/component-base/version.gitVersion=v${KUBERNETES}`;
  const args = ['build', '-v', '-mod=mod', '-trimpath', '-ldflags', stamp, '-o', unfinished, goPackage];
  const child = spawn('go', args, { ...options, stdio: ['ignore', 'inherit', 'pipe'] });
  let packages = 0;
  let last = '';
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    packages++;
    last = line;
  });
  const report = setInterval(
    () => say(`   ${name}: ${packages} packages, ${minutes(startedMs)} (${last})`),
    REPORT_EVERY_MS,
  );
  const code = await new Promise((done, failed) => child.once('close', done).once('error', failed));
  clearInterval(report);
  if (code !== 0) throw new Error(`go build ${goPackage} ended with ${code}: ${last}`);
  renameSync(unfinished, join(folder, name));
  const megabytes = Math.round(statSync(join(folder, name)).size / 1_000_000);
  say(`== ${name} ${version}: built in ${minutes(startedMs)}, ${packages} packages, ${megabytes} MB`);
}

const missing = missingIn(folder);
if (process.argv.includes('--check')) {
  const given = process.env['TEST_KUBECONFIG'] ?? process.env['KUBEBUILDER_ASSETS'];
  const isThere = given !== undefined || missing.length === 0;
  say(isThere ? `== a control plane: ${given ?? folder}` : `== no ${missing.join(', ')} in ${folder}`);
  process.exit(isThere ? 0 : 1);
}
say(`== a control plane of Kubernetes ${KUBERNETES} in ${folder}`);
for (const { name, version } of PROGRAMS) if (!missing.includes(name)) say(`== ${name} ${version}: is there`);
if (missing.length > 0) {
  mkdirSync(moduleFolder, { recursive: true });
  say('== getting the modules');
  prepare();
  for (const program of PROGRAMS) if (missing.includes(program.name)) await build(program);
}
say('== complete: npm run test:cluster');
