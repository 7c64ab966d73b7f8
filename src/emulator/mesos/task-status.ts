// emulator: what an agent reports about a task.

export type TaskState =
  | 'TASK_STAGING'
  | 'TASK_STARTING'
  | 'TASK_RUNNING'
  | 'TASK_KILLING'
  | 'TASK_KILLED'
  | 'TASK_FINISHED'
  | 'TASK_FAILED'
  | 'TASK_ERROR';

export interface TaskStatus {
  readonly taskId: string;
  readonly state: TaskState;
  /** For people; empty when there is nothing to say. */
  readonly message: string;
  readonly atMs: number;
}

const TERMINAL: ReadonlySet<TaskState> = new Set([
  'TASK_KILLED',
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_ERROR',
]);

export function isTerminal(state: TaskState): boolean {
  return TERMINAL.has(state);
}
