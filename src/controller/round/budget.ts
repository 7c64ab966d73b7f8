// controller: what the apps of a pool share.

import type { CapacitySpec, Resources } from '../../api/policy.ts';
import type { Budget } from '../../core/decision.ts';
import type { Footprint } from '../../core/observation.ts';
import type { AppAssessment } from './assess.ts';
import type { ClusterRoom } from './free-capacity.ts';

export function budgetOf(
  capacity: CapacitySpec,
  assessments: readonly AppAssessment[],
  room: ClusterRoom | undefined,
): Budget {
  if (capacity.slots !== undefined) return { kind: 'slots', slots: capacity.slots };
  if (capacity.resources !== undefined) return { kind: 'resources', total: total(capacity.resources) };
  const byApp = assessments.map((assessment) => {
    const { id } = assessment.app.spec;
    const counted = room?.state === 'counted' ? room.byApp.get(id) : undefined;
    return [id, counted ?? uncountedRoom(assessment)] as const;
  });
  return { kind: 'cluster', roomByApp: Object.fromEntries(byApp) };
}

/**
 * Room in a cluster that cannot be counted: the scheduler's queue decides about what targets ask for. A remainder,
 * which would take everything, goes no further than it is.
 */
function uncountedRoom({ app, observed }: AppAssessment): number {
  const { min = 0, max } = app.spec.instances;
  const { requested = 0, running = 0, staging = 0, killing = 0 } = observed ?? {};
  const most = app.role === 'remainder' ? Math.max(min, requested) : (max ?? Number.MAX_SAFE_INTEGER);
  return Math.max(0, most - running - staging - killing);
}

/** A resource that the budget does not name is not scarce. */
function total({ cpus, mem, disk, gpus }: Resources): Footprint {
  const unlimited = Number.POSITIVE_INFINITY;
  return { cpus: cpus ?? unlimited, mem: mem ?? unlimited, disk: disk ?? unlimited, gpus: gpus ?? unlimited };
}
