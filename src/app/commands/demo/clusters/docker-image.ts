// app: an image of this checkout's programs, imported from a tar: this machine's Node, the libraries it is linked with, the sources.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, TerminalError } from '../../../../runtime/errors.ts';
import type { EngineClient } from '../../../../schedulers/docker-engine/client.ts';
import { packageFile } from '../../../package-root.ts';
import { installedPackages } from './installed-packages.ts';

/** As `specs/demos/queue-demo-docker.yaml` names it. */
export const IMAGE = 'microscaling/demo:checkout';
/** Containers inherit both from the image. */
export const DEMO_LABEL = 'microscaling.demo';
/** Which process they are of. */
export const PROCESS_LABEL = 'microscaling.demo.process';

const HOME = '/opt/microscaling';
/** What `microscaling program` loads; their dependencies follow from their manifests. */
const PACKAGES = ['@azure/storage-queue', '@hono/node-server', 'commander', 'hono', 'js-yaml'];

/** @throws TerminalError when it cannot be made */
export async function makeDemoImage(
  client: Pick<EngineClient, 'importImage'>,
  workDir: string,
  signal: AbortSignal,
): Promise<void> {
  const root = join(workDir, 'image');
  try {
    fill(root);
    const tar = spawn('tar', ['-C', root, '--owner=0', '--group=0', '-cf', '-', '.'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      signal,
    });
    // The engine takes an archive that ends too early for a whole one.
    const packed = new Promise<void>((resolve, reject) => {
      tar.once('error', reject);
      tar.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`tar ended with exit code ${code}`)),
      );
    });
    const changes = [
      `ENTRYPOINT ["/usr/local/bin/node", "${HOME}/src/cli/main.ts"]`,
      'USER 1000:1000',
      `LABEL ${DEMO_LABEL}=true ${PROCESS_LABEL}=${process.pid}`,
    ];
    await Promise.all([client.importImage(IMAGE, { tar: tar.stdout, changes }, signal), packed]);
  } catch (error) {
    signal.throwIfAborted();
    throw new TerminalError(`making the image ${IMAGE}: ${messageOf(error)}`, { cause: error });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function fill(root: string): void {
  const place = (path: string): string => {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  cpSync(process.execPath, place('/usr/local/bin/node'), { dereference: true });
  for (const library of librariesOf(process.execPath)) cpSync(realpathSync(library), place(library));
  cpSync(packageFile('src'), place(`${HOME}/src`), { recursive: true });
  cpSync(packageFile('package.json'), place(`${HOME}/package.json`));
  for (const { place: where, folder } of installedPackages(PACKAGES, packageFile())) {
    cpSync(folder, place(`${HOME}/${where}`), {
      recursive: true,
      filter: (path) =>
        !/\.(map|d\.ts|md)$/.test(path) && (path === folder || basename(path) !== 'node_modules'),
    });
  }
  mkdirSync(join(root, 'tmp'), { mode: 0o1777 });
  writeFileSync(place('/etc/passwd'), 'node:x:1000:1000::/tmp:/bin/false\n');
}

/** With the loader itself; none where the program needs none. */
function librariesOf(program: string): readonly string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
