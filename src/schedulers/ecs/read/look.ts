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

/** A list is made anew after so long, whatever the service says of itself. */
const LISTED_FOR_MS = 30_000;
/** Something may still come of a change after so long. */
const SETTLES_WITHIN_MS = 10_000;

/** Whether nothing has happened since the tasks were listed: the service says as much by its counts and its events. */
export function isStill(
  { facts: before, tasks, ...at }: Listing,
  facts: ServiceFacts,
  nowMs: number,
): boolean {
  const isAtRest = facts.running === facts.desired && facts.pending === 0 && facts.rollout === undefined;
  return (
    isAtRest &&
    isAlike(before, facts) &&
    tasks.every(({ phase }) => phase === 'running') &&
    nowMs - at.listedAtMs < LISTED_FOR_MS &&
    nowMs - at.changedAtMs >= SETTLES_WITHIN_MS
  );
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
