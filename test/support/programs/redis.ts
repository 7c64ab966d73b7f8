// test support: a real Redis of one's own, in memory on a private port.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from '../suite/free-port.ts';
import { until } from '../until.ts';

/** It ends by itself after so long, whatever became of the test. */
const AT_MOST_S = 1_800;

/** Why tests with Redis cannot run here: prints it. Under CI a missing program is a failure. */
export function redisMissing(): boolean {
  if (process.env['CI'] === 'true') return false;
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    console.warn('Redis tests skipped: no redis-server (apt-get install redis-server)');
    return true;
  }
}

export interface Redis {
  readonly port: number;
  /** `redis://127.0.0.1:port` */
  readonly url: string;
  /** Ends it at once and starts it again, empty. */
  restart(): Promise<void>;
  /** Stops and continues the process: a server that hangs. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** @param settings such as `['--requirepass', '…']` */
export async function startRedis(settings: readonly string[] = []): Promise<Redis> {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    ...settings,
  ];
  let child: ChildProcess;
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended.
    }
  };
  const end = (): void => signal('SIGKILL');
  const start = async (): Promise<void> => {
    const started = spawn('timeout', ['-s', 'KILL', String(AT_MOST_S), 'redis-server', ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/tmp',
    });
    child = started;
    let said = '';
    started.stdout.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2_000);
    });
    await until('Redis to be ready', () => {
      if (started.exitCode !== null) throw new Error(`Redis ended: ${said}`);
      return isListening(port);
    });
  };
  const kill = async (): Promise<void> => {
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    end();
    await gone;
  };
  process.once('exit', end);
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    restart: async () => {
      await kill();
      await start();
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    stop: async () => {
      process.off('exit', end);
      await kill();
    },
  };
}

function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
