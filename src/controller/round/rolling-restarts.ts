// controller: definitions that are being rolled out: by whom, since when, and when they stop keeping their pool still. Pure.

import type { SchedulerView } from '../../schedulers/scheduler.ts';

/** One app's rolling restart. */
export interface Restart {
  readonly app: string;
  readonly deployment: string;
  /** When it was first seen. */
  readonly sinceMs: number;
  /** It should have been over long ago: the pool's other apps go on without it. */
  readonly overdue: boolean;
  /** It is our own last update of the app, so our next one may take its place. */
  readonly ours: boolean;
}

/** What is remembered of restarts and updates. */
export interface RestartMemory {
  /** By deployment id: when it was first seen. */
  readonly restarts: ReadonlyMap<string, number>;
  /** By app id: the deployment of our last update. */
  readonly updates: ReadonlyMap<string, string>;
}

/**
 * A restart ends when its new tasks run and are healthy; the scheduler sets it no time limit (docs/design/marathon.md#deployments-and-locks). One whose
 * tasks never start would freeze its pool for ever.
 */
const RESTART_BOUND_MS = 300_000;

/** The restarts under way among `apps`, by app id. */
export function restartsIn(
  apps: readonly string[],
  view: SchedulerView,
  { memory, nowMs }: { readonly memory: RestartMemory; readonly nowMs: number },
): ReadonlyMap<string, Restart> {
  const found = apps.flatMap((app): readonly (readonly [string, Restart])[] => {
    const restart = view.apps.get(app)?.operations.find(({ kinds }) => kinds.includes('Restart'));
    if (restart === undefined) return [];
    const sinceMs = memory.restarts.get(restart.id) ?? nowMs;
    const ours = memory.updates.get(app) === restart.id;
    const overdue = nowMs - sinceMs >= RESTART_BOUND_MS;
    return [[app, { app, deployment: restart.id, sinceMs, overdue, ours }]];
  });
  return new Map(found);
}

/** The restart that keeps `app` as it is: any in its pool, but an overdue one only its own app. */
export function keptStillBy(app: string, restarts: ReadonlyMap<string, Restart>): Restart | undefined {
  return [...restarts.values()].find(({ overdue }) => !overdue) ?? restarts.get(app);
}
