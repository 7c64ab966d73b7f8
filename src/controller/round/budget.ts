// controller: what the apps of a pool share, and what one instance of each takes of it.

import type { CapacitySpec, Resources } from '../../api/policy.ts';
import type { Budget } from '../../core/decision.ts';
import type { AppObservation, Footprint } from '../../core/observation.ts';
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

/** The scheduler's defaults where neither the policy nor the app says anything. */
const DEFAULT_FOOTPRINT: Footprint = { cpus: 1, mem: 128, disk: 0, gpus: 0 };

/** What runs now takes what the scheduler says; what is still to be made takes what the policy says. */
export function footprintOf({ app, observed }: Pick<AppAssessment, 'app' | 'observed'>): Footprint {
  const wanted: AppObservation['definition'] = { ...app.spec.app, ...observed?.definition };
  const of = (name: keyof Footprint): number => {
    const value = wanted[name];
    return typeof value === 'number' ? value : DEFAULT_FOOTPRINT[name];
  };
  return { cpus: of('cpus'), mem: of('mem'), disk: of('disk'), gpus: of('gpus') };
}
