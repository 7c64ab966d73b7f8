// emulator: runs tasks as real processes, each in its own process group and sandbox directory.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import {
  createGuardian,
  type GuardedProcess,
  type Guardian,
  type ProcessExit,
} from '../processes/guardian.ts';
import { keepOutput, OutputFile } from './output-limit.ts';
import type { ProcessRunner, ProcessSpec, RunningProcess } from './process-runner.ts';

const MAX_OUTPUT_BYTES = 10_485_760;

/** How long a process may take to vanish after SIGKILL. */
const VANISH_MS = 2000;

export interface OsProcessesOptions {
  readonly clock: Clock;
  /** An existing directory; sandboxes go into a new one below it, which disappears with us however we end. */
  readonly workDir: string;
  /** Shared with others, who close it; absent: one of our own. */
  readonly guardian?: Guardian;
  /** How long the stdout and the stderr of a task may each become; 10 MB by default, as with Mesos. */
  readonly maxOutputBytes?: number;
}

export async function createOsProcesses(options: OsProcessesOptions): Promise<ProcessRunner> {
  const root = await mkdtemp(join(resolve(options.workDir), 'sandboxes-'));
  const guardian = options.guardian ?? (await createGuardian());
  guardian.removeOnDeath(root);
  return new OsProcesses(root, guardian, options);
}

class OsProcesses implements ProcessRunner {
  readonly #root: string;
  readonly #guardian: Guardian;
  readonly #options: OsProcessesOptions;
  readonly #running = new Set<GuardedProcess>();
  /** One start after the other: a fork holds the thread for milliseconds, and requests want to get in between. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(root: string, guardian: Guardian, options: OsProcessesOptions) {
    this.#root = root;
    this.#guardian = guardian;
    this.#options = options;
  }

  start(spec: ProcessSpec, signal: AbortSignal): Promise<RunningProcess> {
    const started = this.#turn.then(() => this.#start(spec, signal));
    this.#turn = started.catch(() => undefined);
    return started;
  }

  async #start(spec: ProcessSpec, signal: AbortSignal): Promise<RunningProcess> {
    signal.throwIfAborted();
    const sandbox = this.#sandbox(spec.taskId);
    await mkdir(sandbox, { recursive: true });
    const { clock, maxOutputBytes = MAX_OUTPUT_BYTES } = this.#options;
    const file = (name: string): Promise<OutputFile> => OutputFile.open(join(sandbox, name), maxOutputBytes);
    const [stdout, stderr] = await Promise.all([file('stdout'), file('stderr')]);
    const [command, ...args] = spec.argv;
    let process: GuardedProcess;
    try {
      process = await this.#guardian.spawn(command, args, {
        cwd: sandbox,
        env: { ...spec.env, MESOS_SANDBOX: sandbox, MESOS_DIRECTORY: sandbox },
        stdout: 'pipe',
        stderr: 'pipe',
        withDescendants: true,
      });
    } catch (error) {
      await Promise.all([stdout.close(), stderr.close()]);
      throw error;
    }
    if (process.stdout !== null) void keepOutput(process.stdout, stdout, { clock });
    if (process.stderr !== null) void keepOutput(process.stderr, stderr, { clock });
    this.#running.add(process);
    void process.exited.then(() => this.#running.delete(process));
    return process;
  }

  async runBeside(spec: ProcessSpec, signal: AbortSignal): Promise<ProcessExit> {
    signal.throwIfAborted();
    const sandbox = this.#sandbox(spec.taskId);
    const [command, ...args] = spec.argv;
    const env = { ...spec.env, MESOS_SANDBOX: sandbox, MESOS_DIRECTORY: sandbox };
    const process = await this.#guardian.spawn(command, args, { cwd: sandbox, env });
    this.#running.add(process);
    const kill = (): void => void process.signal('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    const exit = await process.exited;
    signal.removeEventListener('abort', kill);
    this.#running.delete(process);
    signal.throwIfAborted();
    return exit;
  }

  forget(taskId: string): void {
    void remove(this.#sandbox(taskId));
  }

  async close(): Promise<number> {
    const vanished = new AbortController();
    const late = this.#options.clock.sleep(VANISH_MS, vanished.signal).catch(() => undefined);
    const ends = [...this.#running].map((process) => {
      process.signal('SIGKILL');
      return process.exited;
    });
    await Promise.race([Promise.all(ends), late]);
    vanished.abort();
    const left = this.#running.size;
    await remove(this.#root);
    this.#guardian.keep(this.#root);
    if (this.#options.guardian === undefined) await this.#guardian.close();
    return left;
  }

  #sandbox(taskId: string): string {
    return join(this.#root, taskId);
  }
}

/** A dying process may still write while its directory is removed: once more, then it is left to the guardian. */
function remove(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}
