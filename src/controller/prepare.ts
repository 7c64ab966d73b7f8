// controller: the third step of a round: what the plan needs to know of each app that is written.

import type { Change, FieldDiff } from '../core/change.ts';
import type { AppDecision } from '../core/decision.ts';
import { type PlanApp, planChanges } from '../core/plan.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import type { WriteGate } from './gate.ts';
import type { Standing } from './standing.ts';

export interface Prepared {
  /** What to do now. */
  readonly changes: readonly Change[];
  /** Per app: where its definition differs, whether or not that is going to be changed. */
  readonly drift: ReadonlyMap<string, readonly FieldDiff[]>;
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
  const apps = standings
    .filter(({ part, hand }) => part === 'live' && hand.situation !== 'conflict')
    .map((standing) =>
      planApp(standing, {
        decision: decisions.get(standing.app.spec.id),
        drift: drift.get(standing.app.spec.id) ?? [],
        gate,
      }),
    );
  return { changes: planChanges(apps), drift };
}

/** Also of apps that are only observed: they report it. */
function driftOf({ app, observed, part }: Standing, scheduler: Scheduler): readonly FieldDiff[] {
  const { app: definition, envFrom } = app.spec;
  if (part === 'off' || observed === undefined || definition === undefined) return [];
  return scheduler.diff({ definition, envFrom }, observed);
}

function planApp(
  standing: Standing,
  known: {
    readonly decision: AppDecision | undefined;
    readonly drift: readonly FieldDiff[];
    readonly gate: WriteGate;
  },
): PlanApp {
  const { app, observed, adopt, restart } = standing;
  const { id, app: definition, envFrom } = app.spec;
  const count = countOf(standing, known.decision);
  const plan: PlanApp = {
    id,
    owner: app.policy,
    envFrom,
    drift: [],
    adopt,
    ...(definition && { definition }),
    ...(observed && { observed }),
    ...(count && { count }),
    ...(restart?.ours && { supersedes: restart.deployment }),
  };
  return { ...plan, drift: mayUpdate(plan, standing, known) ? known.drift : [] };
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

/** An update that Marathon has just refused must not keep the app from being scaled. */
function mayUpdate(
  { id, definition, envFrom }: PlanApp,
  { app, frozen, restart }: Standing,
  { drift, gate }: { readonly drift: readonly FieldDiff[]; readonly gate: WriteGate },
): boolean {
  if (frozen && restart?.ours !== true) return false;
  if (app.drift === 'Report' || definition === undefined || drift.length === 0) return false;
  const reason = '';
  return gate.check({ kind: 'update', app: id, definition, envFrom, fields: drift, reason }) === undefined;
}
