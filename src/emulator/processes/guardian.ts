// runtime: nothing that we start outlives us, not even when we are killed with SIGKILL.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import { Descendants, type Known, rememberChildren, signalAll } from './descendants.ts';
import { GATE_SCRIPT, GUARDIAN_SCRIPT, MARK_VARIABLE, PROCESS_VARIABLE } from './guardian-script.ts';

/** For processes that a program has left behind and that fork. */
const MAX_LOOKS = 10;

/** How a process ended: exactly one of the two is set. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where an output goes: nowhere, to us, to our own, or to an open file descriptor. */
export type Output = 'ignore' | 'pipe' | 'inherit' | number;

export interface GuardedSpawnOptions {
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdout?: Output;
  readonly stderr?: Output;
  /** Also what it starts and what leaves its process group is signalled and ends with it. Costs a look at all processes. */
  readonly withDescendants?: boolean;
}

/** A process with a process group of its own; its standard input is empty. */
export interface GuardedProcess {
  /** Of the process and of its group. */
  readonly pid: number;
  /** Present when asked for by `'pipe'`. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Settles when the process has ended; what it left behind has been killed then. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Signals the whole group; false when nobody is left in it. */
  signal(name: NodeJS.Signals): boolean;
}

export interface Guardian {
  /** Starts a program that is registered before it runs. Rejects with TerminalError when it cannot be started. */
  spawn(command: string, args: readonly string[], options: GuardedSpawnOptions): Promise<GuardedProcess>;
  /** The directory is removed when we die or the guardian is closed. Absolute path without a line break. */
  removeOnDeath(directory: string): void;
  /** Takes back `removeOnDeath`. */
  keep(directory: string): void;
  /** Ends what still runs (SIGTERM, grace, SIGKILL), removes the directories, and resolves when both are done. Idempotent. */
  close(): Promise<void>;
}

export interface GuardianOptions {
  /** Between SIGTERM and SIGKILL for what is still there when we are gone. Whole seconds, 2 s by default. */
  readonly graceSeconds?: number;
  /** Called when the guardian itself was killed: from then on a SIGKILL of ours leaves processes behind. */
  readonly onLost?: () => void;
}

/**
 * Starts the helper: a shell (0.1 MB) in a session of its own, so that what kills our process group does not
 * reach it, which reads from us what to clean up and does so at the end of the pipe. However we end, the
 * kernel closes that pipe.
 */
