// controller: status, the last step of a round, and the one place that writes conditions, events, decision records and the view.

import { type ResourceKey, resourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { PoolOwner } from '../../policy-sources/pools-to-run.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import type { SchedulerWords } from '../../schedulers/words.ts';
import type { InterventionEffect } from '../interventions/effect.ts';
import { PendingCollections } from '../ownership/pending-collection.ts';
import type { HistoryStore } from '../persistence/history-store.ts';
import type { CapacityPoolRecord } from '../policies/capacity-pools.ts';
import type { RefusedDocument } from '../policies/documents/refused-documents.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import type { PendingCollection, PolicyRecord, PoolRecord } from '../policies/records.ts';
import type { OperatorDeps } from '../ports.ts';
import type { WriteResult } from '../round/act.ts';
import { isWhole, partsOf, type Round } from '../round/round.ts';
import { Clusters } from '../watch/clusters.ts';
import { DocumentConditions } from './conditions/document-conditions.ts';
import { PolicyConditions } from './conditions/policy-conditions.ts';
import { DecisionLog } from './decision-log.ts';
import { EventLog, type ShownEvent } from './events/event-log.ts';
import { changeEvents, type NewEvent, roundEvents, storeEvent } from './events/event-rules.ts';
import { OverdueRounds } from './overdue-rounds.ts';
import { PoolViews } from './pool-views.ts';
import type { RoundRecorder } from './round-recorder.ts';
import { RoundReporter } from './round-reporter.ts';
import type { InterventionView, OperatorView } from './view.ts';

const MAX_RECORDS = 200;

export type StatusDeps = Pick<
  OperatorDeps,
  | 'clock'
  | 'log'
  | 'version'
  | 'counters'
  | 'clusterId'
  | 'clusterInfo'
  | 'ownCluster'
  | 'schedulerInfo'
  | 'describeMetric'
  | 'maxRecords'
  | 'onRound'
  | 'redact'
> & {
  readonly words: SchedulerWords;
  readonly wordsOf: (cluster: ClusterSpec | undefined) => SchedulerWords;
  readonly history: HistoryStore;
  readonly interventionsOn: (policy: ResourceKey) => InterventionEffect;
  readonly interventions: () => readonly InterventionView[];
  readonly pendingCollections: () => readonly PendingCollection[];
  /** Whether a pool is this operator's to run. */
  readonly isOurs: (pool: string) => boolean;
  /** Which of several operators has a pool. */
  readonly ownerOf: (pool: string) => PoolOwner | undefined;
  readonly recorder?: RoundRecorder;
  /** Called when what is shown of a pool may have changed; without one, of anything. */
  readonly onShown: (pool: string | undefined) => void;
  readonly onEvent: (shown: ShownEvent) => void;
};

/** All documents there are, and which of them are gone. */
export interface DocumentChanges extends DocumentsNow {
  readonly pools: readonly PoolRecord[];
  readonly removed: readonly PolicyRecord[];
}

/** What there is beside the pools. */
interface DocumentsNow {
  /** Asked when somebody looks. */
  readonly problems: () => Problems;
  readonly capacityPools: readonly CapacityPoolRecord[];
  readonly refused: readonly RefusedDocument[];
}

/** Some documents, where all others are as they were. */
export interface FewDocumentChanges {
  /** By key; of those that are gone there is no record. */
  readonly pools: ReadonlyMap<string, PoolRecord | undefined>;
  readonly removed: readonly PolicyRecord[];
  readonly problems: () => Problems;
  /** Asked when somebody looks. */
  readonly isAnyPool: PolicyStore['somePool'];
  /** Absent: they are as they were. */
  readonly others?: Pick<DocumentsNow, 'capacityPools' | 'refused'>;
}

type Problems = OperatorView['problems'];

export class Status {
  readonly #deps: StatusDeps;
  /** As people may see it: a secret that is also somebody's queue name is masked wherever it would stand. */
  readonly #redact: (text: string) => string;
  readonly #events: EventLog;
  readonly #decisions: DecisionLog;
  readonly #conditions: PolicyConditions;
  readonly #documents: DocumentConditions;
  readonly #clusters: Clusters;
  readonly #pools: PoolViews;
  readonly #pending: PendingCollections;
  readonly #reporter = new RoundReporter();
  readonly #overdue = new OverdueRounds();
  readonly #subscribers = new Set<() => void>();
  /** Pools that this operator has run, and does. */
  readonly #run = new Set<string>();
  #problems: () => Problems = () => [];
  /** Why the store cannot be written. */
  #storeTrouble: string | undefined;
  #clusterWasRead = false;
  #policiesLoaded = false;
  #isAnyPool: PolicyStore['somePool'] = () => false;
  #rounds = 0;

  constructor(deps: StatusDeps) {
    const { clock, log, maxRecords = MAX_RECORDS, redact = (text) => text } = deps;
    this.#deps = deps;
    this.#redact = redact;
    this.#events = new EventLog({ ...deps, redact, capacity: maxRecords });
    this.#decisions = new DecisionLog({ log, capacity: maxRecords });
    this.#conditions = new PolicyConditions({ ...deps, redact });
    this.#documents = new DocumentConditions(clock);
    this.#clusters = new Clusters(deps);
    this.#pools = new PoolViews({
      ...deps,
      redact,
      conditionsOf: (policy) => this.#conditions.of(policy),
      lookAtClusters: () => this.#clusters.look(),
    });
    this.#pending = new PendingCollections(deps.pendingCollections);
  }

  /** Every source was listed at least once. */
  policiesLoaded(): void {
    this.#policiesLoaded = true;
    this.#changed();
  }

  /** The documents changed. Whether they are accepted shows at once; everything else with the next round. */
  documentsChanged({ pools, removed, problems, capacityPools, refused }: DocumentChanges): void {
    this.#problems = once(problems);
    this.#isAnyPool = (is) => pools.some(is);
    for (const { key } of removed) this.#remove(key);
    this.#events.addAll(this.#documents.take(capacityPools, refused));
    const keys = new Set(pools.map(({ key }) => key));
    this.#clusters.keepOnly(keys);
    this.#overdue.keepOnly(keys);
    for (const key of this.#run) if (!keys.has(key)) this.#run.delete(key);
    this.#pools.follow(pools);
    this.#deps.recorder?.pools(keys);
    this.#changed();
    this.#deps.onShown(undefined);
  }

  /** As `documentsChanged`, at the price of what did. */
  fewDocumentsChanged({ pools, removed, problems, isAnyPool, others }: FewDocumentChanges): void {
    this.#problems = once(problems);
    this.#isAnyPool = isAnyPool;
    for (const { key } of removed) this.#remove(key);
    if (others !== undefined) this.#events.addAll(this.#documents.take(others.capacityPools, others.refused));
    for (const [key, pool] of pools) if (pool === undefined) this.#forgetPool(key);
    this.#pools.change(pools);
    this.#changed();
    if (others !== undefined) this.#deps.onShown(undefined);
    else for (const key of pools.keys()) this.#deps.onShown(key);
  }

  #forgetPool(key: string): void {
    this.#clusters.forget(key);
    this.#overdue.forget(key);
    this.#run.delete(key);
    this.#deps.recorder?.gone(key);
  }

  /** The store cannot be written, with why; or it can be again. Nothing is decided by it, but a restart would cost. */
  storeTrouble(message: string | undefined): void {
    this.#storeTrouble = message;
    this.event(storeEvent(message));
  }

  /** The operator's own cluster was read, or could not be. */
  clusterRead(error?: unknown): void {
    this.#noteCluster(undefined, error);
    this.#changed();
  }

  /** Writes down a round, whole or not. */
  finish(round: Round): void {
    if (round.assessments.length > 0) this.#noteClusters(round);
    if (isWhole(round)) this.#rounds += 1;
    this.#overdue.ended(round, this.#deps.clock.monotonic());
    this.#events.addAll(roundEvents(round, this.#deps.words));
    const partOf = partsOf(round);
    const isNews = this.#isNews(round);
    for (const record of round.pool.members) {
      const events = this.#conditions.update(record, partOf(record.key), this.#storeTrouble);
      if (isNews) this.#events.addAll(events);
    }
    const records = this.#decisions.add(round);
    this.#pools.update(round);
    this.#changed();
    this.#deps.onShown(round.pool.key);
    const [shown] = this.#pools.one(round.pool.key);
    if (shown !== undefined && round.elsewhere === undefined)
      this.#deps.recorder?.round(round, shown, records);
    const report = this.#reporter.report(round, records, this.#deps.clock.monotonic());
    if (report !== undefined) this.#deps.onRound?.(report);
  }

  /** Finds the pools whose rounds do not end, each once until one does. */
  lookForOverdue(): void {
    const found = this.#overdue.take(this.#deps.clock.monotonic());
    for (const overdue of found) {
      for (const policy of this.#pools.drawn(overdue.pool)?.policies ?? [])
        this.#conditions.overdue(resourceKey(policy), overdue.sinceMs);
      this.#pools.overdue(overdue);
      this.#deps.onShown(overdue.pool);
    }
    if (found.length > 0) this.#changed();
  }

  /** Something done outside of a round, for a policy. */
  changed(result: WriteResult, policy: ResourceKey): void {
    this.#events.addAll(changeEvents(result, this.#deps.words), policy);
    this.#changed();
  }

  /** Something seen outside of a round. */
  event(event: NewEvent): void {
    this.#events.add(event);
    this.#changed();
  }

  /** An app that no policy names any more could not be collected this time. */
  collectionPostponed(pending: PendingCollection, why: string): void {
    if (!this.#pending.postponed(pending, why)) return;
    const { app, policy } = pending;
    const message = `policy ${policy} does not name it any more, and it waits: ${why}`;
    this.#events.add({ type: 'Warning', reason: 'NotLetGo', object: `app ${app}`, message }, policy);
    this.#changed();
  }

  subscribe(onChange: () => void): () => void {
    this.#subscribers.add(onChange);
    return () => this.#subscribers.delete(onChange);
  }

  /** All policies are known, and a cluster was read, if there is one to read. */
  get ready(): boolean {
    return this.#policiesLoaded && (this.#clusterWasRead || this.#needsNoCluster);
  }

  /** The operator has no cluster of its own, and no policy that runs names one. */
  get #needsNoCluster(): boolean {
    return this.#deps.ownCluster === false && !this.#isAnyPool((pool) => this.#isRun(pool));
  }

  #isRun({ key, members }: PoolRecord): boolean {
    return this.#deps.isOurs(key) && members.some(({ running }) => running !== undefined);
  }

  view(): OperatorView {
    const stats = this.#deps.schedulerInfo?.().stats;
    const clusters = this.#clusters.view();
    return {
      atMs: this.#deps.clock.now(),
      version: this.#deps.version,
      ready: this.ready,
      cluster: this.#clusters.summary(clusters),
      clusters,
      ...this.shown(undefined),
      leaving: this.#pending.view(),
      interventions: this.#deps.interventions(),
      decisions: this.#decisions.list(),
      events: this.#events.list(),
      problems: [...storeProblems(this.#storeTrouble), ...this.#problems()],
      stats: {
        rounds: this.#rounds,
        decisions: this.#decisions.count,
        writes: stats?.writes ?? 0,
        conflicts: stats?.conflicts ?? 0,
      },
    };
  }

  /** What is shown of one pool and of the CapacityPool that its members share, or of all, without the rest of the view. */
  shown(pool: string | undefined): Pick<OperatorView, 'pools' | 'capacityPools' | 'refused'> {
    return {
      pools: pool === undefined ? this.#pools.all() : this.#pools.one(pool),
      capacityPools: this.#documents.pools((key) => this.#pools.drawn(key), this.#deps.ownerOf, pool),
      refused: pool === undefined ? this.#documents.refused() : [],
    };
  }

  /** Each by its own: one that cannot be read says nothing about another. */
  #noteClusters(round: Round): void {
    const { pool, world, assessments, wallAheadMs } = round;
    const places = Map.groupBy(assessments, ({ app }) => app.cluster);
    this.#clusters.keepOnlyIn(pool.key, places.keys());
    for (const [cluster, apps] of places) {
      const unseen = apps.map(({ app }) => world.view?.unseen?.get(app.spec.id));
      const [first] = unseen;
      const away = first !== undefined && unseen.every((why) => why !== undefined);
      const silentMs = apps.flatMap(({ app }) => world.view?.silent?.get(app.spec.id) ?? []);
      const silentSinceMs = silentMs.length === 0 ? undefined : Math.min(...silentMs) + wallAheadMs;
      this.#noteCluster(pool, away ? new Error(first) : world.error, { cluster, silentSinceMs });
    }
  }

  #noteCluster(
    pool: PoolRecord | undefined,
    error: unknown,
    {
      cluster,
      silentSinceMs,
    }: { cluster?: ClusterSpec | undefined; silentSinceMs?: number | undefined } = {},
  ): void {
    if (error === undefined) this.#clusterWasRead = true;
    const failure = error === undefined ? undefined : this.#redact(messageOf(error));
    this.#clusters.note(pool?.key, cluster, defined({ failure, silentSinceMs }));
  }

  /** Of what was another operator's from the start there is nothing to tell but by that one. */
  #isNews({ pool, elsewhere }: Round): boolean {
    if (elsewhere === true) return this.#run.delete(pool.key);
    this.#run.add(pool.key);
    return true;
  }

  #remove(key: ResourceKey): void {
    this.#conditions.forget(key);
    const message = 'the policy was removed; its apps are released or deleted as its `onDelete` says';
    this.#events.add({ type: 'Normal', reason: 'PolicyRemoved', object: `policy ${key}`, message });
  }

  #changed(): void {
    for (const notify of this.#subscribers) notify();
  }
}

function once<T>(work: () => T): () => T {
  let known: { readonly is: T } | undefined;
  return () => {
    known ??= { is: work() };
    return known.is;
  };
}

function storeProblems(trouble: string | undefined): Problems {
  return trouble === undefined ? [] : [{ source: 'store', message: trouble }];
}
