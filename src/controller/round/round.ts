// controller: what one round found and did: everything that status is written from.

import type { ResourceKey } from '../../api/policy.ts';
import type { FieldDiff } from '../../core/change.ts';
import type { AppDecision, Decision } from '../../core/decision.ts';
import type { PoolRecord } from '../policies/records.ts';
import type { WriteResult } from './act.ts';
import type { AppAssessment } from './assess.ts';
import type { Inquiry } from './decide.ts';
import type { ClusterRoom } from './free-capacity.ts';
import type { World } from './observe.ts';

export interface Round {
  readonly pool: PoolRecord;
  /** When the look at the world began; monotonic, like all times in a round. */
  readonly startedAtMs: number;
  /** By how much that was later than it should have been; absent in a pool's first round, and where something woke it before its time. */
  readonly lateMs?: number;
  /** When the decision was made. */
  readonly atMs: number;
  /** What a time of this round must be moved by before people read it. */
  readonly wallAheadMs: number;
  readonly world: World;
  /** Why this instance stands by, where another one acts: then nothing was decided. */
  readonly standby?: string;
  /** Another operator is to run the pool: nothing was looked at. */
  readonly elsewhere?: true;
  /** For a budget by cluster. */
  readonly room?: ClusterRoom;
  /** One per app; after a round without the scheduler, as they were last seen, all `off`. */
  readonly assessments: readonly AppAssessment[];
  readonly decisions: ReadonlyMap<string, AppDecision>;
  /** What was asked of `decide` in this round; absent: nothing was. */
  readonly inquiries?: readonly Inquiry[];
  /** Absent before the first decision. */
  readonly capacity?: Decision['capacity'];
  readonly drift: ReadonlyMap<string, readonly FieldDiff[]>;
  /** Apps whose definition somebody else changed in the scheduler, so that it is in `drift`. */
  readonly edited?: ReadonlySet<string>;
  readonly results: readonly WriteResult[];
}

/** The scheduler was read and the round went to its end. */
export function isWhole({ world }: Round): boolean {
  return world.view !== undefined;
}

/** The round as far as one policy is concerned, sorted out once: a pool may have a thousand of them; most have one. */
export function partsOf(round: Round): (policy: ResourceKey) => Round {
  if (round.pool.members.length === 1) return () => round;
  const policies = new Map(round.assessments.map(({ app }) => [app.spec.id, app.policy]));
  const assessments = Map.groupBy(round.assessments, ({ app }) => app.policy);
  const results = Map.groupBy(round.results, ({ change }) => policies.get(change.app));
  return (policy) => ({
    ...round,
    assessments: assessments.get(policy) ?? [],
    results: results.get(policy) ?? [],
  });
}
