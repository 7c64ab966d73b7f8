// controller: the schedulers of one pool as one. Rounds know each app by its id; what its scheduler calls it, and which one that is, is known here.

import type { AppDefinition } from '../../../api/policy.ts';
import type { Change } from '../../../core/change.ts';
import type { AppObservation, Footprint } from '../../../core/observation.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf, TransientError } from '../../../runtime/errors.ts';
import type {
  ApplyResult,
  ClusterSpec,
  RoomQuestion,
  Scheduler,
  SchedulerView,
} from '../../../schedulers/scheduler.ts';
import type { MemberApp } from '../../policies/members.ts';
import { nameInCluster } from '../../policies/workloads.ts';

/** A scheduler that is told which app a definition is of. */
export interface PoolScheduler extends Omit<Scheduler, 'footprint' | 'watch' | 'owned' | 'close'> {
  footprint(definition: AppDefinition, app?: string): Footprint;
}

export interface PoolSchedulerDeps {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly schedulerFor: (cluster: ClusterSpec | undefined) => Scheduler;
  /** Says whether two specs mean one cluster. */
  readonly clusterId: (cluster: ClusterSpec | undefined) => string;
}

/** A round waits no longer for one of its schedulers: the others go on. */
const PATIENCE_MS = 2_000;
const GIVE_UP_MS = 12_000;

/** The apps of a pool that live in one cluster. */
interface Place {
  /** Throws TerminalError for a spec that cannot work. */
  readonly scheduler: () => Scheduler;
  readonly ids: ReadonlySet<string>;
}

class SpanningScheduler implements PoolScheduler {
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #places: readonly Place[];
  readonly #placeOf: ReadonlyMap<string, Place>;
  readonly #names: ReadonlyMap<string, string>;

