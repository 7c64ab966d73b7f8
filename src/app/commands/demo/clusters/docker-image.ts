// app: an image of this checkout's programs, imported from a tar: this machine's Node, the libraries it is linked with, the sources.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, TerminalError } from '../../../../runtime/errors.ts';
import type { EngineClient } from '../../../../schedulers/docker-engine/client.ts';
import { packageFile } from '../../../package-root.ts';

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
  for (const folder of packageFolders()) {
    const name = folder.slice(packageFile('node_modules').length);
    cpSync(folder, place(`${HOME}/node_modules${name}`), {
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

/** Folders of the packages and of all that they depend on, each as Node would find it. */
function packageFolders(): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const folder = folderOf(name, from);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(dependency, folder);
  };
  for (const name of PACKAGES) visit(name, packageFile());
  return [...found];
}

function folderOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(at) === at) return undefined;
  }
}
