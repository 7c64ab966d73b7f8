// controller: the operator: sources → store → rounds → status, built from what is passed in.

import type { ResourceKey } from '../api/policy.ts';
import type { PoolLearning } from '../policy-sources/pools-to-run.ts';
import type { PolicySource } from '../policy-sources/source.ts';
import type { Clock } from '../runtime/clock.ts';
import { createMemoryDocumentStore } from '../runtime/document-store.ts';
import { type Runnable, runGroups } from '../runtime/work/runnables.ts';
import { Signals } from '../runtime/work/signals.ts';
import { WorkQueue } from '../runtime/work/workqueue.ts';
import { PLAIN_WORDS } from '../schedulers/words.ts';
import { createActions } from './interventions/actions.ts';
import { Interventions, type PolicyLookup } from './interventions/interventions.ts';
import { type RuleDeps, rulingOn } from './interventions/rules.ts';
import { StoredInterventions } from './interventions/stored-interventions.ts';
import { ROUNDS_AT_ONCE, runQueue, standstillOf, watching } from './loops.ts';
import { Orphans } from './ownership/orphans.ts';
import { DurableWrites } from './persistence/durable-writes.ts';
import { HistoryStore } from './persistence/history-store.ts';
import { PoolStore } from './persistence/pool-store.ts';
import { membersOf } from './policies/members.ts';
import { PolicyStore } from './policies/policy-store.ts';
import { appsOf, type PolicyRecord, type PoolRecord, poolKeyOf, shownVersion } from './policies/records.ts';
import { SourceFollower } from './policies/source-follower.ts';
import { nameInCluster } from './policies/workloads.ts';
import type { OperatorDeps } from './ports.ts';
import { createHomes } from './publish/homes.ts';
import { PoolReconciler } from './round/reconcile.ts';
import type { OperatorSignals } from './signals.ts';
import type { RoundRecorder } from './status/round-recorder.ts';
import { Status } from './status/status.ts';
import type { OperatorState } from './status/view.ts';
import { firstLook } from './watch/first-look.ts';
import { soleInstance } from './watch/leadership.ts';
import { lookForOverdue } from './watch/overdue.ts';
import { Sharding } from './watch/shard.ts';
import { Wakeups } from './watch/wakeups.ts';

export type { Decide, OperatorDeps } from './ports.ts';

export interface RecordedOperatorDeps extends OperatorDeps {
  /** Keeps what rounds knew and did; default: nobody does. */
  readonly recorder?: RoundRecorder;
}

export interface Operator {
  /** Resolves when `signal` was aborted, the rounds under way are finished and everything is put away. Scales nothing on the way out. */
  run(signal: AbortSignal): Promise<void>;
  readonly state: OperatorState;
  /** The pools that name a workload, by its name in its cluster. */
  poolsOf(workload: string): readonly string[];
  /** The policies of a pool. */
  policiesOf(pool: string): readonly ResourceKey[];
  /** Whether a policy is of a pool, or may turn out to be once everything could be listed. */
  mayBeIn(policy: ResourceKey, pool: string): boolean;
  readonly learning: PoolLearning;
}

/** One task's life is several events: they are looked at together. */
const WAKE_DELAY_MS = 25;

