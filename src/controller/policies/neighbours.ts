// controller: which policies may bear on each other: those that name or own the same app, and those of one pool. What is decided
// of a policy depends on its neighbours, on theirs, and on nobody else.

import type { MicroscalingPolicy, ResourceKey } from '../../api/policy.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { type WorkloadIdentity, workloadKey } from '../../schedulers/workload.ts';
import { type CapacityPools, clusterOfPolicy } from './capacity-pools.ts';
import type { Entry } from './documents/documents.ts';
import { appsOf, type PolicyRecord, poolKeyOf } from './records.ts';
import { clusterOfApp, type NamedApp, namedApps, nameInCluster, type WorkloadOf } from './workloads.ts';

/** What two policies may have in common: the key of a pool, or what tells an app apart across clusters. */
export interface Ties {
  readonly pools: Iterable<string>;
  readonly apps: Iterable<string>;
}

/** What is known of a policy. */
export interface TiedBy {
  readonly record: PolicyRecord | undefined;
  /** Of its name, in all sources. */
  readonly documents: readonly Entry[];
  /** The pool in which it owns something. */
  readonly ownedIn: string | undefined;
  /** What tells the apps apart that it owns. */
  readonly owned: readonly string[];
}

export interface TieDeps {
  readonly capacityPools: CapacityPools;
  readonly workloadOf: WorkloadOf;
  readonly identityOf: (cluster: ClusterSpec | undefined, name: string) => WorkloadIdentity;
}

export function tiesOf({ record, documents, ownedIn, owned }: TiedBy, deps: TieDeps): Ties {
  const { latest, running } = record ?? {};
  const versions = [latest, running].flatMap((version) =>
    version === undefined ? [] : [{ policy: version.policy, apps: appsOf(version) }],
  );
  for (const { resource } of documents) {
    if (resource?.kind !== 'MicroscalingPolicy' || resource === latest?.policy) continue;
    versions.push({ policy: resource, apps: namedApps(resource, deps.workloadOf) });
  }
  return {
    pools: [...versions.map(({ policy }) => poolKeyOf(policy)), ...(ownedIn === undefined ? [] : [ownedIn])],
    apps: [...versions.flatMap(({ policy, apps }) => identitiesOf(policy, apps, deps)), ...owned],
  };
}

function identitiesOf(
  policy: MicroscalingPolicy,
  apps: readonly NamedApp[],
  { capacityPools, identityOf }: TieDeps,
): readonly string[] {
  const ofPolicy = clusterOfPolicy(policy, capacityPools);
  return apps.map((app) => workloadKey(identityOf(clusterOfApp(app, ofPolicy), nameInCluster(app))));
}

export class Neighbours {
  readonly #tiesOf = new Map<ResourceKey, ReadonlySet<string>>();
  readonly #tied = new Map<string, Set<ResourceKey>>();

  /** Takes over what a policy has now; of one that has nothing any more, nothing. */
  set(policy: ResourceKey, ties: Ties): void {
    const now = named(ties);
    for (const tie of this.#tiesOf.get(policy) ?? []) {
      if (now.has(tie)) continue;
      const tied = this.#tied.get(tie);
      tied?.delete(policy);
      if (tied?.size === 0) this.#tied.delete(tie);
    }
    for (const tie of now) {
      const tied = this.#tied.get(tie);
      if (tied === undefined) this.#tied.set(tie, new Set([policy]));
      else tied.add(policy);
    }
    if (now.size === 0) this.#tiesOf.delete(policy);
    else this.#tiesOf.set(policy, now);
  }

  clear(): void {
    this.#tiesOf.clear();
    this.#tied.clear();
  }

  /** Policies that have been tied to a pool. */
  of(pool: string): Iterable<ResourceKey> {
    return this.#tied.get(poolTie(pool)) ?? [];
  }

  /**
   * All that a change of `first` may bear on, with themselves.
   *
   * @param look called once for each as it is found; gives what it has now, beside what it had when it was set
   */
  around(first: Iterable<ResourceKey>, look: (policy: ResourceKey) => Ties): ReadonlySet<ResourceKey> {
    const found = new Set(first);
    // A set that grows is gone through to its end.
    for (const policy of found) {
      const ties = new Set([...named(look(policy)), ...(this.#tiesOf.get(policy) ?? [])]);
      for (const tie of ties) for (const other of this.#tied.get(tie) ?? []) found.add(other);
    }
    return found;
  }
}

function named({ pools, apps }: Ties): ReadonlySet<string> {
  return new Set([...Array.from(pools, poolTie), ...Array.from(apps, (app) => `app ${app}`)]);
}

function poolTie(pool: string): string {
  return `pool ${pool}`;
}