  constructor(apps: readonly MemberApp[], { clock, schedulerFor, clusterId }: PoolSchedulerDeps) {
    this.#clock = clock;
    this.#names = new Map(apps.map(({ spec }) => [spec.id, nameInCluster(spec)]));
    const bySpec = Map.groupBy(apps, ({ cluster }) => cluster);
    const byCluster = new Map<string, MemberApp[]>();
    for (const [cluster, there] of bySpec) {
      const id = clusterId(cluster);
      byCluster.set(id, [...(byCluster.get(id) ?? []), ...there]);
    }
    this.#places = [...byCluster.values()].map((there) => ({
      scheduler: () => schedulerFor(there[0]?.cluster),
      ids: new Set(there.map(({ spec }) => spec.id)),
    }));
    this.#placeOf = new Map(
      this.#places.flatMap((place) => [...place.ids].map((id) => [id, place] as const)),
    );
  }

  /** All at once. One that cannot be read leaves its own apps unseen; none that can: the first one's error. */
  async observe(ids: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    const asked = this.#places.map((place) => ({ place, ids: ids.filter((id) => place.ids.has(id)) }));
    const looks = await Promise.allSettled(asked.map((each) => this.#look(each, signal)));
    signal.throwIfAborted();
    const views = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
    const failure = looks.find((look) => look.status === 'rejected');
    if (views.length === 0 && failure !== undefined) throw failure.reason;
    const unseen = looks.flatMap((look, i) =>
      look.status === 'fulfilled'
        ? [...(look.value.unseen ?? [])]
        : (asked[i]?.ids ?? []).map((id) => [id, messageOf(look.reason)] as const),
    );
    const silent = views.flatMap((view) => [...(view.silent ?? [])]);
    return {
      apps: new Map(views.flatMap(({ apps }) => [...apps])),
      atMs: Math.min(...views.map(({ atMs }) => atMs)),
      ...(unseen.length > 0 && { unseen: new Map(unseen) }),
      ...(silent.length > 0 && { silent: new Map(silent) }),
    };
  }

  diff(wanted: Parameters<Scheduler['diff']>[0], observed: AppObservation): ReturnType<Scheduler['diff']> {
    return this.#of(observed.id).diff(wanted, { ...observed, id: this.#nameOf(observed.id) });
  }

  footprint(definition: AppDefinition, app = ''): Footprint {
    const place = this.#placeOf.get(app) ?? this.#places[0];
    return place?.scheduler().footprint(definition) ?? NOTHING;
  }

  dependencies(app: string, definition: AppDefinition): readonly string[] {
    const names = this.#of(app).dependencies?.(this.#nameOf(app), definition) ?? [];
    const there = [...(this.#placeOf.get(app)?.ids ?? [])];
    return names.map((name) => there.find((id) => this.#nameOf(id) === name) ?? name);
  }

  async apply(change: Change, signal: AbortSignal): Promise<ApplyResult> {
    return await this.#of(change.app).apply({ ...change, app: this.#nameOf(change.app) }, signal);
  }

  prepare(app: string, instances: number): void {
    try {
      this.#of(app).prepare?.(this.#nameOf(app), instances);
    } catch {
      // A scheduler that cannot be had is what `observe` tells.
    }
  }

  /** Of the one cluster that a pool with such a budget lives in. */
  async room(question: RoomQuestion, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const scheduler = this.#of(question.apps[0]?.id ?? '');
    if (scheduler.room === undefined) throw new TransientError('this scheduler knows of no cluster');
    const ids = new Map(question.apps.map(({ id }) => [this.#nameOf(id), id]));
    const apps = question.apps.map((need) => ({
      ...need,
      id: this.#nameOf(need.id),
      ...(need.observed && { observed: { ...need.observed, id: this.#nameOf(need.id) } }),
    }));
    const room = await scheduler.room({ ...question, apps }, signal);
    return new Map([...room].map(([name, count]) => [ids.get(name) ?? name, count]));
  }

  async #look(
    { place, ids }: { readonly place: Place; readonly ids: readonly string[] },
    signal: AbortSignal,
  ): Promise<SchedulerView> {
    const answered = new AbortController();
    const over = new AbortController();
    const until = AbortSignal.any([signal, answered.signal]);
    const names = ids.map((id) => this.#nameOf(id));
    const look = (async () => place.scheduler().observe(names, AbortSignal.any([signal, over.signal])))();
    const late = async (): Promise<never> => {
      await this.#clock.sleep(PATIENCE_MS, until);
      throw new TransientError(`no answer within ${PATIENCE_MS / 1_000} s`);
    };
    // What comes too late for this round may be what the next one finds at hand.
    this.#clock.sleep(GIVE_UP_MS, until).then(
      () => over.abort(new TransientError(`no answer within ${GIVE_UP_MS / 1_000} s`)),
      () => undefined,
    );
    look.then(
      () => answered.abort(),
      () => answered.abort(),
    );
    return this.#named(await Promise.race([look, late()]), ids);
  }

  /** The view of one cluster, by the ids of the pool. */
  #named({ apps, unseen, silent, atMs }: SchedulerView, ids: readonly string[]): SchedulerView {
    const idOf = new Map(ids.map((id) => [this.#nameOf(id), id]));
    const named = ({ operations, ...app }: AppObservation, id: string): AppObservation => ({
      ...app,
      id,
      operations: operations.map((each) => ({
        ...each,
        affectedApps: each.affectedApps.map((name) => idOf.get(name) ?? name),
      })),
    });
    return {
      apps: new Map(
        [...apps].map(([name, app]) => [idOf.get(name) ?? name, named(app, idOf.get(name) ?? name)]),
      ),
      atMs,
      ...(unseen && { unseen: new Map([...unseen].map(([name, why]) => [idOf.get(name) ?? name, why])) }),
      ...(silent && { silent: new Map([...silent].map(([name, ms]) => [idOf.get(name) ?? name, ms])) }),
    };
  }

  #of(app: string): Scheduler {
    const place = this.#placeOf.get(app);
    if (place === undefined) throw new TransientError(`${app} is not in this pool any more; looking again`);
    return place.scheduler();
  }

  #nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }
}

const NOTHING: Footprint = { cpus: 0, mem: 0, disk: 0, gpus: 0 };

/** Of a pool that lives in one cluster, under the names that this has, it is the cluster's scheduler itself. */
export function poolSchedulerOf(apps: readonly MemberApp[], deps: PoolSchedulerDeps): PoolScheduler {
  const [first] = apps;
  const alone = apps.every(
    ({ spec, cluster }) =>
      nameInCluster(spec) === spec.id &&
      (cluster === first?.cluster || deps.clusterId(cluster) === deps.clusterId(first?.cluster)),
  );
  return alone ? deps.schedulerFor(first?.cluster) : new SpanningScheduler(apps, deps);
}
