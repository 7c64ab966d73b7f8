// controller: the operator: sources → store → rounds → status, built from what is passed in.

import type { ResourceKey } from '../api/policy.ts';
import type { PolicySource } from '../policy-sources/source.ts';
import { createMemoryDocumentStore } from '../runtime/document-store.ts';
import { Backoff } from '../runtime/work/backoff.ts';
import { type ControllerOptions, type Reconciler, runController } from '../runtime/work/controller.ts';
import { keepRunning, type Runnable, runGroups } from '../runtime/work/runnables.ts';
import { WorkQueue } from '../runtime/work/workqueue.ts';
import { createActions } from './interventions/actions.ts';
import { Interventions } from './interventions/interventions.ts';
import { Orphans } from './ownership/orphans.ts';
import { DurableWrites } from './persistence/durable-writes.ts';
import { HistoryStore } from './persistence/history-store.ts';
import { PoolStore } from './persistence/pool-store.ts';
import { PolicyStore } from './policies/policy-store.ts';
import { appsOf, poolKeyOf, shownVersion } from './policies/records.ts';
import { SourceFollower } from './policies/source-follower.ts';
import type { OperatorDeps } from './ports.ts';
import { createHomes } from './publish/homes.ts';
import { PoolReconciler } from './round/reconcile.ts';
import { Status } from './status/status.ts';
import type { OperatorState } from './status/view.ts';
import { firstLook } from './watch/first-look.ts';
import { soleInstance } from './watch/leadership.ts';
import { Wakeups } from './watch/wakeups.ts';

export type { Decide, OperatorDeps } from './ports.ts';

export interface Operator {
  /** Resolves when `signal` was aborted, the rounds in hand are finished and everything is put away. Scales nothing on the way out. */
  run(signal: AbortSignal): Promise<void>;
  readonly state: OperatorState;
}

/** Pools are independent; this many are looked at at the same time. */
const WORKERS = 8;
/** One task's life is several events: they are looked at together. */
const WAKE_DELAY_MS = 25;
const ROUND_TIMEOUT_MS = 30_000;
const GRACE_MS = 5_000;
const TERMINAL_RETRY_MS = 30_000;
/** Twice what a round may take at the most, and its grace: what takes longer does not end by itself. */
const STANDSTILL_MS = 2 * (ROUND_TIMEOUT_MS + GRACE_MS);

export function createOperator(deps: OperatorDeps): Operator {
  const { clock, log, sources, schedulerFor, leadership = soleInstance } = deps;
  const { documents = createMemoryDocumentStore() } = deps;
  const store = new PolicyStore({
    ...deps,
    documents,
    sources: sources.map(({ name }) => name),
    homeOf: (source) => sources.find(({ name }) => name === source)?.home,
    isTrusted: (source) => sources.some(({ name, isTrusted }) => name === source && isTrusted === true),
    isPaused: (policy) => interventions.on(policy).paused !== undefined,
  });
  const durableWrites = new DurableWrites({
    clock,
    log,
    documents: deps.documents,
    onTrouble: (message) => status.storeTrouble(message),
  });
  const history = new HistoryStore(durableWrites);
  const poolStore = new PoolStore(durableWrites, clock);
  const status = new Status({
    ...deps,
    history,
    interventionsOn: (policy) => interventions.on(policy),
    pendingCollections: () => store.ownership.pendingCollections(),
    onShown: (pool) => homes.shown(pool),
    onEvent: (event, policy) => homes.event(event, policy),
  });
  const pools = new WorkQueue<string>(clock);
  const listings = new WorkQueue<PolicySource>(clock);
  const homes = createHomes({
    clock,
    log,
    sources,
    leadership,
    store,
    shown: (pool) => status.shown(pool),
    run: (queue, reconciler, signal) => runController(options(queue, reconciler, deps), signal),
  });
  const wakeups = new Wakeups({ ...deps, wake: (pool) => pools.add(pool, WAKE_DELAY_MS) });
  const interventions = new Interventions({
    clock,
    log,
    documents,
    onEvent: (told) => status.event(told),
    onChange: (policy) => {
      const record = store.policy(policy);
      if (record !== undefined) pools.add(poolKeyOf(shownVersion(record).policy));
    },
  });
  const rounds = new PoolReconciler({
    ...deps,
    leadership,
    store,
    status,
    interventions,
    onLeft: () => homes.collected(),
    archive: poolStore,
  });
  const follower = new SourceFollower({
    clock,
    log,
    sources,
    store,
    status,
    onChange: ({ pools: changed, removed }) => {
      for (const { key } of removed) interventions.forget(key);
      interventions.follow((policy) => namesIn(store, policy));
      wakeups.follow(store.pools());
      homes.collected();
      for (const pool of changed) pools.add(pool);
    },
    onComplete: () => forgetOthers(store, { poolStore, history }),
  });
  const orphans = new Orphans({ clock, log, store, status, documents, schedulerFor, leadership });
  const parts: readonly (readonly Runnable[])[] = [
    [
      { name: 'archive', run: (signal) => durableWrites.run(() => rounds.keep(), signal) },
      { name: 'policy listings', run: (signal) => runController(options(listings, follower, deps), signal) },
      ...sources.map((source) => watching(source, listings, deps)),
    ],
    [
      ...homes.runnables,
      { name: 'rounds', run: (signal) => runController(options(pools, rounds, deps), signal) },
      { name: 'orphans', run: (signal) => orphans.run(signal) },
      { name: 'hands', run: (signal) => interventions.run(signal) },
      { name: 'first look', run: (signal) => firstLook({ clock, store, status, schedulerFor }, signal) },
    ],
  ];
  return {
    async run(signal) {
      for (const source of sources) listings.add(source);
      try {
        await runGroups(parts, signal);
      } finally {
        await Promise.all([wakeups.close(), rounds.close(), homes.close()]);
        rounds.keep();
        durableWrites.close();
      }
    },
    state: {
      view: () => status.view(),
      subscribe: (onChange) => status.subscribe(onChange),
      standstill: () => standstillOf({ rounds: pools, 'policy listings': listings }),
      orphans,
      actions: createActions({
        store,
        interventions,
        schedulerFor,
        leadership,
        wake: (pool) => pools.add(pool),
      }),
    },
  };
}

