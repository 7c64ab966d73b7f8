// emulator: an instance is a place in an app; tasks are its incarnations.

import type { AppDefinition } from '../../definition/app.ts';
import type { Placement } from '../../mesos/cluster.ts';
import type { TaskState } from '../../mesos/task-status.ts';

export type Condition =
  | 'Scheduled'
  | 'Provisioned'
  | 'Staging'
  | 'Starting'
  | 'Running'
  | 'Killing'
  | 'Killed'
  | 'Finished'
  | 'Failed'
  | 'Error';

/** What is meant to become of it: Running comes back whenever its task ends, Decommissioned never. */
export type Goal = 'Running' | 'Decommissioned';

export interface Task {
  readonly id: string;
  readonly placement: Placement;
  readonly version: string;
  readonly stagedAtMs: number;
  startedAtMs?: number;
  /** Absent until the first status. */
  state?: TaskState;
}

/** Changed by the tracker only. */
export interface Instance {
  readonly id: string;
  readonly appId: string;
  /** Of the launch; a scale of the app does not change it. */
  runSpec: AppDefinition;
  condition: Condition;
  goal: Goal;
  /** Number of tasks so far. */
  incarnation: number;
  /** The last task, dead or alive. */
  task?: Task;
}

const CONDITIONS: Readonly<Record<TaskState, Condition>> = {
  TASK_STAGING: 'Staging',
  TASK_STARTING: 'Starting',
  TASK_RUNNING: 'Running',
  TASK_KILLING: 'Killing',
  TASK_KILLED: 'Killed',
  TASK_FINISHED: 'Finished',
  TASK_FAILED: 'Failed',
  TASK_ERROR: 'Error',
};

export function conditionOf(state: TaskState): Condition {
  return CONDITIONS[state];
}

/** Waits to be launched: nothing of it runs anywhere. */
export function isWaiting(instance: Instance): boolean {
  return instance.condition === 'Scheduled';
}

export function isRunning(instance: Instance): boolean {
  return instance.condition === 'Running' && instance.goal === 'Running';
}

/** Counts towards `instances`. */
export function isPresent(instance: Instance): boolean {
  return instance.goal === 'Running';
}
