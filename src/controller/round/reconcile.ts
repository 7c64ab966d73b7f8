// controller: one round of one pool: observe → assess → decide → plan → act → status. Level-triggered.

import { defined } from '../../lang/defined.ts';
import type { LeadershipState } from '../../policy-sources/leadership-state.ts';
import { wallOffset } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { ReconcileContext, ReconcileResult, Reconciler } from '../../runtime/work/controller.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import { afterAbsence } from '../foreign-scale/codec.ts';
import { editedByOthers, followConfigs } from '../foreign-scale/foreign-edits.ts';
import { unlessPaused } from '../interventions/effect.ts';
import type { Interventions } from '../interventions/interventions.ts';
import { GarbageCollector } from '../ownership/garbage-collector.ts';
import { Learning } from '../persistence/learning.ts';
import type { PoolStore } from '../persistence/pool-store.ts';
import { intervalMsOf, type MemberApp, membersOf, withInterventions } from '../policies/members.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import type { PoolRecord } from '../policies/records.ts';
import { namedUrls } from '../policies/workloads.ts';
import type { OperatorDeps } from '../ports.ts';
import type { Status } from '../status/status.ts';
import { type Leadership, whileActing } from '../watch/leadership.ts';
import { type ActDeps, act } from './act.ts';
import { type AppAssessment, assessApps, unassessed } from './assess.ts';
import { decideCounts } from './decide.ts';
import { clusterRoom } from './free-capacity.ts';
import { observePool, type World } from './observe.ts';
import { withLastSeen } from './places/last-seen.ts';
import { type PoolScheduler, poolSchedulerOf } from './places/pool-scheduler.ts';
import { prepare } from './places/prepare.ts';
import { planPool, withRefusal } from './plan.ts';
import { PoolMemory } from './pool-memory.ts';
import { recorded } from './recorded-writes.ts';
import type { Round } from './round.ts';
import { withSchedules } from './schedules.ts';

export type ReconcilerDeps = Pick<
  OperatorDeps,
  | 'clock'
  | 'random'
  | 'schedulerFor'
  | 'clusterId'
  | 'metricSourceFor'
  | 'decide'
  | 'words'
  | 'inRound'
  | 'turns'
> & {
  readonly leadership: Leadership;
  readonly store: PolicyStore;
  readonly status: Status;
  readonly interventions: Interventions;
  /** Why a pool is another operator's to run; undefined: it is this one's. */
  readonly whyNot: (pool: string) => string | undefined;
  /** Called when an app was collected. */
  readonly onLeft: () => void;
  readonly poolStore: PoolStore;
};

/** A look at the same pool again is worth nothing sooner than this. */
const MIN_REQUEUE_MS = 10;