/** Each part is given the parts made before it; what it reports to those made after it goes through the signals. */
export function createOperator(given: RecordedOperatorDeps): Operator {
  const deps = withDefaults(given);
  const { clock, sources, schedulerFor } = deps;
  const signals = new Signals<OperatorSignals>();
  const pools = new WorkQueue<string>(clock);
  const listings = new WorkQueue<PolicySource>(clock);

  const kept = createKept(given, signals);
  const interventions = new Interventions({
    ...deps,
    onEvent: signals.sender('happened'),
    onChange: signals.sender('intervened'),
  });
  const store = new PolicyStore({
    ...deps,
    sources: sources.map(({ name }) => name),
    homeOf: (source) => sources.find(({ name }) => name === source)?.home,
    isTrusted: (source) => sources.some(({ name, isTrusted }) => name === source && isTrusted === true),
    isPaused: (policy) => interventions.on(policy).paused !== undefined,
    labelsDiffer: (pool, policy, name) => sharding.labelsDiffer(pool, policy, name),
  });
  const sharding = new Sharding(given.shard, store);
  const isOurs = (pool: string): boolean => sharding.isOurs(pool);
  /** Who has a policy that is not this operator's, for people. */
  const elsewhere = (policy: PolicyRecord): string | undefined =>
    sharding.elsewhere(poolKeyOf(shownVersion(policy).policy));
  const lookup = policyLookup({ store, clock, interventions, elsewhere });
  const status = new Status({
    ...deps,
    history: kept.history,
    interventionsOn: (policy) => interventions.on(policy),
    interventions: () => interventions.view(),
    pendingCollections: () => store.ownership.pendingCollections(),
    isOurs,
    ownerOf: (pool) => sharding.ownerOf(pool),
    onShown: signals.sender('poolShown'),
    onEvent: signals.sender('eventShown'),
  });
  const shared = { ...deps, store, status, isOurs };
  const homes = createHomes({
    ...shared,
    run: (queue, reconciler, signal) => runQueue({ queue, reconciler }, deps, signal),
  });
  const orphans = new Orphans(shared);
  const wakeups = new Wakeups({ ...deps, wake: signals.sender('woken') });
  const rounds = new PoolReconciler({
    ...shared,
    interventions,
    poolStore: kept.pools,
    whyNot: (pool) => sharding.whyNot(pool),
    onLeft: signals.sender('collected'),
  });
  const follower = new SourceFollower({
    ...shared,
    onChange: signals.sender('policiesChanged'),
    onComplete: signals.sender('policiesComplete'),
  });
  const noticed: SourceFollower['noticed'] = (source, changed) => follower.noticed(source, changed);

  signals.connect({
    woken: (pool) => pools.add(pool, WAKE_DELAY_MS),
    intervened: (policy) => {
      const record = store.policy(policy);
      if (record !== undefined) pools.add(poolKeyOf(shownVersion(record).policy));
    },
    happened: (event) => status.event(event),
    storeTrouble: (trouble) => status.storeTrouble(trouble),
    eventShown: (shown) => homes.event(shown),
    poolShown: (pool) => homes.shown(pool),
    collected: () => {
      sharding.changed();
      homes.collected();
    },
    policiesChanged: ({ pools: changed, removed, only }) => {
      for (const { key } of removed) interventions.forget(key);
      interventions.follow(lookup);
      sharding.changed();
      if (only === undefined) wakeups.follow(store.pools().filter(({ key }) => isOurs(key)));
      else wakeups.change(only.map((key) => [key, isOurs(key) ? store.pool(key) : undefined] as const));
      homes.collected();
      for (const pool of changed) pools.add(pool);
    },
    policiesComplete: () => kept.keepOnly(store),
  });

  // One list of Leases may tell of thousands of pools, and a look goes over all of them.
  const lookAgain = onceAtATime(() => {
    sharding.changed();
    homes.collected();
  });
  given.shard?.subscribe((pool) => {
    pools.add(pool);
    lookAgain();
  });

  const running = { workers: ROUNDS_AT_ONCE, turn: given.turns?.begin };
  const policies: readonly Runnable[] = [
    { name: 'store', run: (signal) => kept.writes.run((part, parts) => rounds.keep(part, parts), signal) },
    {
      name: 'policy listings',
      run: (signal) => runQueue({ queue: listings, reconciler: follower }, deps, signal),
    },
    ...sources.map((source) => watching(source, listings, { ...deps, noticed })),
  ];
  const work: readonly Runnable[] = [
    ...homes.runnables,
    {
      name: 'rounds',
      run: (signal) => runQueue({ queue: pools, reconciler: rounds, ...running }, deps, signal),
    },
    { name: 'orphans', run: (signal) => orphans.run(signal) },
    { name: 'interventions', run: (signal) => interventions.run(signal) },
    { name: 'overdue rounds', run: (signal) => lookForOverdue(shared, signal) },
    { name: 'first look', run: (signal) => firstLook(shared, signal) },
  ];
  return {
    learning: rounds.learning,
    poolsOf: (workload) => poolsNaming(workload, store),
    policiesOf: (pool) => store.pool(pool)?.members.map(({ key }) => key) ?? [],
    mayBeIn: (policy, pool) => store.mayBeIn(policy, pool),
    async run(signal) {
      for (const source of sources) listings.add(source);
      try {
        await runGroups([policies, work], signal);
      } finally {
        await Promise.all([wakeups.close(), rounds.close(), homes.close()]);
        rounds.keep();
        kept.writes.close();
      }
    },
    state: {
      view: () => status.view(),
      subscribe: (onChange) => status.subscribe(onChange),
      standstill: () => standstillOf({ rounds: pools, 'policy listings': listings }),
      orphans,
      actions: createActions({
        ...{ ...shared, interventions, schedulerFor, elsewhere },
        wake: (pool) => pools.add(pool),
      }),
    },
  };
}

