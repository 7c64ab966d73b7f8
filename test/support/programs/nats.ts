// test support: a real NATS server with JetStream of one's own on a private port and in a private folder.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../until.ts';
import { freePort } from './azurite.ts';

/** It ends by itself after so long, whatever became of the test. */
const AT_MOST_S = 300;

/** Why tests with NATS cannot run here: prints it. Under CI a missing program is a failure. */
export function natsMissing(): boolean {
  if (process.env['CI'] === 'true') return false;
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    console.warn('NATS tests skipped: no nats-server (apt-get install nats-server)');
    return true;
  }
}

export interface Nats {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops and continues the process: a server that hangs. */
  freeze(): void;
  thaw(): void;
  /** Stops it and removes what it kept. */
  remove(): Promise<void>;
}

/** @param settings beyond port and store, in the form of its configuration file */
export async function startNats(settings = ''): Promise<Nats> {
  const dir = mkdtempSync(join(tmpdir(), 'nats-'));
  const port = await freePort();
  const file = join(dir, 'nats.conf');
  const store = settings.includes('jetstream') ? '' : `jetstream { store_dir: "${join(dir, 'data')}" }\n`;
  writeFileSync(file, `listen: "127.0.0.1:${port}"\n${store}${settings}\n`);
  let server: ChildProcess | undefined;
  const signal = (name: NodeJS.Signals): void => {
    if (server?.pid !== undefined && server.exitCode === null) process.kill(-server.pid, name);
  };
  const stop = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    signal('SIGKILL');
    await ended;
  };
  const start = async (): Promise<void> => {
    const limited = ['-s', 'KILL', String(AT_MOST_S), 'nats-server', '-c', file];
    const child = spawn('timeout', limited, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    server = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2_000);
    });
    await until('NATS to be ready', async () => {
      if (child.exitCode !== null) throw new Error(`NATS ended: ${said}`);
      // It listens when it is ready for requests.
      return said.includes('Server is ready') && (await listens(port));
    });
  };
  await start();
  return {
    port,
    start,
    stop,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    remove: async () => {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
