// controller: the apps of a pool, each with the policy it comes from, in the order in which they are shown.

import { durationMs } from '../api/duration.ts';
import type { AppSpec, PolicySpec, ResourceKey } from '../api/policy.ts';
import type { AppRole } from '../core/decision.ts';
import type { PolicyRecord, PoolRecord } from './records.ts';

export interface MemberApp {
  readonly policy: ResourceKey;
  readonly spec: AppSpec;
  readonly role: AppRole;
  readonly mode: PolicySpec['mode'];
  readonly drift: PolicySpec['drift'];
}

/** Of all policies that run; policies by key, apps as written. */
export function membersOf(pool: PoolRecord): readonly MemberApp[] {
  return pool.members.flatMap(membersOfPolicy);
}

export function membersOfPolicy({ key, running }: PolicyRecord): readonly MemberApp[] {
  if (running === undefined) return [];
  const { mode, drift, apps } = running.policy.spec;
  return apps.map((spec) => ({ policy: key, spec, role: roleOf(spec), mode, drift }));
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
