// schedulers/marathon: the cluster as last read. Read again when something happened, was written, or got old.

import type { AppObservation } from '../../core/observation.ts';
import { abortable } from '../../runtime/abortable.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { SchedulerView } from '../scheduler.ts';
import type { MarathonClient } from './client.ts';
import { isSettled, toObservation } from './observation.ts';
import type { Deployment, MarathonApp, QueueItem } from './schema.ts';

export interface ViewOptions {
  readonly client: MarathonClient;
  readonly clock: Clock;
  readonly resyncMs: number;
}

interface Snapshot {
  readonly apps: ReadonlyMap<string, AppObservation>;
  /** What was asked about, whether it exists or not. */
  readonly asked: ReadonlySet<string>;
  readonly settled: boolean;
  /** When the reading began: nothing in it is older. */
  readonly atMs: number;
  /** The generation at that moment; a later one means that it may be out of date. */
  readonly generation: number;
}

interface Loading {
  readonly generation: number;
  readonly asked: ReadonlySet<string>;
  readonly snapshot: Promise<Snapshot>;
}

/** While something moves: the queue's reasons change without an event. */
const UNSETTLED_MS = 2_000;
/** Without the event stream nothing says that something happened. */
const BLIND_MS = 1_000;
/** How long a listed app is good enough to base a write on; Marathon itself judges conflicts. */
const RECALL_MS = 5_000;

/**
 * Costs, with the stream live: one GET a `resyncMs` while all is settled, however many apps there are; one to
 * three GETs (apps, and queue and deployments when something moves) per change, shared by all who ask at once.
 */
export class ClusterView {
  readonly #options: ViewOptions;
  readonly #closing: AbortSignal;
  readonly #watched = new Set<string>();
  /** By app: the generation in which it was last written or heard of. */
  readonly #changedIn = new Map<string, number>();
  #generation = 0;
  #streams = 0;
  #snapshot: Snapshot | undefined;
  #loading: Loading | undefined;

  constructor(options: ViewOptions, closing: AbortSignal) {
    this.#options = options;
    this.#closing = closing;
  }

  /** Every id that was ever asked for. */
  get watched(): ReadonlySet<string> {
    return this.#watched;
  }

  async observe(ids: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    signal.throwIfAborted();
    for (const id of ids) this.#watched.add(id);
    const snapshot = this.#isFresh(ids) ?? (await abortable(this.#load(ids), signal));
    const apps = ids.flatMap((id) => {
      const app = snapshot.apps.get(id);
      return app === undefined ? [] : [[id, app] as const];
    });
    return { apps: new Map(apps), atMs: snapshot.atMs };
  }

  /** The app for a write: as listed when that is recent and nothing of the app was written or heard since, else read alone. */
  async recall(id: string, signal: AbortSignal): Promise<AppObservation | undefined> {
    const snapshot = this.#snapshot;
    const listed = snapshot?.apps.get(id);
    const recent = snapshot !== undefined && this.#options.clock.now() - snapshot.atMs < RECALL_MS;
    const unchanged = (this.#changedIn.get(id) ?? -1) <= (snapshot?.generation ?? -1);
    return listed !== undefined && recent && unchanged ? listed : await this.read(id, signal);
  }

  /** The app as it is now. */
  async read(id: string, signal: AbortSignal): Promise<AppObservation | undefined> {
    const app = await this.#options.client.app(id, signal);
    if (app === undefined) return undefined;
    return (await this.#assemble([app], signal)).get(id);
  }

  /**
   * Something happened to these apps, or we wrote to them, or tried to: no reading that began before may serve
   * any more.
   */
  changed(ids: Iterable<string>): void {
    this.#generation++;
    for (const id of ids) this.#changedIn.set(id, this.#generation);
  }

  /** An event stream is open; call the result when it is not any more. */
  streamOpened(): () => void {
    this.#streams++;
    this.changed(this.#watched);
    return () => {
      this.#streams--;
      this.changed(this.#watched);
    };
  }

  #isFresh(ids: readonly string[]): Snapshot | undefined {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || snapshot.generation !== this.#generation) return undefined;
    const ageMs = this.#options.clock.now() - snapshot.atMs;
    const known = ids.every((id) => snapshot.asked.has(id));
    return known && ageMs >= 0 && ageMs < this.#longestMs(snapshot) ? snapshot : undefined;
  }

  #longestMs(snapshot: Snapshot): number {
    if (this.#streams === 0) return Math.min(this.#options.resyncMs, BLIND_MS);
    return snapshot.settled ? this.#options.resyncMs : Math.min(this.#options.resyncMs, UNSETTLED_MS);
  }

  /** Joins a reading that is under way when it began late enough and covers what is asked. */
  #load(ids: readonly string[]): Promise<Snapshot> {
    const current = this.#loading;
    if (current?.generation === this.#generation && ids.every((id) => current.asked.has(id))) {
      return current.snapshot;
    }
    const asked = new Set(this.#watched);
    const loading = { generation: this.#generation, asked, snapshot: this.#list(asked) };
    this.#loading = loading;
    const forget = (): void => {
      if (this.#loading === loading) this.#loading = undefined;
    };
    loading.snapshot.then(forget, forget);
    return loading.snapshot;
  }

  async #list(asked: ReadonlySet<string>): Promise<Snapshot> {
    const atMs = this.#options.clock.now();
    const generation = this.#generation;
    const listed = await this.#options.client.apps(commonFolder(asked), this.#closing);
    const apps = listed.filter((app) => asked.has(app.id));
    const snapshot: Snapshot = {
      apps: await this.#assemble(apps, this.#closing),
      asked,
      settled: apps.every(isSettled),
      atMs,
      generation,
    };
    // A slower, older reading must not replace a newer one.
    if (generation >= (this.#snapshot?.generation ?? -1)) this.#snapshot = snapshot;
    return snapshot;
  }

  /** Reads the queue only when something is not settled, and deployments only when an app names one. */
  async #assemble(
    apps: readonly MarathonApp[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, AppObservation>> {
    const { client } = this.#options;
    const nothing: { queue: readonly QueueItem[]; deployments: readonly Deployment[] } = {
      queue: [],
      deployments: [],
    };
    const [queue, deployments] = await Promise.all([
      apps.every(isSettled) ? nothing.queue : client.queue(signal),
      apps.every((a) => a.deployments.length === 0) ? nothing.deployments : client.deployments(signal),
    ]);
    const queued = new Map(queue.map((item) => [item.appId, item]));
    return new Map(
      apps.map((app) => [app.id, toObservation(app, { queued: queued.get(app.id), deployments })]),
    );
  }
}

/**
 * The longest `/a/b/` that every id begins with, or ''. Marathon's `id` filter looks for a substring, so this
 * keeps the list small on a cluster that holds much besides ours.
 */
export function commonFolder(ids: Iterable<string>): string {
  let common: readonly string[] | undefined;
  for (const id of ids) {
    const folder = id.split('/').slice(0, -1);
    const shared = common ?? folder;
    const differs = shared.findIndex((segment, i) => folder[i] !== segment);
    common = differs === -1 ? shared : shared.slice(0, differs);
  }
  return common === undefined || common.length <= 1 ? '' : `${common.join('/')}/`;
}
