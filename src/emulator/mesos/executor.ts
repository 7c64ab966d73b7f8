// emulator: leads a task through its life: start delay, process, kill with grace; reports every step.

import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import { type ProcessExit, terminate } from '../processes/guardian.ts';
import type { ProcessRunner, RunningProcess } from './process-runner.ts';
import { isTerminal, type TaskState, type TaskStatus } from './task-status.ts';

export interface TaskSpec {
  readonly taskId: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Between SIGTERM and SIGKILL. */
  readonly killGraceMs: number;
  /** Why this task cannot run here; it fails with these words. */
  readonly refusal?: string;
}

export type Report = (status: TaskStatus) => void;

export interface ExecutorDeps {
  readonly clock: Clock;
  readonly runner: ProcessRunner;
  /** How long a task stays in TASK_STAGING: the image pull of a real cluster. */
  readonly startDelayMs: number;
}

interface LiveTask {
  readonly spec: TaskSpec;
  readonly report: (state: TaskState, message?: string) => void;
  /** Aborted by a kill. */
  readonly killed: AbortController;
}

export class Executor {
  readonly #deps: ExecutorDeps;
  readonly #tasks = new Map<string, LiveTask>();
  #whenIdle: (() => void)[] = [];

  constructor(deps: ExecutorDeps) {
    this.#deps = deps;
  }

  /** Number of tasks that have not ended. */
  get live(): number {
    return this.#tasks.size;
  }

  /** Kills every task; resolves when all have ended. */
  async killAll(): Promise<void> {
    for (const taskId of [...this.#tasks.keys()]) this.kill(taskId);
    if (this.#tasks.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Reports TASK_STAGING before it returns, the rest later. */
  launch(spec: TaskSpec, report: Report): void {
    const task: LiveTask = {
      spec,
      killed: new AbortController(),
      report: (state, message = '') => {
        if (isTerminal(state)) this.#tasks.delete(spec.taskId);
        report({ taskId: spec.taskId, state, message, atMs: this.#deps.clock.now() });
        if (this.#tasks.size === 0) for (const idle of this.#whenIdle.splice(0)) idle();
      },
    };
    this.#tasks.set(spec.taskId, task);
    task.report('TASK_STAGING');
    void this.#run(task);
  }

  /** Reports TASK_KILLING before it returns; a second call and unknown tasks are ignored. */
  kill(taskId: string): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined || task.killed.signal.aborted) return;
    task.report('TASK_KILLING');
    task.killed.abort();
  }

  async #run(task: LiveTask): Promise<void> {
    const { spec, report, killed } = task;
    const staged = await this.#stage(killed.signal);
    if (!staged) return report('TASK_KILLED');
    if (spec.refusal !== undefined) return report('TASK_FAILED', spec.refusal);
    report('TASK_STARTING');
    let running: RunningProcess;
    try {
      running = await this.#deps.runner.start(spec, killed.signal);
    } catch (error) {
      if (killed.signal.aborted) return report('TASK_KILLED');
      return report('TASK_FAILED', `Failed to launch container: ${messageOf(error)}`);
    }
    if (!killed.signal.aborted) report('TASK_RUNNING');
    const exit = await this.#untilExit(task, running);
    if (killed.signal.aborted) report('TASK_KILLED');
    else report(exit.code === 0 ? 'TASK_FINISHED' : 'TASK_FAILED', messageAfter(exit));
  }

  /** @returns false when killed meanwhile */
  async #stage(killed: AbortSignal): Promise<boolean> {
    try {
      if (this.#deps.startDelayMs > 0) await this.#deps.clock.sleep(this.#deps.startDelayMs, killed);
    } catch {
      return false;
    }
    // A task that starts at once must not have run before launch() has returned.
    await Promise.resolve();
    return !killed.aborted;
  }

  async #untilExit(task: LiveTask, running: RunningProcess): Promise<ProcessExit> {
    const { signal } = task.killed;
    const end = (): void => void terminate(running, task.spec.killGraceMs, this.#deps.clock);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    const exit = await running.exited;
    signal.removeEventListener('abort', end);
    return exit;
  }
}

function messageAfter(exit: ProcessExit): string {
  if (exit.signal !== null) return `Command terminated with signal ${exit.signal}`;
  return `Command exited with status ${exit.code}`;
}
