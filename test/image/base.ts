// The base image of the Dockerfile: the real one where a registry is reached, else a stand-in of the same Debian, made of its packages,
// with the Node of this checkout. Packages are kept from run to run.

import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { TestEngine } from '../schedulers/docker-engine/real-engine.ts';

export const BASE = 'node:24-slim';

const DEBIAN = 'bookworm';
const KEPT = resolve(import.meta.dirname, `../../node_modules/.cache/${DEBIAN}-minbase.tar`);
/** This machine's authorities, where it has more than Debian: npm runs in the container as it runs here. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** Resolves to how it was had. */
export async function baseImage(engine: TestEngine): Promise<'pulled' | 'stand-in'> {
  const pulled = await engine.docker('pull', '--quiet', BASE).then(
    () => true,
    () => false,
  );
  if (pulled) return 'pulled';
  const root = mkdtempSync(join(tmpdir(), 'base-'));
  try {
    unpackDebian(root);
    addNode(root);
    await engine.importImage(root, BASE, [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      `ENV NODE_EXTRA_CA_CERTS=${AUTHORITIES}`,
      'CMD ["node"]',
    ]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return 'stand-in';
}

function unpackDebian(root: string): void {
  if (!existsSync(KEPT)) {
    mkdirSync(dirname(KEPT), { recursive: true });
    const options = ['--variant=minbase', '--include=ca-certificates', DEBIAN, root];
    execFileSync('debootstrap', options, { stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('tar', ['-C', root, '--exclude=./var/cache/apt/*', '-cf', KEPT, '.']);
    return;
  }
  execFileSync('tar', ['-C', root, '-xf', KEPT]);
}

function addNode(root: string): void {
  const local = join(root, 'usr/local');
  cpSync(process.execPath, join(local, 'bin/node'), { dereference: true });
  const npm = process.env['npm_execpath'];
  if (npm === undefined) throw new Error('run it by npm run test:image: it takes the npm that runs it along');
  cpSync(dirname(dirname(npm)), join(local, 'lib/node_modules/npm'), { recursive: true, dereference: true });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
  appendFileSync(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/sh\n');
  appendFileSync(join(root, 'etc/group'), 'node:x:1000:\n');
  if (existsSync(AUTHORITIES)) cpSync(AUTHORITIES, join(root, AUTHORITIES), { dereference: true });
}

/** Why there can be no stand-in here; undefined when there can. */
export function standInMissing(): string | undefined {
  if (existsSync(KEPT)) return undefined;
  try {
    execFileSync('debootstrap', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no registry and no debootstrap (apt-get install debootstrap)';
  }
}
