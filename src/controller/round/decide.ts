// controller: decide, the third step of a round: the counts of what is written, and of what is only observed.

import type { CapacitySpec, ResourceKey } from '../../api/policy.ts';
import type {
  AppDecision,
  AppInput,
  Budget,
  Decision,
  DecisionInput,
  DecisionMemory,
} from '../../core/decision.ts';
import { defined } from '../../lang/defined.ts';
import { overrideText } from '../interventions/effect.ts';
import type { Decide } from '../ports.ts';
import type { OverrideView } from '../status/view.ts';
import { type AppAssessment, presentDefinition } from './assess.ts';
import { budgetOf } from './budget.ts';
import type { ClusterRoom } from './free-capacity.ts';
import { readingsOf, type World } from './observe.ts';
import type { PoolScheduler } from './places/pool-scheduler.ts';
import { withoutSurplus } from './surplus.ts';

/** Decision memories by scene: the pool as it is run, and once per policy that is only observed. */
export type SceneMemories = ReadonlyMap<string, DecisionMemory>;

/** What `decide` was asked, and its answer. */
export interface Inquiry {
  readonly scene: string;
  readonly input: DecisionInput;
  readonly decision: Decision;
}

export interface PoolDecision {
  /** One a scene. */
  readonly inquiries: readonly Inquiry[];
  /** By app id: of the apps that are written and of those that are observed. */
  readonly decisions: ReadonlyMap<string, AppDecision>;
  readonly capacity: Decision['capacity'];
  readonly memories: SceneMemories;
}

/** The scene of the pool as it is run. */
export const AS_RUN = '';

/**
 * What is written is decided as if observed apps were left alone, for that is what happens to them. What an
 * observed policy would do is decided as if it were the only one that joined in.
 */
export function decideCounts(
  assessments: readonly AppAssessment[],
  question: {
    readonly capacity: CapacitySpec;
    /** For a budget by cluster. */
    readonly room?: ClusterRoom | undefined;
    readonly world: World;
    readonly nowMs: number;
    readonly memories: SceneMemories;
    readonly decide: Decide;
    readonly scheduler: Pick<PoolScheduler, 'footprint'>;
  },
): PoolDecision {
  const { capacity, room, world, nowMs, memories, decide, scheduler } = question;
  const budget = budgetOf(capacity, assessments, room);
  const inquiries: Inquiry[] = [];
  const ask = (scene: string): Decision => {
    const decided = ({ part, app }: AppAssessment): boolean =>
      part === 'live' || (part === 'observed' && app.policy === scene);
    const memory = memories.get(scene);
    const input = decisionInput({
      ...{ assessments, decided, budget, world, nowMs, scheduler },
      ...(memory && { memory }),
    });
    const decision = decide(input);
    inquiries.push({ scene, input, decision });
    return decision;
  };
  const asRun = ask(AS_RUN);
  const decisions = new Map(pickLive(assessments, asRun));
  const next = new Map([[AS_RUN, asRun.memory]]);
  for (const [scene, own] of observedByPolicy(assessments)) {
    const decision = ask(scene);
    next.set(scene, decision.memory);
    const ids = new Set(own.map(({ app }) => app.spec.id));
    for (const app of decision.apps) if (ids.has(app.id)) decisions.set(app.id, app);
  }
  return { decisions, capacity: asRun.capacity, memories: next, inquiries };
}

interface DecisionQuestion {
  readonly assessments: readonly AppAssessment[];
  /** Which apps are decided; all others are use that is there. */
  readonly decided: (assessment: AppAssessment) => boolean;
  readonly budget: Budget;
  readonly world: World;
  readonly nowMs: number;
  readonly scheduler: Pick<PoolScheduler, 'footprint'>;
  readonly memory?: DecisionMemory;
}

/** What a round knows, in the words of `decide`. */
function decisionInput(question: DecisionQuestion): DecisionInput {
  const { assessments, budget, nowMs, memory } = question;
  const apps = assessments.flatMap((assessment) => appInput(assessment, question));
  return memory === undefined ? { budget, apps, nowMs } : { budget, apps, nowMs, memory };
}

/** An app that neither exists nor can be made takes no part. */
function appInput(assessment: AppAssessment, question: DecisionQuestion): readonly AppInput[] {
  const { decided, budget, world, nowMs, scheduler } = question;
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
      footprint: scheduler.footprint(presentDefinition(assessment), spec.id),
      // Apps left to people are outside the slots; those that only stand still now use theirs.
      countsAgainstBudget: budget.kind !== 'slots' || app.role !== 'fixed',
      ...(observed && { observed }),
      ...defined({ blocked, formula: isDecided ? spec.formula : undefined }),
      ...(isDecided && held && { held }),
      ...(isDecided && app.override && { override: orderOf(app.override) }),
    },
  ];
}

function orderOf(override: OverrideView): NonNullable<AppInput['override']> {
  return { instances: override.instances, reason: overrideText(override) };
}

function pickLive(
  assessments: readonly AppAssessment[],
  decision: Decision,
): readonly (readonly [string, AppDecision])[] {
  const live = new Set(assessments.filter(({ part }) => part === 'live').map(({ app }) => app.spec.id));
  return decision.apps.filter(({ id }) => live.has(id)).map((app) => [app.id, app]);
}

function observedByPolicy(
  assessments: readonly AppAssessment[],
): ReadonlyMap<ResourceKey, readonly AppAssessment[]> {
  const observed = assessments.filter(({ part }) => part === 'observed');
  return Map.groupBy(observed, ({ app }) => app.policy);
}
