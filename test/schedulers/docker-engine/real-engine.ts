// A real Docker engine of one's own, in a private folder, with no registry.

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../support/until.ts';

/** It ends by itself after so long, whatever became of the test. */
const AT_MOST_S = 1_800;
const BUSYBOX = '/usr/bin/busybox';
const APPLETS = ['sh', 'sleep', 'echo', 'cat', 'true', 'false', 'httpd', 'nc', 'mkdir', 'test', 'rm'];

/** The image that every engine of `startEngine` has: busybox, and nothing else. */
export const BUSYBOX_IMAGE = 'busybox:test';

/** Why tests with an engine cannot run here: prints it. Under CI what is missing is a failure. */
export function dockerMissing(): boolean {
  if (process.env['CI'] === 'true') return false;
  const missing = whatIsMissing();
  if (missing !== undefined) console.warn(`Docker tests skipped: ${missing}`);
  return missing !== undefined;
}

function whatIsMissing(): string | undefined {
  for (const program of ['dockerd', 'docker']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch {
      return `no ${program} (apt-get install docker.io)`;
    }
  }
  if (!existsSync(BUSYBOX)) return `no ${BUSYBOX} (apt-get install busybox-static)`;
  return process.getuid?.() === 0 ? undefined : 'a daemon of its own needs root';
}

export interface TestEngine {
  /** `unix:///…/d.sock` */
  readonly host: string;
  /** The docker command against it; what it printed. */
  docker(...args: readonly string[]): Promise<string>;
  /** An image of a folder's content, with instructions of a Dockerfile. */
  importImage(folder: string, name: string, changes?: readonly string[]): Promise<void>;
  /** A network whose published ports are reached at 127.0.0.1. */
  network(): Promise<string>;
  start(): Promise<void>;
  /** Stops the daemon, and with it every container. */
  stop(): Promise<void>;
  /** Stops and continues the process: an engine that hangs. */
  freeze(): void;
  thaw(): void;
  removeContainers(): Promise<void>;
  /** Removes containers, networks, the daemon, and what it kept. */
  remove(): Promise<void>;
}

const run = promisify(execFile);

export async function startEngine({
  endsAfterS = AT_MOST_S,
  flags: more = [],
}: {
  readonly endsAfterS?: number;
  /** Beside those that keep it to itself. */
  readonly flags?: readonly string[];
} = {}): Promise<TestEngine> {
  const dir = mkdtempSync(join(tmpdir(), 'engine-'));
  const host = `unix://${dir}/d.sock`;
  let daemon: ChildProcess | undefined;
  let networks = 0;

  const docker = async (...args: readonly string[]): Promise<string> => {
    const env = {
      ...process.env,
      DOCKER_HOST: host,
      DOCKER_CONFIG: join(dir, 'config'),
      DOCKER_BUILDKIT: '0',
    };
    const { stdout } = await run('docker', [...args], { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  };
  const signal = (name: NodeJS.Signals): void => {
    if (daemon?.pid !== undefined && daemon.exitCode === null) process.kill(-daemon.pid, name);
  };
  const stop = async (): Promise<void> => {
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, 'exit');
    // Killed, it would leave its containers behind.
    signal('SIGTERM');
    await ended;
  };
  const start = async (): Promise<void> => {
    const child = spawn(
      'timeout',
      ['-s', 'TERM', '-k', '20', String(endsAfterS), 'dockerd', ...flagsOf(dir, host), ...more],
      {
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    daemon = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-4_000);
    });
    await until('the engine to be ready', async () => {
      if (child.exitCode !== null) throw new Error(`dockerd ended: ${said}`);
      return await docker('version', '--format', '{{.Server.Version}}').then(Boolean, () => false);
    });
  };
  const importImage = async (
    folder: string,
    name: string,
    changes: readonly string[] = [],
  ): Promise<void> => {
    const tar = join(dir, 'image.tar');
    await run('tar', ['-C', folder, '-cf', tar, '.']);
    await docker('import', ...changes.flatMap((change) => ['--change', change]), tar, name);
    rmSync(tar);
  };

  const removeContainers = async (): Promise<void> => {
    await until('every container to be gone', async () => {
      const ids = await docker('ps', '--all', '--quiet');
      if (ids === '') return true;
      // Some are being removed already; some may be mounted still since a daemon before this one was in a hurry.
      await docker('rm', '--force', '--volumes', ...ids.split('\n')).catch(() =>
        unmountIn(join(dir, 'data/overlay2')),
      );
      return false;
    });
  };

  await start();
  await importImage(busyboxRoot(dir), BUSYBOX_IMAGE);
  return {
    host,
    docker,
    importImage,
    network: async () => {
      const name = `net${++networks}`;
      await docker('network', 'create', name);
      return name;
    },
    removeContainers,
    start,
    stop,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    remove: async () => {
      signal('SIGCONT');
      await removeContainers().catch(() => undefined);
      // Its bridges would outlive it.
      for (let i = 1; i <= networks; i++) await docker('network', 'rm', `net${i}`).catch(() => '');
      await stop();
      unmountIn(dir);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function flagsOf(dir: string, host: string): readonly string[] {
  return [
    ...['--host', host, '--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec')],
    ...['--pidfile', join(dir, 'pid'), '--shutdown-timeout', '1', '--log-level', 'warn'],
    // It touches no rule and no bridge of this machine's.
    ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
  ];
}

/** What a daemon that was in a hurry left. */
function unmountIn(dir: string): void {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const left = mounts.map((line) => line.split(' ')[1] ?? '').filter((place) => place.startsWith(`${dir}/`));
  for (const place of left) execFileSync('umount', ['--lazy', place]);
}

function busyboxRoot(dir: string): string {
  const root = join(dir, 'busybox');
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'tmp'));
  cpSync(BUSYBOX, join(root, 'bin/busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
  return root;
}
