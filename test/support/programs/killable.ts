// test support: a server program of a test's own that can be stopped, started again and made to hang.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../until.ts';

/** It ends by itself after so long, whatever became of the test. */
const AT_MOST_S = 1_800;

export interface Killable {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops and continues the process: a server that hangs. */
  freeze(): void;
  thaw(): void;
}

export interface Program {
  /** For people: `NATS`. */
  readonly name: string;
  readonly command: readonly string[];
  /** Whether it serves; gets the end of what it said on stderr. */
  readonly isReady: (said: string) => Promise<boolean>;
  readonly withinMs?: number;
}

/** Not started yet. */
export function killable({ name, command, isReady, withinMs }: Program): Killable {
  let server: ChildProcess | undefined;
  const signal = (kind: NodeJS.Signals): void => {
    if (server?.pid !== undefined && server.exitCode === null) process.kill(-server.pid, kind);
  };
  return {
    start: async () => {
      const limited = ['-s', 'KILL', String(AT_MOST_S), ...command];
      const child = spawn('timeout', limited, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
      server = child;
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said = `${said}${chunk}`.slice(-2_000);
      });
      await until(
        `${name} to be ready`,
        async () => {
          if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${said}`);
          return await isReady(said);
        },
        withinMs,
      );
    },
    stop: async () => {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      signal('SIGKILL');
      await ended;
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  };
}

export async function listens(port: number): Promise<boolean> {
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
