// emulator: processes that exist in memory only, for worlds in virtual time; they run until told otherwise.

import type { ProcessExit } from '../processes/guardian.ts';
import type { ProcessRunner, ProcessSpec, RunningProcess } from './process-runner.ts';

export interface MemoryProcess {
  readonly spec: ProcessSpec;
  /** Whether SIGTERM is ignored. */
  stubborn: boolean;
  /** Ends the process by itself. */
  exit(code: number): void;
}

export class MemoryProcesses implements ProcessRunner {
  readonly #running = new Map<string, MemoryProcess>();
  /** Ids of all tasks ever started, in order. */
  readonly started: string[] = [];
  readonly forgotten: string[] = [];
  /** Commands that contain one of these words cannot be started. */
  readonly broken = new Set<string>();

  get running(): readonly MemoryProcess[] {
    return [...this.#running.values()];
  }

  /** The running process of a task. */
  of(taskId: string): MemoryProcess | undefined {
    return this.#running.get(taskId);
  }

  async start(spec: ProcessSpec): Promise<RunningProcess> {
    const line = spec.argv.join(' ');
    if ([...this.broken].some((word) => line.includes(word))) throw new Error(`cannot start ${line}`);
    this.started.push(spec.taskId);
    const { promise, resolve } = Promise.withResolvers<ProcessExit>();
    const end = (exit: ProcessExit): void => {
      this.#running.delete(spec.taskId);
      resolve(exit);
    };
    const process: MemoryProcess = { spec, stubborn: false, exit: (code) => end({ code, signal: null }) };
    this.#running.set(spec.taskId, process);
    return {
      exited: promise,
      signal: (name) => {
        if (!this.#running.has(spec.taskId)) return false;
        if (name === 'SIGKILL' || !process.stubborn) end({ code: null, signal: name });
        return true;
      },
    };
  }

  /** What a command beside a task returns; 0 by default, and none at all for one that never ends. */
  readonly commands = new Map<string, number | 'hangs'>();

  async runBeside({ argv }: ProcessSpec, signal: AbortSignal): Promise<ProcessExit> {
    const code = this.commands.get(argv.at(-1) ?? '') ?? 0;
    if (code !== 'hangs') return { code, signal: null };
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
  }

  forget(taskId: string): void {
    this.forgotten.push(taskId);
  }

  async close(): Promise<number> {
    for (const process of this.running) process.exit(0);
    return 0;
  }
}
