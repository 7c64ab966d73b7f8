// recorder: the question that was put to `decide`, to the record and back: the same question, so the same answer. Pure.

import type { AppInput, Budget, DecisionInput } from '../../core/decision.ts';
import type { AppObservation, Footprint } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import type { FrameBudget, FrameInput, FrameObservation, FrameScene } from './frame.ts';

export function sceneOf({ budget, apps }: DecisionInput): FrameScene {
  return {
    budget: budget.kind === 'resources' ? { kind: 'resources', total: finite(budget.total) } : budget,
    apps: Object.fromEntries(apps.map((app) => [app.id, recordedInput(app)])),
  };
}

export function questionOf({ budget, apps }: FrameScene): Pick<DecisionInput, 'budget' | 'apps'> {
  return { budget: budgetOf(budget), apps: Object.values(apps).map(inputOf) };
}

function recordedInput({ readings, observed, held, blocked, override, max, ...terms }: AppInput): FrameInput {
  return {
    terms: { ...terms, ...(Number.isFinite(max) && { max }) },
    readings,
    ...(observed && { observed: seenOf(observed, terms.behavior.startupTime !== undefined) }),
    ...defined({ held, blocked, override }),
  };
}

function inputOf({ terms, observed, ...moving }: FrameInput): AppInput {
  return {
    ...terms,
    max: terms.max ?? Number.POSITIVE_INFINITY,
    ...moving,
    ...(observed && { observed: observationOf(terms.id, observed) }),
  };
}

function seenOf(observed: AppObservation, withTasks: boolean): FrameObservation {
  const { requested, running, staging, killing, unreachable, ready, waiting } = observed;
  const { waitingFor, backoffMs, hasHealthChecks, tasks } = observed;
  return {
    ...{ requested, running, staging, killing, unreachable, ready, waiting },
    ...{ waitingFor, backoffMs, hasHealthChecks },
    ...(withTasks && {
      tasks: tasks.map(({ id, phase, startedAtMs }) => ({ id, phase, ...defined({ startedAtMs }) })),
    }),
  };
}

const NOTHING: readonly never[] = [];
const DEFINITION = {};

export function observationOf(id: string, { tasks = NOTHING, ...seen }: FrameObservation): AppObservation {
  return { id, ...seen, tasks, operations: NOTHING, definition: DEFINITION };
}

function finite(total: Footprint): Partial<Footprint> {
  return Object.fromEntries(Object.entries(total).filter(([, value]) => Number.isFinite(value)));
}

function budgetOf(budget: FrameBudget): Budget {
  if (budget.kind !== 'resources') return budget;
  const unlimited = Number.POSITIVE_INFINITY;
  const { cpus = unlimited, mem = unlimited, disk = unlimited, gpus = unlimited } = budget.total;
  return { kind: 'resources', total: { cpus, mem, disk, gpus } };
}
