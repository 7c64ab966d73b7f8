// controller: status, the last step of a round, and the one place that writes conditions, events, decision records and the view.

import { type Condition, initialConditions, setCondition } from '../../api/conditions.ts';
import type { MetricSpec, ResourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import { EventRing } from '../../runtime/events.ts';
import type { Logger } from '../../runtime/log.ts';
import type { InterventionEffect } from '../interventions/effect.ts';
import { PendingCollections } from '../ownership/pending-collection.ts';
import type { HistoryStore } from '../persistence/history-store.ts';
import type { CapacityPoolRecord } from '../policies/capacity-pools.ts';
import { intervalMsOf } from '../policies/members.ts';
import {
  type PendingCollection,
  type PolicyRecord,
  type PoolRecord,
  shownVersion,
} from '../policies/records.ts';
import type { RefusedDocument } from '../policies/refused-documents.ts';
import type { OperatorDeps } from '../ports.ts';
import type { WriteResult } from '../round/act.ts';
import { isWhole, partsOf, type Round } from '../round/round.ts';
import { Clusters } from '../watch/clusters.ts';
import { appViewOf } from './app-view.ts';
import { conditionsOf } from './conditions.ts';
import { recordsOf } from './decision-records.ts';
import { DocumentConditions } from './document-conditions.ts';
import { changeEvents, conditionEvents, type NewEvent, roundEvents, versionEvents } from './event-rules.ts';
import { policyHead, unseenPool, withInterventions } from './pool-view.ts';
import { RoundReporter } from './round-reporter.ts';
import { shortageOf } from './shortage.ts';
import type { DecisionRecord, EventRecord, OperatorView, PolicyView, PoolView } from './view.ts';

const MAX_RECORDS = 200;
const LOSSES =
  'scaling goes on, but what happens until it can be written again would be forgotten by a restart. Free some space, or look at the disk';

export type StatusDeps = Pick<
  OperatorDeps,
  | 'clock'
  | 'log'
  | 'version'
  | 'counters'
  | 'clusterId'
  | 'clusterInfo'
  | 'schedulerInfo'
  | 'describeMetric'
  | 'maxRecords'
  | 'onRound'
  | 'redact'
> & {
  /** What people's hands do to a policy now. */
  readonly interventionsOn: (policy: ResourceKey) => InterventionEffect;
  /** What is shown of a pool, or of anything, may have changed. */
  readonly onShown: (pool: string | undefined) => void;
  /** Something new was told; with its policy, where the event names an app that is no policy's any more. */
  readonly onEvent: (event: EventRecord, policy: ResourceKey | undefined) => void;
  /** What is to be let go of and is still there. */
  readonly pendingCollections: () => readonly PendingCollection[];
  readonly history: HistoryStore;
};

/** All documents there are, and which of them are gone. */
export interface DocumentChanges {
  readonly pools: readonly PoolRecord[];
  readonly removed: readonly PolicyRecord[];
  readonly problems: Problems;
  readonly capacityPools: readonly CapacityPoolRecord[];
  readonly refused: readonly RefusedDocument[];
}

type Problems = OperatorView['problems'];

export class Status {
  readonly #deps: StatusDeps;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #maxRecords: number;
  readonly #events: EventRing<EventRecord>;
  readonly #pools = new Map<string, PoolView>();
  readonly #conditions = new Map<ResourceKey, readonly Condition[]>();
  /** The generation that the conditions of a policy are about. */
  readonly #observed = new Map<ResourceKey, number>();
  readonly #subscribers = new Set<() => void>();
  readonly #reporter = new RoundReporter();
  readonly #documents: DocumentConditions;
  readonly #clusters: Clusters;
  readonly #pending: PendingCollections;
  #decisions: readonly DecisionRecord[] = [];
  #problems: Problems = [];
  #storeProblem: Problems = [];
  #clusterWasRead = false;
  #policiesLoaded = false;
  #rounds = 0;
  #decided = 0;

  constructor(deps: StatusDeps) {
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#documents = new DocumentConditions(deps.clock);
    this.#clusters = new Clusters(deps);
    this.#pending = new PendingCollections(deps.pendingCollections);
    this.#log = deps.log;
    this.#maxRecords = deps.maxRecords ?? MAX_RECORDS;
    this.#events = new EventRing({ clock: deps.clock, capacity: this.#maxRecords });
    this.#events.restore(deps.history.events());
  }

  /** Every source was listed at least once. */
  policiesLoaded(): void {
    this.#policiesLoaded = true;
    this.#changed();
  }

  /** The documents changed. Verdicts show at once; everything else with the next round. */
  documentsChanged({ pools, removed, problems, capacityPools, refused }: DocumentChanges): void {
    this.#problems = problems;
    for (const { key } of removed) this.#remove(key);
    for (const told of this.#documents.take(capacityPools, refused)) this.#addEvent(told);
    const known = new Set(pools.map(({ key }) => key));
    this.#clusters.keepOnly(known);
    for (const key of this.#pools.keys()) if (!known.has(key)) this.#pools.delete(key);
    for (const pool of pools) if (!this.#pools.has(pool.key)) this.#pools.set(pool.key, unseenPool(pool));
    this.#changed();
    this.#deps.onShown(undefined);
  }

  /** The store cannot be written, with why; or it can be again. Nothing is decided by it, but a restart would cost. */
  storeTrouble(message: string | undefined): void {
    this.#storeProblem = message === undefined ? [] : [{ source: 'store', message }];
    this.event(
      message === undefined
        ? {
            type: 'Normal',
            reason: 'StoreRecovered',
            object: 'operator',
            message: 'the store is written again',
          }
        : {
            type: 'Warning',
            reason: 'StoreUnavailable',
            object: 'operator',
            message: `${message}; ${LOSSES}`,
          },
    );
  }

  /** The operator's own cluster was read, or could not be. */
  clusterRead(error?: unknown): void {
    this.#noteCluster(undefined, error);
    this.#changed();
  }

  /** Writes down a round, whole or not. */
  finish(round: Round): void {
    if (round.assessments.length > 0) this.#noteCluster(round.pool, round.world.error);
    if (isWhole(round)) this.#rounds += 1;
    for (const told of roundEvents(round)) this.#addEvent(told);
    const partOf = partsOf(round);
    for (const record of round.pool.members) this.#setConditions(record, partOf(record.key));
    const records = this.#record(round);
    this.#pools.set(round.pool.key, this.#poolView(round));
    this.#changed();
    this.#deps.onShown(round.pool.key);
    const report = this.#reporter.report(round, records, this.#clock.monotonic());
    if (report !== undefined) this.#deps.onRound?.(report);
  }

  /** Something done outside of a round, for a policy. */
  changed(outcome: WriteResult, policy: ResourceKey): void {
    for (const told of changeEvents(outcome)) this.#addEvent(told, policy);
    this.#changed();
  }

  /** Something seen outside of a round. */
  event(told: NewEvent): void {
    this.#addEvent(told);
    this.#changed();
  }

  /** An app that is to be let go of could not be, this time. */
  collectionPostponed(leaving: PendingCollection, message: string): void {
    if (!this.#pending.postponed(leaving, message)) return;
    const { app, policy } = leaving;
    const told = { type: 'Warning', reason: 'NotLetGo', object: `app ${app}` } as const;
    this.#addEvent(
      { ...told, message: `policy ${policy} does not name it any more, and it waits: ${message}` },
      policy,
    );
    this.#changed();
  }

  subscribe(onChange: () => void): () => void {
    this.#subscribers.add(onChange);
    return () => this.#subscribers.delete(onChange);
  }

  /** All policies are known, and a cluster was read. */
  get ready(): boolean {
    return this.#policiesLoaded && this.#clusterWasRead;
  }

  view(): OperatorView {
    const info = this.#deps.schedulerInfo?.();
    return {
      atMs: this.#clock.now(),
      version: this.#deps.version,
      ready: this.ready,
      cluster: this.#clusters.summary(),
      clusters: this.#clusters.view(),
      pools: [...this.#pools.values()].sort(byName).map((pool) => this.#asOfNow(pool)),
      capacityPools: this.#documents.pools((key) => this.#pools.get(key)),
      refused: this.#documents.refused(),
      leaving: this.#pending.view(),
      decisions: this.#decisions,
      events: this.#events.list(),
      problems: [...this.#storeProblem, ...this.#problems],
      stats: {
        rounds: this.#rounds,
        decisions: this.#decided,
        writes: info?.stats.writes ?? 0,
        conflicts: info?.stats.conflicts ?? 0,
      },
    };
  }

  /** What is shown of one pool and of the CapacityPool that its members share, or of all, without the rest of the view. */
  shown(pool: string | undefined): Pick<OperatorView, 'pools' | 'capacityPools' | 'refused'> {
    const pools = pool === undefined ? [...this.#pools.values()] : [this.#pools.get(pool) ?? []].flat();
    return {
      pools: pools.map((each) => this.#asOfNow(each)),
      capacityPools: this.#documents.pools((key) => this.#pools.get(key), pool),
      refused: pool === undefined ? this.#documents.refused() : [],
    };
  }

  #noteCluster(pool: PoolRecord | undefined, error: unknown): void {
    if (error === undefined) this.#clusterWasRead = true;
    const failure = error === undefined ? undefined : this.#shown(messageOf(error));
    this.#clusters.note(pool?.key, pool?.cluster, failure);
  }

  #remove(key: ResourceKey): void {
    this.#conditions.delete(key);
    this.#observed.delete(key);
    this.#deps.history.forget(key);
    const message = 'the policy was removed; what it holds is let go of as it says';
    this.#addEvent({ type: 'Normal', reason: 'PolicyRemoved', object: `policy ${key}`, message });
  }

  #setConditions(record: PolicyRecord, part: Round): void {
    const nowMs = this.#clock.now();
    this.#observed.set(record.key, record.generation);
    const { history } = this.#deps;
    const before =
      this.#conditions.get(record.key) ??
      history.take(record.key) ??
      initialConditions(shownVersion(record).generation, nowMs);
    const after = this.#withStoreProblem(conditionsOf(record, part)).reduce<readonly Condition[]>(
      (conditions, next) => setCondition(conditions, { ...next, message: this.#shown(next.message) }, nowMs),
      before,
    );
    this.#conditions.set(record.key, after);
    history.keep(record.key, before, after);
    const told = conditionEvents(`policy ${record.key}`, before, after);
    for (const each of versionEvents(told, record, { before, after })) this.#addEvent(each);
  }

  /** Nothing else is wrong with a policy for it, but whoever looks at one should know that edits of it are refused. */
  #withStoreProblem(found: ReturnType<typeof conditionsOf>): ReturnType<typeof conditionsOf> {
    const [problem] = this.#storeProblem;
    if (problem === undefined) return found;
    return found.map((condition) =>
      condition.type === 'Accepted'
        ? { ...condition, message: `${condition.message}; ${problem.message}` }
        : condition,
    );
  }

  #addEvent(said: NewEvent, policy?: ResourceKey): void {
    const told = { ...said, message: this.#shown(said.message) };
    if (!this.#events.record(told)) return;
    this.#deps.onEvent({ ...told, atMs: this.#clock.now() }, policy);
    this.#deps.history.follow(this.#events.list());
    const fields = { reason: told.reason, object: told.object, detail: told.message };
    if (told.type === 'Normal') this.#log.info('event', fields);
    else this.#log.warn('event', fields);
  }

  /** One record per change of a count that went through, or that an observed policy would make now; the new ones are returned. */
  #record(round: Round): readonly DecisionRecord[] {
    const made: DecisionRecord[] = [];
    for (const record of recordsOf(round)) {
      const last = this.#decisions.find(({ app }) => app === record.app);
      const repeated = record.observedOnly && last?.from === record.from && last.to === record.to;
      if (repeated) continue;
      const { observedOnly, ...kept } = record;
      this.#decided += 1;
      made.push(kept);
      this.#decisions = [kept, ...this.#decisions].slice(0, this.#maxRecords);
      const { app, from, to, summary } = kept;
      this.#log.info(observedOnly ? 'would scale' : 'scaled', { app, from, to, summary });
    }
    return made;
  }

  #poolView(round: Round): PoolView {
    const { pool } = round;
    const partOf = partsOf(round);
    const last = this.#pools.get(pool.key);
    const lastRoundAtMs = isWhole(round) ? round.atMs + round.wallAheadMs : last?.lastRoundAtMs;
    const shortage = shortageOf(round);
    return {
      name: pool.key,
      capacity: round.capacity ?? last?.capacity ?? unseenPool(pool).capacity,
      intervalMs: intervalMsOf(pool),
      policies: pool.members.map((record) => this.#policyView(record, partOf(record.key))),
      ...defined({ lastRoundAtMs, shortage }),
    };
  }

  #policyView(record: PolicyRecord, part: Round): PolicyView {
    const describe = (metric: MetricSpec): string => this.#describe(metric);
    return {
      ...policyHead(record, part.pool.key),
      observedGeneration: this.#observed.get(record.key) ?? 0,
      conditions: this.#conditions.get(record.key) ?? [],
      apps: part.assessments.map((assessment) => appViewOf(assessment, part, describe)),
    };
  }

  /** A label must never end a round: its parts may come from a variable that is not set. */
  #describe(metric: MetricSpec): string {
    try {
      return this.#shown(this.#deps.describeMetric(metric));
    } catch (error) {
      return this.#shown(messageOf(error));
    }
  }

  /** As people may see it: a secret that is also somebody's queue name is masked wherever it would stand. */
  #shown(text: string): string {
    return this.#deps.redact?.(text) ?? text;
  }

  /** With what moves between rounds. */
  #asOfNow(pool: PoolView): PoolView {
    const cluster = this.#clusters.of(pool.name);
    const there = cluster === undefined ? pool : { ...pool, cluster };
    return withInterventions(this.#withCounters(there), this.#deps.interventionsOn);
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

  #changed(): void {
    for (const notify of this.#subscribers) notify();
  }
}

function byName(a: PoolView, b: PoolView): number {
  return a.name < b.name ? -1 : 1;
}
