// controller: the pools as people see them: drawn after each round, shown with what moves between rounds.

import { isDeepStrictEqual } from 'node:util';
import { type MetricSpec, type ResourceKey, resourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { PoolOwner } from '../../policy-sources/pools-to-run.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import type { SchedulerWords } from '../../schedulers/words.ts';
import type { InterventionEffect } from '../interventions/effect.ts';
import { intervalMsOf } from '../policies/members.ts';
import type { PolicyRecord, PoolRecord } from '../policies/records.ts';
import { nameInCluster } from '../policies/workloads.ts';
import type { OperatorDeps } from '../ports.ts';
import type { AppAssessment } from '../round/assess.ts';
import { isWhole, partsOf, type Round } from '../round/round.ts';
import { appViewOf } from './app-view.ts';
import type { OverdueRound } from './overdue-rounds.ts';
import { isIntervenedIn, policyHead, unseenPool, withInterventions } from './pool-view.ts';
import { shortageOf } from './shortage.ts';
import type { ClusterView, PolicyView, PoolView } from './view.ts';

export interface PoolViewsDeps extends Pick<OperatorDeps, 'counters' | 'describeMetric'> {
  readonly conditionsOf: (policy: ResourceKey) => Pick<PolicyView, 'conditions' | 'observedGeneration'>;
  /** The clusters of each pool, as they are in one moment. */
  readonly lookAtClusters: () => (pool: string) => readonly ClusterView[];
  readonly wordsOf: (cluster: ClusterSpec | undefined) => SchedulerWords;
  readonly interventionsOn: (policy: ResourceKey) => InterventionEffect;
  /** Which of several operators has a pool. */
  readonly ownerOf: (pool: string) => PoolOwner | undefined;
  /** Masks secrets. */
  readonly redact: (text: string) => string;
}

/** A pool as it is shown, and what that was made from. */
interface Shown {
  readonly drawn: PoolView;
  readonly clusters: readonly ClusterView[];
  readonly owner: PoolOwner | undefined;
  readonly view: PoolView;
}

export class PoolViews {
  readonly #deps: PoolViewsDeps;
  readonly #pools = new Map<string, PoolView>();
  /** The keys of `#pools`, sorted; worked out when they are asked for. */
  #keys: readonly string[] | undefined;
  /** As they were shown last, while nothing that moves between rounds shows in them. */
  readonly #shown = new Map<string, Shown>();

  constructor(deps: PoolViewsDeps) {
    this.#deps = deps;
  }

  /** Takes the pools that there are: new ones are shown at once, others are forgotten. */
  follow(pools: readonly PoolRecord[]): void {
    const known = new Set(pools.map(({ key }) => key));
    for (const key of this.#pools.keys()) if (!known.has(key)) this.#pools.delete(key);
    for (const key of this.#shown.keys()) if (!known.has(key)) this.#shown.delete(key);
    for (const pool of pools) if (!this.#pools.has(pool.key)) this.#pools.set(pool.key, unseenPool(pool));
    this.#keys = undefined;
  }

  /** The same for some of them; of a pool that is gone there is no record. */
  change(pools: Iterable<readonly [key: string, pool: PoolRecord | undefined]>): void {
    for (const [key, pool] of pools) {
      if (pool !== undefined && this.#pools.has(key)) continue;
      if (pool === undefined) this.#pools.delete(key);
      else this.#pools.set(key, unseenPool(pool));
      this.#shown.delete(key);
      this.#keys = undefined;
    }
  }

  /** Draws a pool anew after a round. */
  update(round: Round): void {
    const { pool } = round;
    const partOf = partsOf(round);
    // What another operator runs has been seen by that one since.
    const last = round.elsewhere === true ? undefined : this.#pools.get(pool.key);
    const lastRoundAtMs = isWhole(round) ? round.atMs + round.wallAheadMs : last?.lastRoundAtMs;
    const shortage = shortageOf(round);
    // Who is where is worth a word where there are several places.
    const names = new Set([this.#ownName(), ...round.assessments.map((each) => this.#schedulerOf(each))]);
    this.#pools.set(pool.key, {
      name: pool.key,
      capacity: round.capacity ?? last?.capacity ?? unseenPool(pool).capacity,
      intervalMs: intervalMsOf(pool),
      policies: pool.members.map((record) => this.#policyView(record, partOf(record.key), names)),
      ...defined({ lastRoundAtMs, shortage }),
    });
  }

  /** Its rounds do not end, which its conditions say by now. */
  overdue({ pool, sinceMs }: OverdueRound): void {
    const last = this.#pools.get(pool);
    if (last === undefined) return;
    const policies = last.policies.map((policy) => ({
      ...policy,
      ...this.#deps.conditionsOf(resourceKey(policy)),
    }));
    this.#pools.set(pool, { ...last, overdueSinceMs: sinceMs, policies });
  }

  /** As the last round left it. */
  drawn(key: string): PoolView | undefined {
    return this.#pools.get(key);
  }

  /** As it is now; sorted by name. */
  all(): readonly PoolView[] {
    const clustersOf = this.#deps.lookAtClusters();
    const all: PoolView[] = [];
    this.#keys ??= [...this.#pools.keys()].sort();
    for (const key of this.#keys) {
      const pool = this.#pools.get(key);
      if (pool !== undefined) all.push(this.#now(pool, clustersOf(key)));
    }
    return all;
  }

  /** As it is now. */
  one(key: string): readonly PoolView[] {
    const pool = this.#pools.get(key);
    return pool === undefined ? [] : [this.#now(pool, this.#deps.lookAtClusters()(key))];
  }

  #schedulerOf({ app }: AppAssessment): string {
    return this.#deps.wordsOf(app.cluster).name;
  }

  #pageOf({ app }: AppAssessment): string | undefined {
    return this.#deps.wordsOf(app.cluster).appPage?.(nameInCluster(app.spec));
  }

  /** Of apps that name no scheduler. */
  #ownName(): string {
    return this.#deps.wordsOf(undefined).name;
  }

  #policyView(record: PolicyRecord, part: Round, names: ReadonlySet<string>): PolicyView {
    const describe = (metric: MetricSpec): string => this.#describe(metric);
    return {
      ...policyHead(record, part.pool.key),
      ...this.#deps.conditionsOf(record.key),
      apps: part.assessments.map((assessment) => ({
        ...appViewOf(assessment, part, describe),
        ...(names.size > 1 && { scheduler: this.#schedulerOf(assessment) }),
        ...defined({ page: this.#pageOf(assessment) }),
      })),
    };
  }

  /** A label must never end a round: its parts may come from a variable that is not set. */
  #describe(metric: MetricSpec): string {
    const { describeMetric, redact } = this.#deps;
    try {
      return redact(describeMetric(metric));
    } catch (error) {
      return redact(messageOf(error));
    }
  }

  /** The same object as before while nothing is different: whoever follows all pools looks at few of them closely. */
  #now(drawn: PoolView, clusters: readonly ClusterView[]): PoolView {
    const { interventionsOn, ownerOf } = this.#deps;
    const last = this.#shown.get(drawn.name);
    const isPlain = this.#deps.counters === undefined && !isIntervenedIn(drawn, interventionsOn);
    const owner = ownerOf(drawn.name);
    const isSame =
      last?.drawn === drawn &&
      last.clusters === clusters &&
      (last.owner === owner || isDeepStrictEqual(last.owner, owner));
    if (isPlain && isSame) return last.view;
    const [cluster] = clusters;
    const there = {
      ...drawn,
      ...defined({ owner, cluster }),
      ...(clusters.length > 1 && { clusters }),
    };
    if (!isPlain) return withInterventions(this.#withCounters(there), interventionsOn);
    this.#shown.set(drawn.name, { drawn, clusters, owner, view: there });
    return there;
  }

  #withCounters(pool: PoolView): PoolView {
    const { counters } = this.#deps;
    if (counters === undefined) return pool;
    const policies = pool.policies.map((policy) => ({
      ...policy,
      apps: policy.apps.map((app) => ({ ...app, counters: counters(app.id) })),
    }));
    return { ...pool, policies };
  }
}