export async function createGuardian(options: GuardianOptions = {}): Promise<Guardian> {
  const mark = randomBytes(12).toString('hex');
  const helper = spawn(
    '/bin/sh',
    ['-c', GUARDIAN_SCRIPT, 'microscaling-guardian', mark, String(options.graceSeconds ?? 2)],
    {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  await started(helper, '/bin/sh');
  return new ShellGuardian(helper, mark, options.onLost);
}

class ShellGuardian implements Guardian {
  readonly #helper: ChildProcess;
  readonly #pipe: Writable;
  readonly #mark: string;
  readonly #ended: Promise<void>;
  readonly #descendants = new Descendants(PROCESS_VARIABLE);
  #spawned = 0;
  #closing = false;

  constructor(helper: ChildProcess, mark: string, onLost: (() => void) | undefined) {
    this.#helper = helper;
    this.#pipe = pipeOf(helper, 0);
    this.#mark = mark;
    this.#ended = new Promise((resolve) => {
      helper.once('exit', () => {
        if (!this.#closing) onLost?.();
        resolve();
      });
    });
    helper.unref();
    unref(this.#pipe);
  }

  async spawn(
    command: string,
    args: readonly string[],
    options: GuardedSpawnOptions,
  ): Promise<GuardedProcess> {
    if (this.#closing) throw new TerminalError(`starting ${command}: shutting down`);
    const mark = `${this.#mark}-${++this.#spawned}`;
    const child = spawn('/bin/sh', ['-c', GATE_SCRIPT, 'sh', command, ...args], this.#options(options, mark));
    const known: Known = new Map();
    const killStrays = async (): Promise<number> =>
      options.withDescendants === true && child.pid !== undefined
        ? this.#descendants.signal('SIGKILL', { mark, root: child.pid, known })
        : 0;
    const exited = this.#watch(child, () => killAll(killStrays));
    const gate = pipeOf(child, 3);
    const pid = await started(child, command);
    await this.#tell(`+ ${pid}`);
    gate.end('go\n');
    return {
      pid,
      stdout: child.stdout,
      stderr: child.stderr,
      exited,
      signal: (name) => {
        if (options.withDescendants === true) rememberChildren(pid, known);
        const isLeft = signalGroup(pid, name);
        signalAll(name, known);
        return isLeft;
      },
    };
  }

  #options(options: GuardedSpawnOptions, mark: string): SpawnOptions {
    return {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...options.env, [MARK_VARIABLE]: this.#mark, [PROCESS_VARIABLE]: mark },
      detached: true,
      stdio: ['ignore', options.stdout ?? 'ignore', options.stderr ?? 'ignore', 'pipe'],
    };
  }

  /** SIGKILL cannot be escaped, so the group is empty and its number free once the leader is gone. */
  #watch(child: ChildProcess, killStrays: () => Promise<void>): Promise<ProcessExit> {
    return new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        if (child.pid !== undefined) {
          signalGroup(child.pid, 'SIGKILL');
          void this.#tell(`- ${child.pid}`);
        }
        void killStrays().then(() => resolve({ code, signal }));
      });
    });
  }

  removeOnDeath(directory: string): void {
    if (!directory.startsWith('/') || directory.includes('\n'))
      throw new TerminalError(`guarding '${directory}': needs an absolute path without a line break`);
    void this.#tell(`d ${directory}`);
  }

  keep(directory: string): void {
    void this.#tell(`k ${directory}`);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#helper.ref();
    this.#pipe.end();
    await this.#ended;
  }

  /** Resolves when the kernel has the line, or when there is nobody to tell. */
  #tell(line: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#pipe.writable) this.#pipe.write(`${line}\n`, () => resolve());
      else resolve();
    });
  }
}

/** What forks while it is looked for is found by the next look. */
async function killAll(killStrays: () => Promise<number>): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS && (await killStrays()) > 0; looks++);
}

/** What can be signalled and ends. */
export interface Endable {
  readonly exited: Promise<unknown>;
  signal(name: NodeJS.Signals): boolean;
}

/** SIGTERM, then SIGKILL when it has not ended within the grace; resolves when it has ended. */
export async function terminate(target: Endable, graceMs: number, clock: Clock): Promise<void> {
  const ended = new AbortController();
  const gone = target.exited.then(() => ended.abort());
  target.signal('SIGTERM');
  const late = clock.sleep(graceMs, ended.signal).then(
    () => target.signal('SIGKILL'),
    () => undefined,
  );
  await gone;
  await late;
}

function signalGroup(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, name);
  } catch {
    return false;
  }
}

async function started(child: ChildProcess, command: string): Promise<number> {
  try {
    if (child.pid === undefined) await once(child, 'spawn');
  } catch (error) {
    throw new TerminalError(`starting ${command}: ${messageOf(error)}`, { cause: error });
  }
  if (child.pid === undefined) throw new TerminalError(`starting ${command}: no process`);
  return child.pid;
}

/** One of the pipes to a child; that nobody reads it any more shows in the child's end, not here. */
function pipeOf(child: ChildProcess, index: number): Writable {
  const pipe = child.stdio[index];
  if (pipe === null || pipe === undefined || !('write' in pipe))
    throw new TerminalError('no pipe to the process');
  pipe.on('error', () => undefined);
  return pipe;
}

function unref(stream: Writable): void {
  if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
}
