// emulator: port to whatever runs the command of a task.

import type { ProcessExit } from '../processes/guardian.ts';

export interface ProcessSpec {
  readonly taskId: string;
  /** Program and arguments. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

export interface RunningProcess {
  /** Settles when the process and whatever it started are gone. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Signals the process and what it started; false when they are gone. */
  signal(name: NodeJS.Signals): boolean;
}

export interface ProcessRunner {
  /** Rejects when the process cannot be started, or with `signal.reason` when aborted before it was. */
  start(spec: ProcessSpec, signal: AbortSignal): Promise<RunningProcess>;
  /**
   * Runs a command in the sandbox of a running task, to its end; it is killed when `signal` is aborted.
   * Rejects when it cannot be started, or with `signal.reason`.
   */
  runBeside(spec: ProcessSpec, signal: AbortSignal): Promise<ProcessExit>;
  /** Removes what a task has left behind (its directory); unknown ids are ignored. */
  forget(taskId: string): void;
  /** Ends and removes everything. @returns how many processes could not be ended */
  close(): Promise<number>;
}