export class PoolReconciler implements Reconciler<string> {
  readonly #deps: ReconcilerDeps;
  /** What goes along with a pool that another operator takes, and comes with one that is taken. */
  readonly learning: Learning;
  readonly #memories = new Map<string, PoolMemory>();
  readonly #collector: GarbageCollector;
  readonly #wallAheadMs: () => number;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
    this.#wallAheadMs = wallOffset(deps.clock);
    this.learning = new Learning({ ...deps, scenesOf: (pool) => this.#memories.get(pool)?.scenes });
    this.#collector = new GarbageCollector({
      ...deps,
      onCollected: ({ app, pool }) => {
        if (deps.store.pool(pool) !== undefined) this.#memoryOf(pool).forget(app);
        deps.onLeft();
      },
    });
  }

  async reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
    const { store, whyNot, inRound = (_, round) => round() } = this.#deps;
    const why = whyNot(key);
    if (why !== undefined) return await this.#leave(key, why);
    await this.#collector.collect(key, context);
    const pool = store.pool(key);
    const apps = pool === undefined ? [] : this.#appsOf(pool);
    if (pool === undefined || apps.length === 0) return this.#rest(key, pool);
    return await inRound(key, () => this.#round(pool, apps, context));
  }

  async #round(
    pool: PoolRecord,
    apps: readonly MemberApp[],
    context: ReconcileContext,
  ): Promise<ReconcileResult> {
    const { status, clock, turns } = this.#deps;
    const memory = this.#memoryOf(pool.key);
    memory.scenes = this.learning.takeFor(pool.key) ?? memory.scenes;
    const openScheduler = this.#schedulerOf(apps);
    const startedAtMs = clock.monotonic();
    const start: RoundStart = {
      pool,
      apps,
      memory,
      openScheduler,
      startedAtMs,
      ...lateness(memory, startedAtMs),
    };
    memory.dueMs = undefined;
    const world = await this.#observe(start, context);
    await turns?.goOn();
    if (world.view === undefined) {
      status.finish(blindRound({ ...start, world }, this.#timesNow()));
      throw world.error;
    }
    const view = withLastSeen(world.view, memory.lastView, memory.tracks);
    status.finish(await this.#run({ ...start, world: { ...world, view }, view }, context));
    const dueMs = memory.reader.readAtMs + intervalMsOf(pool);
    memory.dueMs = dueMs;
    return { requeueAfterMs: Math.max(MIN_REQUEUE_MS, dueMs - clock.monotonic()) };
  }

  #appsOf(pool: PoolRecord): readonly MemberApp[] {
    const apps = withSchedules(membersOf(pool), this.#deps.clock.now());
    return withInterventions(apps, { on: (policy) => this.#deps.interventions.on(policy) });
  }

  /** Stores what is remembered of every pool, or of one part of so many of them. */
  keep(part = 0, parts = 1): void {
    let place = 0;
    for (const [key, memory] of this.#memories) {
      place += 1;
      if (place % parts !== part) continue;
      void this.#deps.poolStore.keepHistory(key, memory);
      this.#deps.poolStore.keepLearned(key, memory);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#memories.values()].map(({ reader }) => reader.close()));
  }

  /** A round of a pool that the scheduler has just been read for: assess → decide → plan → act. */
  async #run(
    { pool, apps, memory, openScheduler, startedAtMs, lateMs, world, view }: RoundWithView,
    { signal, stopping, reading, log }: ReconcileContext,
  ): Promise<Round> {
    const { decide } = this.#deps;
    const scheduler = openScheduler();
    const { acting, reason } = await this.#leadership(pool.key, reading);
    const { atMs: nowMs, wallAheadMs } = this.#timesNow();
    const input = { view, remembered: memory, nowMs, wallAheadMs, acting };
    const assessed = assessApps(apps, input);
    const { tracks, restarts } = assessed;
    const assessments = assessed.assessments.map((assessment) => withRefusal(assessment, memory.gate));
    memory.noteView(view, { restarts, tracks: acting ? tracks : afterAbsence(memory.tracks) });
    for (const { observed } of assessments) if (observed !== undefined) memory.gate.look(observed);

    const capacity = pool.capacity ?? {};
    const room = await clusterRoom(capacity, { assessments, scheduler }, reading);
    const decided = decideCounts(assessments, {
      capacity,
      room,
      world,
      nowMs,
      memories: memory.scenes,
      decide,
      scheduler,
    });
    memory.noteDecision(decided);

    const { changes, drift, postponed } = planPool(assessments, {
      decisions: decided.decisions,
      scheduler,
      gate: memory.gate,
    });
    if (acting) this.#notePutBack(assessments, drift);
    const edited = editedByOthers(assessments, drift, memory.configs);
    // Nothing has been begun yet: this is the place to stop.
    stopping.throwIfAborted();
    prepare(assessments, { decisions: decided.decisions, scheduler });
    const risesNeedFalls = capacity.cluster !== undefined;
    const writing = (): ActDeps => ({
      scheduler: this.#writerFor({ pool, apps, memory, openScheduler }),
      gate: memory.gate,
      risesNeedFalls,
    });
    const done = changes.length === 0 ? [] : await act(changes, writing(), signal);
    memory.noteResults(done, nowMs);
    memory.configs = followConfigs(memory.configs, assessments, { drift, results: done });
    await this.#deps.poolStore.keepHistory(pool.key, memory);
    const results = [...done, ...postponed];
    for (const { change, message } of results) {
      if (message !== undefined)
        log.debug('not done', { app: change.app, kind: change.kind, reason: message });
    }
    const aside = {
      wallAheadMs,
      edited,
      ...defined({ lateMs }),
      ...(acting ? {} : { standby: reason }),
      ...(room && { room }),
    };
    return { pool, startedAtMs, atMs: nowMs, world, assessments, drift, results, ...aside, ...decided };
  }

  /** What a person wanted put back, and is as the policy says, is done. */
  #notePutBack(assessments: readonly AppAssessment[], drift: Round['drift']): void {
    for (const { app, observed, part } of assessments)
      if (app.putBack === true && part === 'live' && observed !== undefined && !drift.has(app.spec.id))
        this.#deps.interventions.putBackDone(app.policy, app.spec.name);
  }

  /** Asked before each write: a round takes its time, and meanwhile another instance or a person may say stop. */
  #writerFor({
    pool,
    apps,
    memory,
    openScheduler,
  }: Pick<RoundStart, 'pool' | 'apps' | 'memory' | 'openScheduler'>): Pick<Scheduler, 'apply'> {
    const { leadership, interventions, poolStore } = this.#deps;
    const keep = (): Promise<void> => poolStore.keepHistory(pool.key, memory);
    const scheduler = recorded(openScheduler(), { memory, keep });
    const policies = new Map(apps.map(({ spec, policy }) => [spec.id, policy]));
    const unpaused = unlessPaused(scheduler, (app) => {
      const policy = policies.get(app);
      return policy === undefined ? undefined : interventions.on(policy).paused;
    });
    return whileActing(unpaused, leadership, pool.key);
  }

  /** An instance whose leadership is unknown does not write. */
  async #leadership(pool: string, signal: AbortSignal): Promise<LeadershipState> {
    try {
      return await this.#deps.leadership(signal, pool);
    } catch (error) {
      signal.throwIfAborted();
      return { acting: false, reason: `whether another instance acts is not known: ${messageOf(error)}` };
    }
  }

  /** Whatever keeps us from seeing is part of what is seen; only a shutdown ends the round. */
  async #observe(
    { pool, apps, memory, openScheduler }: RoundStart,
    { reading, stopping }: ReconcileContext,
  ): Promise<World> {
    try {
      return await observePool({ pool, apps }, { reader: memory.reader, scheduler: openScheduler }, reading);
    } catch (error) {
      stopping.throwIfAborted();
      return { readings: new Map(), error };
    }
  }

  /** Another operator runs it: nothing is read, decided or collected here. */
  async #leave(key: string, why: string): Promise<ReconcileResult> {
    const { store, poolStore } = this.#deps;
    this.#collector.leave(key);
    const memory = this.#memories.get(key);
    if (memory !== undefined) this.learning.leave(key, memory.scenes);
    await this.#forget(key);
    const pool = store.pool(key);
    if (pool !== undefined) this.#showAlone(pool, { standby: why, elsewhere: true });
    // Whose a pool is that is gone nobody can say.
    else if (store.isComplete) {
      this.learning.forget(key);
      poolStore.forget(key);
    }
    return {};
  }

  /** Nothing of this pool runs: only conditions to show, or nothing at all. */
  async #rest(key: string, pool: PoolRecord | undefined): Promise<ReconcileResult> {
    await this.#forget(key);
    if (pool === undefined) this.#deps.poolStore.forget(key);
    else this.#showAlone(pool, {});
    return {};
  }

  async #forget(key: string): Promise<void> {
    await this.#memories.get(key)?.reader.close();
    this.#memories.delete(key);
  }

  /** A round in which nobody looked at anything. */
  #showAlone(pool: PoolRecord, more: Pick<Round, 'standby' | 'elsewhere'>): void {
    const times = this.#timesNow();
    this.#deps.status.finish({
      ...{ pool, startedAtMs: times.atMs, ...times, world: { readings: new Map() } },
      ...{ assessments: [], decisions: new Map(), drift: new Map(), results: [] },
      ...more,
    });
  }

  #timesNow(): Pick<Round, 'atMs' | 'wallAheadMs'> {
    return { atMs: this.#deps.clock.monotonic(), wallAheadMs: this.#wallAheadMs() };
  }

  #memoryOf(key: string): PoolMemory {
    const memory = this.#memories.get(key) ?? new PoolMemory(this.#deps, this.#deps.poolStore.take(key));
    this.#memories.set(key, memory);
    return memory;
  }

  /** Called in the round: a scheduler that cannot be had is what the round finds out. */
  #schedulerOf(apps: readonly MemberApp[]): () => PoolScheduler {
    const { clock, schedulerFor, clusterId = namedUrls } = this.#deps;
    let made: PoolScheduler | undefined;
    return () => {
      made ??= poolSchedulerOf(apps, { clock, schedulerFor, clusterId });
      return made;
    };
  }
}