function standstillOf(
  queues: Readonly<Record<string, Pick<WorkQueue<unknown>, 'standstillMs'>>>,
): string | undefined {
  for (const [name, queue] of Object.entries(queues)) {
    const ms = queue.standstillMs();
    if (ms < STANDSTILL_MS) continue;
    return `${name} stand still for ${Math.round(ms / 1_000)} s: restart the operator, and please report this with its log`;
  }
  return undefined;
}

/** The same patience with everything that is looked at again and again. */
function options<K>(
  queue: WorkQueue<K>,
  reconciler: Reconciler<K>,
  { clock, log, random }: OperatorDeps,
): ControllerOptions<K> {
  return {
    queue,
    reconciler,
    clock,
    log,
    backoff: new Backoff<K>({ baseMs: 500, maxMs: 5_000, random }),
    workers: WORKERS,
    timeoutMs: ROUND_TIMEOUT_MS,
    graceMs: GRACE_MS,
    terminalRetryMs: TERMINAL_RETRY_MS,
  };
}

/** The apps that a hand may be on; undefined when its policy is gone for certain. */
function namesIn(store: PolicyStore, policy: ResourceKey): ReadonlySet<string> | 'unknown' | undefined {
  const running = store.policy(policy)?.running;
  if (running !== undefined) return new Set(appsOf(running).map(({ name }) => name));
  return store.isGone(policy) ? undefined : 'unknown';
}

/** What is kept of pools and policies that are not there any more. */
function forgetOthers(
  store: PolicyStore,
  { poolStore, history }: { readonly poolStore: PoolStore; readonly history: HistoryStore },
): void {
  const found = store.pools();
  poolStore.forgetOthers(new Set(found.map(({ key }) => key)));
  history.forgetOthers(new Set(found.flatMap(({ members }) => members.map(({ key }) => key))));
}

function watching(
  source: PolicySource,
  listings: WorkQueue<PolicySource>,
  { clock, random, log }: OperatorDeps,
): Runnable {
  const backoff = new Backoff<PolicySource>({ baseMs: 500, maxMs: 30_000, random });
  const onEnd = (reason: string): void =>
    log.warn('watching a policy source ended; changes are seen late until it runs again', {
      source: source.name,
      reason,
    });
  return {
    name: `watch ${source.name}`,
    run: (signal) =>
      keepRunning(
        (s) => source.watch(() => listings.add(source), s),
        { clock, backoffMs: { next: () => backoff.next(source) }, onEnd },
        signal,
      ),
  };
}