/** Calls that come before the present turn of the event loop is over are one. */
function onceAtATime(call: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      call();
    });
  };
}

function poolsNaming(workload: string, store: PolicyStore): readonly string[] {
  const isNamed = (pool: PoolRecord): boolean =>
    membersOf(pool).some(({ spec }) => nameInCluster(spec) === workload);
  return store
    .pools()
    .filter(isNamed)
    .map(({ key }) => key);
}

type DefaultedDeps = RecordedOperatorDeps &
  Required<Pick<OperatorDeps, 'documents' | 'interventionHomes' | 'leadership' | 'words' | 'wordsOf'>>;

/** Without `documents` nothing outlives the process. */
function withDefaults(deps: RecordedOperatorDeps): DefaultedDeps {
  const { documents = createMemoryDocumentStore(), leadership = soleInstance, words = PLAIN_WORDS } = deps;
  const { wordsOf = () => words } = deps;
  const { interventionHomes = [new StoredInterventions({ ...deps, documents })] } = deps;
  return { ...deps, documents, interventionHomes, leadership, words, wordsOf };
}

interface Kept {
  readonly writes: DurableWrites;
  readonly history: HistoryStore;
  readonly pools: PoolStore;
  /** Forgets what is kept of pools and policies that are not there any more. */
  keepOnly(store: PolicyStore): void;
}

/** What is written to disk in its own time, if there is a disk. */
function createKept({ clock, log, documents }: OperatorDeps, signals: Signals<OperatorSignals>): Kept {
  const writes = new DurableWrites({ clock, log, documents, onTrouble: signals.sender('storeTrouble') });
  const history = new HistoryStore(writes);
  const pools = new PoolStore(writes, clock);
  return {
    writes,
    history,
    pools,
    keepOnly(store) {
      pools.forgetOthers((key) => store.pool(key) !== undefined);
      history.forgetOthers((key) => store.policy(key) !== undefined);
    },
  };
}

/** What the policies that are there say of interventions. */
function policyLookup({
  store,
  clock,
  interventions,
  elsewhere,
}: {
  readonly store: PolicyStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly interventions: Interventions;
  readonly elsewhere: RuleDeps['elsewhere'];
}): PolicyLookup {
  return {
    appsOf(policy) {
      const running = store.policy(policy)?.running;
      if (running !== undefined) return new Map(appsOf(running).map(({ name, id }) => [name, id]));
      return store.isGone(policy) ? undefined : 'unknown';
    },
    sourceOf: (policy) => store.policy(policy)?.latest.source,
    ruling: (policy, target) =>
      rulingOn(policy, target, {
        ...{ store, elsewhere },
        pausedNow: (key) => interventions.on(key).paused,
        isKeptHere: (source) => interventions.isKeptHere(source),
        nowMs: clock.now(),
      }),
  };
}
