// controller: the room that a budget by cluster has, as far as the scheduler can count it.

import type { CapacitySpec } from '../../api/policy.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { RoomNeed, Scheduler } from '../../schedulers/scheduler.ts';
import { type AppAssessment, presentDefinition } from './assess.ts';

export type ClusterRoom =
  /** How many more of each app, by id. */
  | { readonly state: 'counted'; readonly byApp: ReadonlyMap<string, number> }
  /** Then the scheduler's queue decides about what targets ask for, and remainders do not grow. */
  | { readonly state: 'unknown'; readonly reason: string };

/** Undefined for budgets that say themselves how much there is. */
export async function clusterRoom(
  { cluster }: CapacitySpec,
  {
    assessments,
    scheduler,
  }: { readonly assessments: readonly AppAssessment[]; readonly scheduler: Pick<Scheduler, 'room'> },
  signal: AbortSignal,
): Promise<ClusterRoom | undefined> {
  if (cluster === undefined) return undefined;
  if (scheduler.room === undefined) {
    return { state: 'unknown', reason: 'this scheduler knows of no cluster' };
  }
  try {
    return {
      state: 'counted',
      byApp: await scheduler.room({ ...cluster, apps: assessments.map(needOf) }, signal),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'unknown', reason: messageOf(error) };
  }
}

function needOf(assessment: AppAssessment): RoomNeed {
  const { app, observed } = assessment;
  return { id: app.spec.id, definition: presentDefinition(assessment), ...(observed && { observed }) };
}
