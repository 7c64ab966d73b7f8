// controller: the third step of a round: what the plan needs to know of each app that is written.

import type { Change, FieldDiff } from '../../core/change.ts';
import type { AppDecision } from '../../core/decision.ts';
import { creationOf, type PlanApp, planChanges, updateOf } from '../../core/plan.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import type { Outcome } from './act.ts';
import type { Standing } from './assess.ts';
import type { WriteGate } from './write-backoff.ts';

export interface Prepared {
  /** What to do now. */
  readonly changes: readonly Change[];
  /** Per app: where its definition differs, whether or not that is going to be changed. */
  readonly drift: ReadonlyMap<string, readonly FieldDiff[]>;
  /** Updates that are not tried now, so that their apps can be scaled meanwhile. */
  readonly postponed: readonly Outcome[];
}

export function prepare(
  standings: readonly Standing[],
  {
    decisions,
    scheduler,
    gate,
  }: {
    readonly decisions: ReadonlyMap<string, AppDecision>;
    readonly scheduler: Scheduler;
    readonly gate: WriteGate;
  },
): Prepared {
  const drift = new Map(
    standings.flatMap((standing) => {
      const fields = driftOf(standing, scheduler);
      return fields.length === 0 ? [] : [[standing.app.spec.id, fields] as const];
    }),
  );
  const postponed: Outcome[] = [];
  const apps = standings
    .filter(({ part, hand }) => part === 'live' && hand.situation !== 'conflict')
    .map((standing): PlanApp => {
      const { id } = standing.app.spec;
      const plan = planApp(standing, decisions.get(id), { drift: drift.get(id) ?? [], scheduler });
      if (!drift.has(id)) gate.settled(id);
      const waits = updateOf(plan).flatMap((change) => postponedBy(gate, change));
      postponed.push(...waits);
      return waits.length === 0 ? plan : { ...plan, drift: [] };
    });
  return { changes: planChanges(apps), drift, postponed };
}

/** With what keeps it from being created, where that was tried and failed for good. */
export function withRefusal(standing: Standing, gate: WriteGate): Standing {
  const { app, observed, part } = standing;
  if (observed !== undefined || part !== 'live') return standing;
  const { id, app: definition, envFrom } = app.spec;
  const count = { to: 0, reason: '' };
  const plan = { id, owner: app.policy, envFrom, drift: [], adopt: false, count };
  const [creation] = creationOf({ ...plan, ...(definition && { definition }) });
  const blocked = creation && gate.refusal(creation);
  return blocked === undefined ? standing : { ...standing, blocked };
}

/** An update that Marathon has just refused, or taken without effect, must not keep the app from being scaled. */
function postponedBy(gate: WriteGate, change: Change): readonly Outcome[] {
  const closed = gate.check(change);
  if (closed === undefined) return [];
  const { obstacle, message } = closed;
  return [{ change, result: 'postponed', obstacle, message }];
}

/** Also of apps that are only observed: they report it. */
function driftOf({ app, observed, part }: Standing, scheduler: Scheduler): readonly FieldDiff[] {
  const { app: definition, envFrom } = app.spec;
  if (part === 'off' || observed === undefined || definition === undefined) return [];
  return scheduler.diff({ definition, envFrom }, observed);
}

function planApp(
  standing: Standing,
  decision: AppDecision | undefined,
  { drift, scheduler }: { readonly drift: readonly FieldDiff[]; readonly scheduler: Scheduler },
): PlanApp {
  const { app, observed, adopt, restart } = standing;
  const { id, app: definition, envFrom } = app.spec;
  const count = countOf(standing, decision);
  return {
    id,
    owner: app.policy,
    envFrom,
    drift: mayUpdate(standing) ? drift : [],
    adopt,
    ...(definition && { definition, after: scheduler.dependencies?.(id, definition) ?? [] }),
    ...(observed && { observed }),
    ...(count && { count }),
    ...(restart?.ours && { supersedes: restart.deployment }),
  };
}

/**
 * Fixed apps get a count when they are made, never after. During somebody's restart nothing is made: the
 * newcomer would take slots that the restart may need.
 */
function countOf({ app, observed, frozen }: Standing, decision: AppDecision | undefined): PlanApp['count'] {
  if (frozen && observed === undefined) return undefined;
  if (app.role !== 'fixed') {
    return decision && { to: decision.to, reason: decision.summary };
  }
  const { fixed } = app.spec.instances;
  if (fixed === undefined || observed !== undefined) return undefined;
  return { to: fixed, reason: `made with ${fixed}, then left to people` };
}

/** Nothing is changed under a restart, but for our own update, which the next one replaces. */
function mayUpdate({ app, frozen, restart }: Standing): boolean {
  return app.drift !== 'Report' && (!frozen || restart?.ours === true);
}
