// schedulers/marathon: the cluster as last read. Read again when something happened, was written, or got old.

import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { AppObservation } from '../../core/observation.ts';
import { abortable } from '../../runtime/abort/abortable.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { SchedulerView } from '../scheduler.ts';
import type { MarathonClient } from './http/client.ts';
import { commonFolder } from './http/common-folder.ts';
import { isSettled, toObservation } from './observation.ts';
import type { Deployment, MarathonApp, QueueItem } from './schema.ts';
import { UnaskedApps } from './unasked.ts';

export interface ViewOptions {
  readonly client: MarathonClient;
  readonly clock: Clock;
  readonly resyncMs: number;
}

/** One app as it was last read. */
interface Reading {
  /** Absent: it does not exist. */
  readonly app: AppObservation | undefined;
  readonly settled: boolean;
  /** When the reading began: nothing in it is older. */
  readonly atMs: number;
  /** The generation at that moment; a later one of the app means that it may be out of date. */
  readonly generation: number;
}

type Readings = ReadonlyMap<string, Reading>;

interface Loading {
  readonly generation: number;
  readonly asked: ReadonlySet<string>;
  readonly readings: Promise<Readings>;
}

/** A list that failed, when, and whose apps have heard of it: who asks again wants to know anew. */
interface Failed {
  readonly loading: Loading;
  readonly atMs: number;
  readonly heardBy: Set<string>;
}

/** While something moves: the queue's reasons change without an event. */
const UNSETTLED_MS = 2_000;
/** Without the event stream nothing says that something happened. */
const BLIND_MS = 1_000;
/** How long a listed app is good enough to base a write on; Marathon itself refuses conflicts. */
const RECALL_MS = 5_000;
/** Whoever cannot use these waits, and shares the next one. */
const LISTS_AT_ONCE = 2;
/** So long a list is waited for by those who need the next one. */
const PATIENCE_MS = 1_000;
/** So long apps at rest that have got old serve on while they are listed again: hundreds of rounds need not wait for one list. */
const RENEWED_WITHIN_MS = 5_000;
/** A reason that nobody looks at. */
const OVER = new Error('the wait is over');
/** So long the list that failed is the answer for all others: thousands of pools come back, each after a pause of its own. */
const FAILED_MS = 250;
/** So many apps of a list are looked at in one go. */
const AT_ONE_GO = 250;
/** So many listed apps cost about what one costs that is read alone. */
const LISTED_FOR_ONE = 20;

/**
 * Costs, with the stream live: one GET a `resyncMs` while all is settled, however many apps there are, and nobody waits for it; one to
 * three GETs (apps, and queue and deployments when something moves) per change, shared by all callers of the same moment. Where
 * there are many apps and few of them move, those few are read alone.
 */
export class ClusterView {
  readonly #options: ViewOptions;
  readonly #closing: AbortSignal;
  readonly #watched = new Set<string>();
  /** By app: the generation in which it was last written or heard of. */
  readonly #changedIn = new Map<string, number>();
  readonly #readings = new Map<string, Reading>();
  /** Of those that were read: what is not settled, and what was written or heard of since. */
  readonly #moving = new Set<string>();
  readonly #alone = new Map<string, Loading>();
  readonly #unasked = new UnaskedApps();
  #generation = 0;
  #streams = 0;
  /** When the last whole list began. */
  #listedAtMs: number | undefined;
  #listing: Loading | undefined;
  /** How many are under way: a newer one does not wait for an older one. */
  #lists = 0;
  /** The one that begins when the newest is over, for all who need a newer one or another one. */
  #nextList: Promise<Readings> | undefined;
  /** The last list failed: who needs one waits for it, and hears why there is none. */
  #failed: Failed | undefined;
  /** As `#watched` is now: one copy for all lists that begin until it grows. */
  #asked: ReadonlySet<string> | undefined;

  constructor(options: ViewOptions, closing: AbortSignal) {
    this.#options = options;
    this.#closing = closing;
  }

