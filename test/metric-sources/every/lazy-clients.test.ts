// A client library costs those who use it: it is loaded by the first read of a policy that names its source.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Every package that a source loads at run time, whichever source it is. */
const clients: readonly string[] = globSync('src/{metric-sources,runtime}/**/*.ts', { cwd: ROOT }).flatMap(
  (path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(/(?<!typeof )\bimport\('([^.'][^']*)'\)/g)].map(
      ([, name = '']) => name,
    ),
);

/** Of those, the ones that the command has loaded by the time it ends, which it is asked to once it says this. */
async function loadedBy(args: readonly string[], until: RegExp | undefined): Promise<readonly string[]> {
  const recorder = join(ROOT, 'bench/sources/loaded-packages.ts');
  const child = spawn(process.execPath, ['--import', recorder, 'src/cli/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PASSWORD: 'secret' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      said += String(piece);
      if (until?.test(said)) child.kill('SIGTERM');
    });
  await once(child, 'close');
  const packages = /^packages (\[.*\])$/m.exec(said)?.[1];
  if (packages === undefined) throw new Error(`it did not end by itself:\n${said}`);
  const loaded = new Set<unknown>(JSON.parse(packages));
  return [...new Set(clients)].filter((name) => loaded.has(name));
}

function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lazy-clients-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it('knows the clients by the sources that load them', () => {
  expect(clients).toEqual(expect.arrayContaining(['@aws-sdk/client-sqs', '@grpc/grpc-js', 'pg', 'undici']));
});

it('is not loaded by an operator without a policy that names its source', async () => {
  const where = ['--policies', scratch(), '--marathon', 'http://127.0.0.1:1', '--api', '127.0.0.1:0'];
  expect(await loadedBy(['run', ...where], /operator started/)).toEqual([]);
});

it('is loaded alone by a read of its source', async () => {
  const policy = join(scratch(), 'policy.yaml');
  writeFileSync(
    policy,
    `apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: jobs }
spec:
  capacity: { slots: 2 }
  apps:
    - name: worker
      priority: 1
      instances: { min: 1 }
      targets:
        - queueLength: 5
          metric:
            postgresql:
              endpoint: postgresql://127.0.0.1:1/jobs
              auth: { username: reader, password: { fromEnv: PASSWORD } }
              query: SELECT 1 AS waiting
    - { name: rest, priority: 2, instances: { min: 1 }, remainder: {} }
`,
  );
  expect(await loadedBy(['read', '-f', policy], undefined)).toEqual(['pg']);
});
