// schedulers/ecs/read: what a look at one service found. Pure.

import type { ServiceFacts } from './service.ts';
import type { TaskFacts } from './task.ts';
import type { TaskTemplate } from './task-definition.ts';

export interface SeenService {
  readonly state: 'seen';
  readonly facts: ServiceFacts;
  readonly template: TaskTemplate;
  /** Those that are not gone. */
  readonly tasks: readonly TaskFacts[];
  /** Why its count is not ours to set. */
  readonly refused?: string;
}

export type Look =
  | SeenService
  | { readonly state: 'absent' }
  /** Nothing can be said of it, and why. */
  | { readonly state: 'unseen'; readonly reason: string };

/** A list of tasks that still holds. */
export interface Listing {
  readonly facts: ServiceFacts;
  readonly tasks: readonly TaskFacts[];
  readonly listedAtMs: number;
  readonly changedAtMs: number;
}

export interface ListTiming {
  /** A list is made anew after so long, whatever the service says of itself. */
  readonly listedForMs: number;
  /** … while tasks start, or may still follow from a change. One that runs shows in the service's counts. */
  readonly listedForWhileMovingMs: number;
}

/** How things were when a service was looked at. */
export interface Moment {
  /** Monotonic. */
  readonly nowMs: number;
  /** As the task's own times are. */
  readonly wallMs: number;
}

/** Something may still come of a change after so long. */
const SETTLES_WITHIN_MS = 10_000;

/** Whether the tasks are as they were listed, as far as it matters: the service says as much by its counts and its events. */
export function stillHolds(
  { facts: before, tasks, ...at }: Listing,
  facts: ServiceFacts,
  {
    moment,
    hasHealthChecks,
    timing,
  }: { readonly moment: Moment; readonly hasHealthChecks: boolean; readonly timing: ListTiming },
): boolean {
  // No count shows that a task is gone, or healthy.
  const isHidden = tasks.some(
    (task) => task.phase === 'killing' || (hasHealthChecks && awaitsHealth(task, moment.wallMs)),
  );
  if (isHidden || facts.rollout !== undefined || !isAlike(before, facts)) return false;
  const isAtRest =
    facts.running === facts.desired &&
    facts.pending === 0 &&
    tasks.every(({ phase }) => phase === 'running') &&
    moment.nowMs - at.changedAtMs >= SETTLES_WITHIN_MS;
  const { listedForMs, listedForWhileMovingMs } = timing;
  return moment.nowMs - at.listedAtMs < (isAtRest ? listedForMs : listedForWhileMovingMs);
}

export function isAlike(a: ServiceFacts, b: ServiceFacts): boolean {
  return (
    a.createdAtMs === b.createdAtMs &&
    a.desired === b.desired &&
    a.running === b.running &&
    a.pending === b.pending &&
    a.taskDefinition === b.taskDefinition &&
    a.newestEvent === b.newestEvent &&
    a.rollout === b.rollout &&
    a.refused === b.refused
  );
}

/** Whether the next look may find something that was not there: it is due soon. */
export function isMoving(look: Look, wallMs: number): boolean {
  if (look.state !== 'seen') return false;
  const { facts, tasks, template } = look;
  const isAtRest = facts.running === facts.desired && facts.pending === 0 && facts.rollout === undefined;
  if (!isAtRest || tasks.some(({ phase }) => phase !== 'running')) return true;
  return template.hasHealthChecks && tasks.some((task) => awaitsHealth(task, wallMs));
}

/** One that is not healthy after so long is not waited for: where no container that matters has a check ECS never says. */
const HEALTHY_WITHIN_MS = 120_000;

function awaitsHealth({ phase, healthy, startedAtMs = 0 }: TaskFacts, wallMs: number): boolean {
  return phase === 'running' && healthy !== true && wallMs - startedAtMs < HEALTHY_WITHIN_MS;
}

/** Whether whoever was told of one has to be told of the other. */
export function isSameLook(a: Look, b: Look): boolean {
  if (a.state === 'unseen' && b.state === 'unseen') return a.reason === b.reason;
  if (a.state !== 'seen' || b.state !== 'seen') return a.state === b.state;
  return (
    isAlike(a.facts, b.facts) &&
    a.refused === b.refused &&
    a.tasks.length === b.tasks.length &&
    a.tasks.every((task, i) => {
      const other = b.tasks[i];
      return task.arn === other?.arn && task.phase === other.phase && task.healthy === other.healthy;
    })
  );
}
