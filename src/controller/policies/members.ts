// controller: the apps of a pool, each with the policy it comes from, in the order in which they are shown.

import { durationMs } from '../../api/duration.ts';
import type { AppSpec, PolicySpec, ResourceKey } from '../../api/policy.ts';
import type { AppRole } from '../../core/decision.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import type { InterventionEffect } from '../interventions/effect.ts';
import type { OverrideView, PauseView, ScheduleView } from '../status/view.ts';
import { appsOf, clusterOfMember, type PolicyRecord, type PoolRecord } from './records.ts';
import { clusterOfApp, type NamedApp } from './workloads.ts';

export interface MemberApp {
  readonly policy: ResourceKey;
  readonly spec: NamedApp;
  /** Where it lives; absent: in the operator's own cluster. */
  readonly cluster?: ClusterSpec;
  readonly role: AppRole;
  /** As it is run: `Paused` also while a person pauses the policy. */
  readonly mode: PolicySpec['mode'];
  readonly drift: PolicySpec['drift'];
  /** Set while a person pauses its policy. */
  readonly paused?: PauseView;
  /** A person's count for a while, in the place of the law's. */
  readonly override?: OverrideView;
  /** A person wants its definition written once, as the policy says. */
  readonly putBack?: true;
  /** A person leaves its definition as it runs, for a while. */
  readonly kept?: PauseView;
  /** What its schedules do; `spec.instances` has the bounds that hold now. */
  readonly schedule?: ScheduleView;
}

const members = new WeakMap<PoolRecord, readonly MemberApp[]>();

/** Of all policies that run; policies by key, apps as written. The same objects as long as the record is the same. */
export function membersOf(pool: PoolRecord): readonly MemberApp[] {
  const known = members.get(pool);
  if (known !== undefined) return known;
  const apps = pool.members.flatMap((record) => membersOfPolicy(record, clusterOfMember(pool, record.key)));
  members.set(pool, apps);
  return apps;
}

/** @param cluster of the policy */
export function membersOfPolicy({ key, running }: PolicyRecord, cluster?: ClusterSpec): readonly MemberApp[] {
  if (running === undefined) return [];
  const { mode, drift } = running.policy.spec;
  return appsOf(running).map((spec) => ({
    policy: key,
    spec,
    role: roleOf(spec),
    mode,
    drift,
    ...defined({ cluster: clusterOfApp(spec, cluster) }),
  }));
}

/** The same apps with the interventions that are in force; the same list where there are none. */
export function withInterventions(
  apps: readonly MemberApp[],
  { on }: { readonly on: (policy: ResourceKey) => InterventionEffect },
): readonly MemberApp[] {
  const effects = new Map([...new Set(apps.map(({ policy }) => policy))].map((key) => [key, on(key)]));
  if ([...effects.values()].every(hasNone)) return apps;
  return apps.map((app) => {
    const { paused, overrides, putBack, kept: keeps } = effects.get(app.policy) ?? {};
    const override = overrides?.get(app.spec.name);
    const isPutBack = putBack?.has(app.spec.name) === true;
    const kept = isPutBack ? undefined : keeps?.get(app.spec.name);
    if ([paused, override, kept].every((each) => each === undefined) && !isPutBack) return app;
    return {
      ...app,
      ...(paused && { paused, mode: 'Paused' as const }),
      ...(override && app.role !== 'fixed' && { override }),
      ...(kept && { drift: 'Report' as const, kept }),
      ...(isPutBack && { drift: 'Revert' as const, putBack: true as const }),
    };
  });
}

function hasNone({ paused, overrides, putBack, kept }: InterventionEffect): boolean {
  return paused === undefined && overrides.size === 0 && putBack === undefined && kept === undefined;
}

export function roleOf({ instances, remainder }: AppSpec): AppRole {
  if (instances.fixed !== undefined) return 'fixed';
  return remainder === undefined ? 'scaled' : 'remainder';
}

/** The fastest member drives the pool. */
export function intervalMsOf(pool: PoolRecord): number {
  const intervals = pool.members.map(({ running, latest }) =>
    durationMs((running ?? latest).policy.spec.interval),
  );
  return Math.min(...intervals, 60_000);
}
