// bench: tasks of the embedded Marathon that are no processes: they are there, and take a while to go.

import type { ProcessRunner, ProcessSpec, RunningProcess } from '../../src/emulator/index.ts';
import type { Clock } from '../../src/runtime/clock.ts';

/** Where a task may listen, as Marathon tells it. */
export interface TaskAddress {
  readonly host: string;
  readonly port: number;
}

export interface TaskListener {
  /** It serves from now on. */
  started(app: string, taskId: string, at: TaskAddress): void;
  /** It was told to stop, and serves no more. */
  stopping(app: string, taskId: string): void;
}

type Exit = Awaited<RunningProcess['exited']>;

export class PretendTasks implements ProcessRunner {
  readonly #clock: Clock;
  readonly #stopMs: number;
  readonly #listener: TaskListener;
  readonly #running = new Map<string, (exit: Exit) => void>();

  /** @param stopMs from SIGTERM until a task is gone */
  constructor(clock: Clock, stopMs: number, listener: TaskListener) {
    this.#clock = clock;
    this.#stopMs = stopMs;
    this.#listener = listener;
  }

  async start({ taskId, env }: ProcessSpec): Promise<RunningProcess> {
    const app = env['MARATHON_APP_ID'] ?? '';
    const { promise, resolve } = Promise.withResolvers<Exit>();
    this.#running.set(taskId, resolve);
    let stops = false;
    const stop = (): void => {
      if (stops) return;
      stops = true;
      this.#listener.stopping(app, taskId);
    };
    const end = (exit: Exit): void => {
      stop();
      this.#running.delete(taskId);
      resolve(exit);
    };
    const at = { host: env['HOST'] ?? '127.0.0.1', port: Number(env['PORT0'] ?? 0) };
    this.#listener.started(app, taskId, at);
    return {
      exited: promise,
      signal: (name) => {
        if (!this.#running.has(taskId)) return false;
        if (name === 'SIGKILL') end({ code: null, signal: name });
        else if (!stops) {
          stop();
          void this.#clock.sleep(this.#stopMs).then(() => end({ code: 0, signal: null }));
        }
        return true;
      },
    };
  }

  async runBeside(): Promise<Exit> {
    return { code: 0, signal: null };
  }

  forget(): void {}

  async close(): Promise<number> {
    for (const end of this.#running.values()) end({ code: 0, signal: null });
    this.#running.clear();
    return 0;
  }
}
