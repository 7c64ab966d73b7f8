// controller: what applying policies would change in the clusters, without metrics: the command `plan`.

import type { ConditionReason } from '../api/conditions.ts';
import type { Resource, ResourceKey } from '../api/policy.ts';
import type { Change } from '../core/change.ts';
import { inOrder } from '../core/change-order.ts';
import { adoptionOf, creationOf, inDependencyOrder, type PlanApp, scaleOf, updateOf } from '../core/plan.ts';
import { defined } from '../lang/defined.ts';
import type { PolicySnapshot } from '../policy-sources/source.ts';
import type { Clock } from '../runtime/clock.ts';
import { createMemoryDocumentStore } from '../runtime/document-store.ts';
import { TerminalError, TransientError } from '../runtime/errors.ts';
import { silentLogger } from '../runtime/log.ts';
import type { SchedulerView } from '../schedulers/scheduler.ts';
import { type MemberApp, membersOfPolicy } from './policies/members.ts';
import { PolicyStore } from './policies/policy-store.ts';
import { clusterOfMember, type PolicyRecord, shownVersion } from './policies/records.ts';
import { namedUrls } from './policies/workloads.ts';
import type { OperatorDeps } from './ports.ts';
import { troubleOf, unseenTrouble } from './round/assess.ts';
import { type PoolScheduler, poolSchedulerOf } from './round/places/pool-scheduler.ts';
import { withSchedules } from './round/schedules.ts';

/** What keeps something from being run as written. */
export interface PlanTrouble {
  readonly reason: ConditionReason;
  readonly message: string;
  readonly policy: ResourceKey;
  /** Its name in its cluster; the policy's key where all of it is refused. */
  readonly app: string;
}

/** What applying one policy would do. */
export interface PolicyPlan {
  readonly policy: ResourceKey;
  /** In the order in which the operator would make them. */
  readonly changes: readonly Change[];
  readonly troubles: readonly PlanTrouble[];
  /** What a reader must know beside the changes. */
  readonly notes: readonly string[];
  /** Running and starting tasks of each app that exists, by id: an update restarts all of them. */
  readonly tasks: ReadonlyMap<string, number>;
  /** Why its cluster could not be read or addressed: nothing was compared. */
  readonly unread?: string;
}

export interface PlanResult {
  /** By key. */
  readonly policies: readonly PolicyPlan[];
  /** Those of every policy, one after the other. */
  readonly changes: readonly Change[];
  readonly troubles: readonly PlanTrouble[];
  readonly notes: readonly string[];
}

export interface PlanDeps
  extends Pick<OperatorDeps, 'schedulerFor' | 'clusterId' | 'identityOf' | 'workloadOf'> {
  /** By the wall clock: schedules follow it. */
  readonly nowMs?: number;
  /** By which a cluster that does not answer is given up; default: by nothing but the signal. */
  readonly clock?: Pick<Clock, 'sleep'>;
}

/**
 * Policies are planned as if nothing else ran, those among them that do not go together are refused; pools are
 * only there for their members. One cluster that cannot be read leaves the policies of others as they are.
 */
export async function planOnce(
  resources: readonly Resource[],
  { nowMs = 0, ...deps }: PlanDeps,
  signal: AbortSignal,
): Promise<PlanResult> {
  const store = new PolicyStore({
    clock: { now: () => 0 },
    log: silentLogger,
    documents: createMemoryDocumentStore(),
    sources: ['plan'],
    ...defined({ clusterId: deps.clusterId, identityOf: deps.identityOf, workloadOf: deps.workloadOf }),
  });
  store.update([{ source: 'plan', snapshot: snapshotOf(resources) }]);
  const policies: PolicyPlan[] = [];
  for (const pool of store.pools()) {
    for (const record of pool.members) {
      const apps = membersOfPolicy(record, clusterOfMember(pool, record.key));
      policies.push(
        record.running === undefined
          ? { ...blankPlan(record), troubles: [refusedTrouble(record)] }
          : await readablePlan(record, () => planPolicy({ record, apps, nowMs }, deps, signal)),
      );
    }
  }
  policies.sort((a, b) => (a.policy < b.policy ? -1 : 1));
  return {
    policies,
    changes: policies.flatMap(({ changes }) => changes),
    troubles: policies.flatMap(({ troubles }) => troubles),
    notes: policies.flatMap(({ notes }) => notes),
  };
}

