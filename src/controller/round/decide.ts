// controller: decide, the third step of a round: the counts of what is written, and of what is only observed.

import type { CapacitySpec, ResourceKey } from '../../api/policy.ts';
import type { AppDecision, Decision, DecisionMemory } from '../../core/decision.ts';
import type { Decide } from '../ports.ts';
import type { AppAssessment } from './assess.ts';
import { budgetOf, decisionInput } from './decision-input.ts';
import type { ClusterRoom } from './free-capacity.ts';
import type { World } from './observe.ts';

/** Decision memories by scene: the pool as it is run, and once per policy that is only observed. */
export type SceneMemories = ReadonlyMap<string, DecisionMemory>;

export interface PoolDecision {
  /** By app id: of the apps that are written and of those that are observed. */
  readonly decisions: ReadonlyMap<string, AppDecision>;
  readonly capacity: Decision['capacity'];
  readonly memories: SceneMemories;
}

const AS_RUN = '';

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
  },
): PoolDecision {
  const { capacity, room, world, nowMs, memories, decide } = question;
  const budget = budgetOf(capacity, assessments, room);
  const ask = (scene: string): Decision => {
    const decided = ({ part, app }: AppAssessment): boolean =>
      part === 'live' || (part === 'observed' && app.policy === scene);
    const memory = memories.get(scene);
    return decide(decisionInput({ assessments, decided, budget, world, nowMs, ...(memory && { memory }) }));
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
  return { decisions, capacity: asRun.capacity, memories: next };
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
