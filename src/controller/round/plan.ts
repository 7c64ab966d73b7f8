// controller: plan, the fourth step of a round: the changes of each app that is written.

import type { Change, FieldDiff } from '../../core/change.ts';
import type { AppDecision } from '../../core/decision.ts';
import { creationOf, type PlanApp, planChanges, updateOf } from '../../core/plan.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import type { WriteResult } from './act.ts';
import type { AppAssessment } from './assess.ts';
import type { WriteGate } from './write-backoff.ts';

export interface PoolPlan {
  /** What to do now. */
  readonly changes: readonly Change[];
  /** Per app: where its definition differs, whether or not that is going to be changed. */
  readonly drift: ReadonlyMap<string, readonly FieldDiff[]>;
  /** Updates that are not tried now, so that their apps can be scaled meanwhile. */
  readonly postponed: readonly WriteResult[];
}

export function planPool(
  assessments: readonly AppAssessment[],
  {
    decisions,
    scheduler,
    gate,
  }: {
    readonly decisions: ReadonlyMap<string, AppDecision>;
    readonly scheduler: Pick<Scheduler, 'diff' | 'dependencies'>;
    readonly gate: WriteGate;
  },
): PoolPlan {
  const drift = new Map(
    assessments.flatMap((assessment) => {
      const fields = driftOf(assessment, scheduler);
      return fields.length === 0 ? [] : [[assessment.app.spec.id, fields] as const];
    }),
  );
  const postponed: WriteResult[] = [];
  const apps = assessments
    .filter(({ part, foreignScale }) => part === 'live' && foreignScale.situation !== 'conflict')
    .map((assessment): PlanApp => {
      const { id } = assessment.app.spec;
      const plan = planApp(assessment, decisions.get(id), { drift: drift.get(id) ?? [], scheduler });
      if (!drift.has(id)) gate.settled(id);
      const waits = updateOf(plan).flatMap((change) => postponedBy(gate, change));
      postponed.push(...waits);
      return waits.length === 0 ? plan : { ...plan, drift: [] };
    });
  return { changes: planChanges(apps), drift, postponed };
}

/** With what keeps it from being created, where that was tried and failed for good. */
export function withRefusal(assessment: AppAssessment, gate: WriteGate): AppAssessment {
  const { app, observed, part } = assessment;
  if (observed !== undefined || part !== 'live') return assessment;
  const { id, app: definition, envFrom } = app.spec;
  const count = { to: 0, reason: '' };
  const plan = { id, owner: app.policy, envFrom, drift: [], adopt: false, count };
  const [creation] = creationOf({ ...plan, ...(definition && { definition }) });
  const blocked = creation && gate.refusal(creation);
  return blocked === undefined ? assessment : { ...assessment, blocked };
}

/** An update that the scheduler has just refused, or taken without effect, must not keep the app from being scaled. */
function postponedBy(gate: WriteGate, change: Change): readonly WriteResult[] {
  const closed = gate.check(change);
  if (closed === undefined) return [];
  const { obstacle, message } = closed;
  return [{ change, result: 'postponed', obstacle, message }];
}

/** Also of apps that are only observed: they report it. */
function driftOf(
  { app, observed, part }: AppAssessment,
  scheduler: Pick<Scheduler, 'diff'>,
): readonly FieldDiff[] {
  const { app: definition, envFrom } = app.spec;
  if (part === 'off' || observed === undefined || definition === undefined) return [];
  return scheduler.diff({ definition, envFrom }, observed);
}

function planApp(
  assessment: AppAssessment,
  decision: AppDecision | undefined,
  {
    drift,
    scheduler,
  }: { readonly drift: readonly FieldDiff[]; readonly scheduler: Pick<Scheduler, 'dependencies'> },
): PlanApp {
  const { app, observed, adopt, restart } = assessment;
  const { id, app: definition, envFrom, behavior } = app.spec;
  const { idleVictims } = behavior;
  const count = countOf(assessment, decision);
  return {
    id,
    owner: app.policy,
    envFrom,
    drift: mayUpdate(assessment) ? drift : [],
    adopt,
    ...(definition && { definition, after: scheduler.dependencies?.(id, definition) ?? [] }),
    ...(observed && { observed }),
    ...(count && { count }),
    ...(idleVictims && { idleVictims }),
    ...(restart?.ours && { supersedes: restart.deployment }),
  };
}

/**
 * Fixed apps get a count when they are made, never after. During somebody's restart nothing is made: the
 * newcomer would take slots that the restart may need.
 */
function countOf(
  { app, observed, frozen }: AppAssessment,
  decision: AppDecision | undefined,
): PlanApp['count'] {
  if (frozen && observed === undefined) return undefined;
  if (app.role !== 'fixed') {
    return decision && { to: decision.to, reason: decision.summary };
  }
  const { fixed } = app.spec.instances;
  if (fixed === undefined || observed !== undefined) return undefined;
  return { to: fixed, reason: `made with ${fixed}, then left to people` };
}

/** Nothing is changed under a restart, but for our own update, which the next one replaces. */
function mayUpdate({ app, frozen, restart }: AppAssessment): boolean {
  return app.drift !== 'Report' && (!frozen || restart?.ours === true);
}