interface PlannedPolicy {
  readonly record: PolicyRecord;
  readonly apps: readonly MemberApp[];
  readonly nowMs: number;
}

/** Of one app alone, while the rest of its policy is planned. */
const KEEPS: ReadonlySet<ConditionReason> = new Set(['TargetRefused', 'SchedulerUnavailable']);

/** Waits for every cluster as long as the caller does. */
const UNTIMED: Pick<Clock, 'sleep'> = {
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => {
      const end = (): void => reject(signal?.reason);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end, { once: true });
    }),
};

function blankPlan({ key }: PolicyRecord): PolicyPlan {
  return { policy: key, changes: [], troubles: [], notes: [], tasks: new Map() };
}

async function readablePlan(record: PolicyRecord, plan: () => Promise<PolicyPlan>): Promise<PolicyPlan> {
  try {
    return await plan();
  } catch (error) {
    if (!(error instanceof TransientError || error instanceof TerminalError)) throw error;
    return { ...blankPlan(record), unread: error.message };
  }
}

function snapshotOf(resources: readonly Resource[]): PolicySnapshot {
  const sourced = resources.map((resource, i) => ({
    resource,
    place: `document ${i + 1}`,
    revision: '',
  }));
  return { resources: sourced, problems: [], invalid: [], complete: true };
}

function refusedTrouble({ key, accepted }: PolicyRecord): PlanTrouble {
  return { reason: accepted.reason, message: accepted.message, policy: key, app: key };
}

async function planPolicy(
  { record, apps: named, nowMs }: PlannedPolicy,
  { clusterId = namedUrls, schedulerFor, clock = UNTIMED }: Omit<PlanDeps, 'nowMs'>,
  signal: AbortSignal,
): Promise<PolicyPlan> {
  const members = withSchedules(named, nowMs);
  const scheduler = poolSchedulerOf(members, { clock, schedulerFor, clusterId });
  const view = await scheduler.observe(
    members.map(({ spec }) => spec.id),
    signal,
  );
  const troubles = members.flatMap((app) => {
    const trouble =
      unseenTrouble(app, view.unseen?.get(app.spec.id)) ?? troubleOf(app, view.apps.get(app.spec.id));
    return trouble === undefined ? [] : [{ ...trouble, policy: app.policy, app: app.spec.id }];
  });
  const blocked = new Set(
    troubles.filter(({ reason }) => reason === 'AdoptionRequired').map(({ app }) => app),
  );
  const untouched = new Set([
    ...blocked,
    ...troubles.filter(({ reason }) => KEEPS.has(reason)).map(({ app }) => app),
  ]);
  const apps = members
    .filter(({ spec }) => !untouched.has(spec.id))
    .map((app) => planApp(app, { scheduler, view }));
  return {
    policy: record.key,
    changes: inOrder([
      ...apps.flatMap(scaleOf),
      ...apps.flatMap(adoptionOf),
      ...inDependencyOrder(apps).flatMap(creationOf),
      ...apps.flatMap(updateOf),
    ]),
    troubles,
    notes: [...notesOf(record), ...(blocked.size === 0 ? [] : [blockedNote(record, [...blocked])])],
    tasks: new Map([...view.apps].map(([id, { running, staging }]) => [id, running + staging])),
  };
}

function planApp(
  app: MemberApp,
  { scheduler, view }: { scheduler: PoolScheduler; view: SchedulerView },
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
    ...(definition && { definition, after: scheduler.dependencies?.(id, definition) ?? [] }),
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

function blockedNote({ key }: PolicyRecord, apps: readonly string[]): string {
  return `the operator touches nothing of policy ${key} while ${apps.join(', ')} is blocked; what is planned is for the rest of it, from then on`;
}

function notesOf(record: PolicyRecord): readonly string[] {
  const { mode } = shownVersion(record).policy.spec;
  if (mode === 'Reconcile') return [];
  return [`policy ${record.key} is in mode ${mode}: the operator would write none of this`];
}