  /** Every id that was ever asked for. */
  get watched(): ReadonlySet<string> {
    return this.#watched;
  }

  /** Whether what happens to the app matters. */
  isAbout(id: string): boolean {
    // A list under way may yet tell of any.
    return this.#watched.has(id) || this.#unasked.has(id) || this.#listing !== undefined;
  }

  async observe(ids: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    signal.throwIfAborted();
    this.#unasked.forgetOld(this.#options.clock.monotonic());
    for (const id of ids) {
      if (this.#watched.has(id)) continue;
      this.#takeUnasked(id);
      this.#watched.add(id);
      this.#asked = undefined;
    }
    const stale = ids.filter((id) => !this.#isFresh(id));
    const fresh = stale.length === 0 && (ids.length > 0 || this.#isListed());
    const readings = fresh || this.#areRenewed(stale) ? this.#readings : await this.#loaded(stale, signal);
    const apps = new Map<string, AppObservation>();
    let atMs = this.#options.clock.monotonic();
    for (const id of ids) {
      const reading = readings.get(id) ?? this.#readings.get(id);
      if (reading === undefined) continue;
      atMs = Math.min(atMs, reading.atMs);
      if (reading.app !== undefined) apps.set(id, reading.app);
    }
    return { apps, atMs };
  }

  /** The app for a write: as last read when that is recent and nothing of the app was written or heard since, else read alone. */
  async recall(id: string, signal: AbortSignal): Promise<AppObservation | undefined> {
    const known = this.#readings.get(id);
    const recent = known !== undefined && this.#options.clock.monotonic() - known.atMs < RECALL_MS;
    return known?.app !== undefined && recent && this.#isCurrent(id, known)
      ? known.app
      : await this.read(id, signal);
  }

  /** The app as it is now. */
  async read(id: string, signal: AbortSignal): Promise<AppObservation | undefined> {
    const app = await this.#options.client.app(id, signal);
    if (app === undefined) return undefined;
    return (await this.#observer([app], signal))(app);
  }

  /**
   * Something happened to these apps, or we wrote to them, or tried to: no reading that began before may serve
   * any more.
   */
  changed(ids: Iterable<string>): void {
    this.#generation++;
    for (const id of ids) {
      this.#changedIn.set(id, this.#generation);
      if (this.#readings.has(id)) this.#moving.add(id);
    }
  }

  /** An event stream is open; call the result when it is not any more. */
  streamOpened(): () => void {
    this.#streams++;
    this.#changedAll();
    return () => {
      this.#streams--;
      this.#changedAll();
    };
  }

  #changedAll(): void {
    this.#unasked.forget();
    this.changed(this.#watched);
  }

  /** What is settled needs no look at the queue. An app that was not listed may have been made since. */
  #takeUnasked(id: string): void {
    if (this.#streams === 0) return;
    const known = this.#unasked.find(id);
    if (known === undefined || !isSettled(known.app) || !this.#isCurrent(id, known)) return;
    const { app, atMs, generation } = known;
    const observed = toObservation(app, { queued: undefined, deployments: [] });
    this.#keep(id, { app: observed, settled: true, atMs, generation });
  }

  #isFresh(id: string): boolean {
    const known = this.#readings.get(id);
    return known !== undefined && this.#isCurrent(id, known) && this.#isYoung(known);
  }

  /** Nothing was heard of the app since. */
  #isCurrent(id: string, { generation }: Pick<Reading, 'generation'>): boolean {
    return (this.#changedIn.get(id) ?? -1) <= generation;
  }

  #isYoung({ atMs, settled }: Pick<Reading, 'atMs' | 'settled'>): boolean {
    const ageMs = this.#options.clock.monotonic() - atMs;
    const { resyncMs } = this.#options;
    const most = this.#streams === 0 ? BLIND_MS : settled ? resyncMs : UNSETTLED_MS;
    return ageMs >= 0 && ageMs < Math.min(resyncMs, most);
  }

  /** Begins to list them anew where they may serve meanwhile. */
  #areRenewed(stale: readonly string[]): boolean {
    const { clock, resyncMs } = this.#options;
    const oldestMs = clock.monotonic() - resyncMs - Math.min(resyncMs, RENEWED_WITHIN_MS);
    const serves = (id: string): boolean =>
      this.#hasOnlyAged(id) && (this.#readings.get(id)?.atMs ?? 0) > oldestMs;
    if (this.#streams === 0 || this.#failed !== undefined || stale.length === 0 || !stale.every(serves))
      return false;
    this.#list(stale).catch(() => undefined);
    return true;
  }

  /** Nothing moves and nothing was heard of it since it was read. */
  #hasOnlyAged(id: string): boolean {
    const known = this.#readings.get(id);
    return known !== undefined && this.#isCurrent(id, known) && known.settled;
  }

  #isListed(): boolean {
    return this.#listedAtMs !== undefined && this.#isYoung({ atMs: this.#listedAtMs, settled: true });
  }

  async #loaded(stale: readonly string[], signal: AbortSignal): Promise<Readings> {
    try {
      return await abortable(this.#load(stale), signal);
    } catch (error) {
      for (const id of stale) this.#failed?.heardBy.add(id);
      throw error;
    }
  }

  async #load(outdated: readonly string[]): Promise<Readings> {
    const stale = await this.#notListedMeanwhile(outdated);
    if (stale.length === 0 && outdated.length > 0) return this.#readings;
    if (!this.#mayBeReadAlone(stale)) return this.#list(stale);
    const alone = await Promise.all(stale.map((id) => this.#readAlone(id)));
    return new Map(alone.flatMap((readings) => [...readings]));
  }

  /** Those that a list under way does not tell of either. */
  async #notListedMeanwhile(stale: readonly string[]): Promise<readonly string[]> {
    const current = this.#listing;
    const areNew = stale.length > 0 && stale.every((id) => !this.#readings.has(id));
    if (this.#streams === 0 || current === undefined || !areNew) return stale;
    await current.readings.catch(() => undefined);
    for (const id of stale) if (!this.#readings.has(id)) this.#takeUnasked(id);
    return stale.filter((id) => !this.#isFresh(id));
  }

  /** Few apps move or are new, of many; what only got old is listed with all the others that did. */
  #mayBeReadAlone(stale: readonly string[]): boolean {
    if (this.#streams === 0 || stale.length === 0) return false;
    if (stale.some((id) => this.#hasOnlyAged(id))) return false;
    const neverRead = this.#watched.size - this.#readings.size;
    const moving = neverRead + this.#moving.size;
    return moving * LISTED_FOR_ONE <= this.#watched.size;
  }

  #readAlone(id: string): Promise<Readings> {
    const current = this.#alone.get(id);
    if (current !== undefined && this.#isCurrent(id, current)) return current.readings;
    const asked: ReadonlySet<string> = new Set([id]);
    const loading = this.#loading(asked, async () => {
      const app = await this.#options.client.app(id, this.#closing);
      return app === undefined ? [] : [app];
    });
    this.#alone.set(id, loading);
    const forget = (): void => {
      if (this.#alone.get(id) === loading) this.#alone.delete(id);
    };
    loading.readings.then(forget, forget);
    return loading.readings;
  }

  /** Joins a list that is under way when it began late enough and covers what is asked, else the one that comes next. */
  #list(ids: readonly string[]): Promise<Readings> {
    const current = this.#listing;
    if (current !== undefined && ids.every((id) => current.asked.has(id) && this.#isCurrent(id, current)))
      return current.readings;
    if (current === undefined || this.#lists < LISTS_AT_ONCE)
      return this.#recentFailure(ids) ?? this.#beginList();
    this.#nextList ??= this.#listAfter(current);
    return this.#nextList;
  }

  /** As the last list ended, where that was just now, and is news to these. */
  #recentFailure(ids: readonly string[]): Promise<Readings> | undefined {
    if (this.#failed === undefined) return undefined;
    const { loading, atMs, heardBy } = this.#failed;
    // What nobody has heard of yet was listed for nobody: it may be long over.
    if (heardBy.size === 0 || this.#options.clock.monotonic() - atMs >= FAILED_MS) return undefined;
    return ids.every((id) => this.#isCurrent(id, loading) && !heardBy.has(id)) ? loading.readings : undefined;
  }

  /** Many policies begin at once, each with apps of its own: one list serves them all. A list that hangs holds up nobody for long. */
  async #listAfter(current: Loading): Promise<Readings> {
    const over = new AbortController();
    const patience = this.#options.clock.sleep(PATIENCE_MS, over.signal);
    await Promise.race([current.readings, patience]).catch(() => undefined);
    over.abort(OVER);
    patience.catch(() => undefined);
    this.#nextList = undefined;
    return await this.#beginList();
  }

  #beginList(): Promise<Readings> {
    this.#asked ??= new Set(this.#watched);
    const asked = this.#asked;
    const startedAtMs = this.#options.clock.monotonic();
    const generation = this.#generation;
    const loading = this.#loading(asked, async () => {
      const apps = await this.#options.client.apps(commonFolder(asked), this.#closing);
      const unasked = apps.filter((app) => !asked.has(app.id));
      if (this.#streams > 0) this.#unasked.keep({ apps: unasked, atMs: startedAtMs, generation });
      return apps.filter((app) => asked.has(app.id));
    });
    this.#listing = loading;
    this.#lists += 1;
    const forget = (): void => {
      this.#lists -= 1;
      if (this.#listing === loading) this.#listing = undefined;
    };
    loading.readings.then(
      () => {
        this.#listedAtMs = Math.max(startedAtMs, this.#listedAtMs ?? startedAtMs);
        this.#failed = undefined;
        forget();
      },
      () => {
        this.#failed = { loading, atMs: this.#options.clock.monotonic(), heardBy: new Set() };
        forget();
      },
    );
    return loading.readings;
  }

  #loading(asked: ReadonlySet<string>, read: () => Promise<readonly MarathonApp[]>): Loading {
    const atMs = this.#options.clock.monotonic();
    const generation = this.#generation;
    const readAll = async (): Promise<Readings> => {
      const apps = new Map((await read()).map((app) => [app.id, app]));
      const observe = await this.#observer([...apps.values()], this.#closing);
      const readings = new Map<string, Reading>();
      for (const id of asked) {
        const app = apps.get(id);
        const seen = app && this.#sameOr(observe(app));
        const reading = { app: seen, settled: app === undefined || isSettled(app), atMs, generation };
        readings.set(id, reading);
        this.#keep(id, reading);
        // A list of thousands of apps is not to hold up the rounds of all pools.
        if (readings.size % AT_ONE_GO === 0) await setImmediate();
      }
      return readings;
    };
    return { generation, asked, readings: readAll() };
  }

  /** What is worked out from an observation serves as long as it is the same object: an app at rest is listed again and again. */
  #sameOr(observed: AppObservation): AppObservation {
    const known = this.#readings.get(observed.id)?.app;
    return known !== undefined && isDeepStrictEqual(known, observed) ? known : observed;
  }

  /** A slower, older reading must not replace a newer one. */
  #keep(id: string, reading: Reading): void {
    const known = this.#readings.get(id);
    if (known !== undefined && reading.generation < known.generation) return;
    this.#readings.set(id, reading);
    if (reading.settled && this.#isCurrent(id, reading)) this.#moving.delete(id);
    else this.#moving.add(id);
  }

  /** Reads the queue only when something is not settled, and deployments only when an app names one. */
  async #observer(
    apps: readonly MarathonApp[],
    signal: AbortSignal,
  ): Promise<(app: MarathonApp) => AppObservation> {
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
    return (app) => toObservation(app, { queued: queued.get(app.id), deployments });
  }
}
