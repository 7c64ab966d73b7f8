// controller: what applying policies would change in Marathon, without metrics: the command `plan`.

import type { MicroscalingPolicy, ResourceKey } from '../api/policy.ts';
import { resourceKey } from '../api/policy.ts';
import type { Change } from '../core/change.ts';
import { adoptionOf, creationOf, inDependencyOrder, type PlanApp, scaleOf, updateOf } from '../core/plan.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import type { OperatorDeps } from './deps.ts';
import { type MemberApp, membersOfPolicy } from './members.ts';
import { ACCEPTED, type PolicyRecord } from './records.ts';
import { type Trouble, troubleOf } from './standing.ts';

export interface PlanResult {
  /** In the order in which the operator would make them. */
  readonly changes: readonly Change[];
  /** Apps that keep their policy, or themselves, from being run as written. */
  readonly troubles: readonly (Trouble & { readonly policy: ResourceKey; readonly app: string })[];
  /** What a reader must know beside the changes. */
  readonly notes: readonly string[];
}

/** Throws TransientError when Marathon cannot be read, TerminalError when it cannot be addressed. */
export async function planOnce(
  policies: readonly MicroscalingPolicy[],
  { schedulerFor }: Pick<OperatorDeps, 'schedulerFor'>,
  signal: AbortSignal,
): Promise<PlanResult> {
  const results: PlanResult[] = [];
  for (const policy of policies) {
    const scheduler = schedulerFor(policy.spec.marathon);
    results.push(await planPolicy(policy, scheduler, signal));
  }
  return {
    changes: results.flatMap(({ changes }) => changes),
    troubles: results.flatMap(({ troubles }) => troubles),
    notes: results.flatMap(({ notes }) => notes),
  };
}

async function planPolicy(
  policy: MicroscalingPolicy,
  scheduler: Scheduler,
  signal: AbortSignal,
): Promise<PlanResult> {
  const members = membersOfPolicy(recordOf(policy));
  const view = await scheduler.observe(
    members.map(({ spec }) => spec.id),
    signal,
  );
  const troubles = members.flatMap((app) => {
    const trouble = troubleOf(app, view.apps.get(app.spec.id));
    return trouble === undefined ? [] : [{ ...trouble, policy: app.policy, app: app.spec.id }];
  });
  const key = resourceKey(policy.metadata);
  const untouched = troubles.some(({ reason }) => reason === 'AdoptionRequired');
  const apps = untouched ? [] : members.map((app) => planApp(app, { scheduler, view }));
  const scales = apps.flatMap(scaleOf);
  return {
    changes: [
      ...scales.filter(({ from, to }) => to < from),
      ...apps.flatMap(adoptionOf),
      ...scales.filter(({ from, to }) => to > from),
      ...inDependencyOrder(apps).flatMap(creationOf),
      ...apps.flatMap(updateOf),
    ],
    troubles,
    notes: notesOf(policy, key),
  };
}

function planApp(
  app: MemberApp,
  { scheduler, view }: { scheduler: Scheduler; view: Awaited<ReturnType<Scheduler['observe']>> },
): PlanApp {
  const { id, app: definition, envFrom, instances } = app.spec;
  const observed = view.apps.get(id);
  const drift =
    observed === undefined || definition === undefined || app.drift === 'Report'
      ? []
      : scheduler.diff({ definition, envFrom }, observed);
  const to = instances.fixed ?? nearest(observed?.requested ?? 0, instances);
  const leftToPeople = instances.fixed !== undefined && observed !== undefined;
  return {
    id,
    owner: app.policy,
    envFrom,
    drift,
    adopt: observed !== undefined && observed.owner !== app.policy,
    ...(definition && { definition }),
    ...(observed && { observed }),
    ...(!leftToPeople && { count: { to, reason: reasonOf(app, to) } }),
  };
}

/** The count within the bounds that is closest to the one there is; without metrics nothing else can be said. */
function nearest(count: number, { min, max }: { min?: number; max?: number }): number {
  return Math.max(min ?? 0, Math.min(max ?? Number.POSITIVE_INFINITY, count));
}

function reasonOf({ role, spec }: MemberApp, to: number): string {
  if (role === 'fixed') return `made with ${to}, then left to people`;
  const { min, max } = spec.instances;
  return `within ${min ?? 0} to ${max ?? 'any number of'} instances`;
}

function notesOf({ spec }: MicroscalingPolicy, key: ResourceKey): readonly string[] {
  if (spec.mode === 'Reconcile') return [];
  return [`policy ${key} is in mode ${spec.mode}: the operator would write none of this`];
}

function recordOf(policy: MicroscalingPolicy): PolicyRecord {
  const version = { policy, place: '', revision: '', generation: 1 };
  const key = resourceKey(policy.metadata);
  return { key, latest: version, running: version, accepted: ACCEPTED, createdAtMs: 0 };
}
