// controller: the second step of a round: asks `decide` about what is written, and about what is only watched.

import type { CapacitySpec, ResourceKey } from '../../api/policy.ts';
import type { AppDecision, Decision, DecisionMemory } from '../../core/decision.ts';
import type { Decide } from '../ports.ts';
import type { Standing } from './assess.ts';
import { budgetOf, decisionInput } from './decision-input.ts';
import type { ClusterRoom } from './free-capacity.ts';
import type { World } from './observe.ts';

/** Decision memories by scene: the pool as it is run, and once per policy that is only observed. */
export type SceneMemories = ReadonlyMap<string, DecisionMemory>;

export interface Choice {
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
export function choose(
  standings: readonly Standing[],
  question: {
    readonly capacity: CapacitySpec;
    /** For a budget by cluster. */
    readonly room?: ClusterRoom | undefined;
    readonly world: World;
    readonly nowMs: number;
    readonly memories: SceneMemories;
    readonly decide: Decide;
  },
): Choice {
  const { capacity, room, world, nowMs, memories, decide } = question;
  const budget = budgetOf(capacity, standings, room);
  const ask = (scene: string): Decision => {
    const decided = ({ part, app }: Standing): boolean =>
      part === 'live' || (part === 'observed' && app.policy === scene);
    const memory = memories.get(scene);
    return decide(decisionInput({ standings, decided, budget, world, nowMs, ...(memory && { memory }) }));
  };
  const asRun = ask(AS_RUN);
  const decisions = new Map(pickLive(standings, asRun));
  const next = new Map([[AS_RUN, asRun.memory]]);
  for (const [scene, own] of observedByPolicy(standings)) {
    const decision = ask(scene);
    next.set(scene, decision.memory);
    const ids = new Set(own.map(({ app }) => app.spec.id));
    for (const app of decision.apps) if (ids.has(app.id)) decisions.set(app.id, app);
  }
  return { decisions, capacity: asRun.capacity, memories: next };
}

function pickLive(
  standings: readonly Standing[],
  decision: Decision,
): readonly (readonly [string, AppDecision])[] {
  const live = new Set(standings.filter(({ part }) => part === 'live').map(({ app }) => app.spec.id));
  return decision.apps.filter(({ id }) => live.has(id)).map((app) => [app.id, app]);
}

function observedByPolicy(standings: readonly Standing[]): ReadonlyMap<ResourceKey, readonly Standing[]> {
  const observed = standings.filter(({ part }) => part === 'observed');
  return Map.groupBy(observed, ({ app }) => app.policy);
}
