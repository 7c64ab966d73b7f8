// controller: a round's knowledge in the words of `decide`.

import type { CapacitySpec, Resources } from '../../api/policy.ts';
import type { AppInput, Budget, DecisionInput, DecisionMemory } from '../../core/decision.ts';
import type { AppObservation, Footprint } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { overrideText } from '../interventions/effect.ts';
import type { OverrideView } from '../status/view.ts';
import type { AppAssessment } from './assess.ts';
import type { ClusterRoom } from './free-capacity.ts';
import { readingsOf, type World } from './observe.ts';
import { withoutSurplus } from './surplus.ts';

export interface DecisionQuestion {
  readonly assessments: readonly AppAssessment[];
  /** Which apps are decided; all others are use that is there. */
  readonly decided: (assessment: AppAssessment) => boolean;
  readonly budget: Budget;
  readonly world: World;
  readonly nowMs: number;
  readonly memory?: DecisionMemory;
}

export function decisionInput(question: DecisionQuestion): DecisionInput {
  const { assessments, budget, nowMs, memory } = question;
  const apps = assessments.flatMap((assessment) => appInput(assessment, question));
  return memory === undefined ? { budget, apps, nowMs } : { budget, apps, nowMs, memory };
}

/** An app that neither exists nor can be made is nobody's business. */
function appInput(assessment: AppAssessment, question: DecisionQuestion): readonly AppInput[] {
  const { decided, budget, world, nowMs } = question;
  const { app, held, surplusSinceMs: sinceMs } = assessment;
  const observed = assessment.observed && withoutSurplus(assessment.observed, { sinceMs, nowMs });
  const { spec } = app;
  const isDecided = app.role !== 'fixed' && decided(assessment);
  if (observed === undefined && !isDecided) return [];
  const { blocked } = assessment;
  return [
    {
      id: spec.id,
      name: spec.name,
      role: isDecided ? app.role : 'fixed',
      priority: spec.priority ?? Number.MAX_SAFE_INTEGER,
      min: spec.instances.min ?? 0,
      max: spec.instances.max ?? Number.POSITIVE_INFINITY,
      weight: spec.remainder?.weight ?? 1,
      targets: isDecided ? (spec.targets ?? []) : [],
      readings: isDecided ? readingsOf(world, app) : [],
      behavior: spec.behavior,
      footprint: footprintOf(assessment),
      // Apps left to people are outside the slots; those that only stand still now use theirs.
      countsAgainstBudget: budget.kind !== 'slots' || app.role !== 'fixed',
      ...(observed && { observed }),
      ...defined({ blocked }),
      ...(isDecided && held && { held }),
      ...(isDecided && app.override && { override: orderOf(app.override) }),
    },
  ];
}

function orderOf(override: OverrideView): NonNullable<AppInput['override']> {
  return { instances: override.instances, reason: overrideText(override) };
}

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
 * Room in a cluster that cannot be counted: the scheduler's queue is the judge of what targets ask for. A remainder,
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