/** What a round begins with. */
interface RoundStart {
  readonly pool: PoolRecord;
  readonly apps: readonly MemberApp[];
  readonly memory: PoolMemory;
  /** What cannot be opened is found out where it is called. */
  readonly openScheduler: () => PoolScheduler;
  readonly startedAtMs: number;
  readonly lateMs?: number;
}

/** The scheduler was read. */
interface RoundWithView extends RoundStart {
  readonly world: World;
  readonly view: NonNullable<World['view']>;
}

/** A round that something woke before its time says nothing about how late rounds are. */
function lateness({ dueMs }: PoolMemory, startedAtMs: number): Pick<RoundStart, 'lateMs'> {
  return dueMs === undefined || startedAtMs < dueMs ? {} : { lateMs: startedAtMs - dueMs };
}

/** The scheduler could not be read: everything stays as it was last seen, and nothing is decided. */
function blindRound(
  { pool, apps, memory, startedAtMs, lateMs, world }: RoundStart & { world: World },
  times: Pick<Round, 'atMs' | 'wallAheadMs'>,
): Round {
  return {
    pool,
    startedAtMs,
    ...defined({ lateMs }),
    ...times,
    world,
    assessments: unassessed(apps, memory.lastView),
    decisions: memory.lastDecisions,
    drift: new Map(),
    results: [],
    ...(memory.lastCapacity && { capacity: memory.lastCapacity }),
  };
}
