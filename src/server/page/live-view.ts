// server: follows the operator's state, at most four pictures a second, and remembers tiles and history for everybody who looks.

import type { OperatorState, OperatorView, PolicyView, PoolView } from '../../controller/status/view.ts';
import { type Clock, wallOffset } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { ChangeSignal } from './change-signal.ts';
import { type Healths, HealthTracker } from './health/tracker.ts';
import { type Columns, History, secondOf, type WallAhead } from './history.ts';
import { EVERYTHING, type Selection, selectionKey } from './overview/selection.ts';
import { type PageView, pageView, selectedPools } from './view/page-view.ts';
import { eachSeries, seriesAbout, seriesOf } from './view/series.ts';
import { assignTiles, slotHolders, type Tile, tileCount } from './view/tiles.ts';

const MIN_GAP_MS = 250;
const MIN_SILENCE_MS = 5_000;
/** With a thousand policies a look and a picture take a while; so much longer is the pause before the next one. */
const PAUSE_PER_WORK = 19;
/** However long it took: a process that was held up once goes on as before. */
const LONGEST_PAUSE_MS = 5_000;
/** Of so many the last good picture is remembered. */
const MAX_SELECTIONS = 200;

export interface LiveViewDeps {
  readonly state: OperatorState;
  readonly clock: Clock;
  readonly log: Logger;
}

export class LiveView {
  readonly #deps: LiveViewDeps;
  /** Its times are monotonic: a clock that is set bends no line. */
  readonly #history = new History();
  readonly #wallAheadMs: () => number;
  readonly #changed = new ChangeSignal();
  readonly #healths = new HealthTracker();
  /** What was seen last, until it is filed in the history: once a second, and before anybody asks for it. */
  #unfiled: { readonly view: OperatorView; readonly atMs: number } | undefined;
  /** Of the pools that somebody looked at. */
  #tiles: ReadonlyMap<string, readonly Tile[]> = new Map();
  #revision = 0;
  #seen: Seen;
  /** Of `#seen`, by selection, once somebody looked. */
  readonly #pages = new Map<string, Picture>();
  /** The newest of each selection that could be drawn. */
  readonly #lastPages = new Map<string, PageView>();
  #lookTookMs = 0;
  #drawingTookMs = 0;

  /** Follows `deps.state` until `signal` aborts. */
  constructor(deps: LiveViewDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#wallAheadMs = wallOffset(deps.clock);
    this.#seen = this.#look();
    void this.#follow(signal);
  }

  /** Grows by one with every new picture. */
  get revision(): number {
    return this.#revision;
  }

  /** Drawn when somebody looks, once for all who do. */
  page(selection: Selection = EVERYTHING): PageView {
    return this.#picture(selection).page;
  }

  /** The page view as JSON, made once for all who look at the same. */
  json(selection: Selection = EVERYTHING): string {
    const picture = this.#picture(selection);
    picture.json ??= JSON.stringify(picture.page);
    return picture.json;
  }

  /** What the charts of a selection draw; of a list, nothing. */
  history(selection: Selection = EVERYTHING): Columns & WallAhead {
    this.#file();
    const wanted = wantedSeries(this.#seen.view, selection);
    return { ...this.#history.columns(wanted), wallAheadMs: this.#wallAheadMs() };
  }

  #picture(selection: Selection): Picture {
    const key = selectionKey(selection);
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    const picture = { page: this.#drawn(key, selection) };
    this.#pages.set(key, picture);
    return picture;
  }

  /** Waits until there is a newer picture than `revision`, at most `ms`. */
  async newerThan(revision: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#revision > revision) return;
    await this.#changed.heardWithin(ms, this.#deps.clock, signal);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { state, clock, log } = this.#deps;
    const signalled = new ChangeSignal();
    let dirty = false;
    const unsubscribe = state.subscribe(() => {
      dirty = true;
      signalled.ring();
    });
    try {
      while (!signal.aborted) {
        if (!dirty) await signalled.heard(signal);
        dirty = false;
        this.#refresh();
        const pauseMs = PAUSE_PER_WORK * (this.#lookTookMs + this.#drawingTookMs);
        await clock.sleep(Math.min(LONGEST_PAUSE_MS, Math.max(MIN_GAP_MS, pauseMs)), signal);
      }
    } catch (error) {
      if (!signal.aborted) log.error('the page no longer follows the operator', { error: messageOf(error) });
    } finally {
      unsubscribe();
    }
  }

  #refresh(): void {
    const { clock, log } = this.#deps;
    const beganMs = clock.monotonic();
    try {
      this.#seen = this.#look();
    } catch (error) {
      log.error('the page shows an older picture', { error: messageOf(error) });
      return;
    } finally {
      this.#lookTookMs = clock.monotonic() - beganMs;
    }
    this.#pages.clear();
    this.#revision++;
    this.#changed.ring();
  }

  /** The past is remembered whether somebody looks or not. */
  #look(): Seen {
    const view = this.#deps.state.view();
    const nowMs = this.#deps.clock.monotonic();
    if (this.#unfiled !== undefined && secondOf(this.#unfiled.atMs) !== secondOf(nowMs)) this.#file();
    const silenceMs = view.pools.reduce(
      (most, { intervalMs }) => Math.max(most, 3 * intervalMs),
      MIN_SILENCE_MS,
    );
    this.#history.breakAfter(silenceMs, nowMs);
    this.#unfiled = { view, atMs: nowMs };
    return { view, healths: this.#healths.look(view), atMs: nowMs };
  }

  #file(): void {
    if (this.#unfiled === undefined) return;
    const { view, atMs } = this.#unfiled;
    this.#unfiled = undefined;
    this.#history.record(atMs, (say) => eachSeries(view, say));
  }

  #drawn(key: string, selection: Selection): PageView {
    const beganMs = this.#deps.clock.monotonic();
    try {
      const page = this.#draw(this.#seen, selection);
      if (this.#lastPages.size >= MAX_SELECTIONS) this.#lastPages.clear();
      this.#lastPages.set(key, page);
      return page;
    } catch (error) {
      const last = this.#lastPages.get(key);
      if (last === undefined) throw error;
      this.#deps.log.error('the page shows an older picture', { error: messageOf(error) });
      return last;
    } finally {
      this.#drawingTookMs = this.#deps.clock.monotonic() - beganMs;
    }
  }

  #draw({ view, healths, atMs }: Seen, selection: Selection): PageView {
    this.#file();
    const looked = new Map(
      selectedPools(view, selection).map((pool) => {
        const holders = slotHolders(pool.policies.flatMap((policy) => policy.apps));
        const previous = this.#tiles.get(pool.name) ?? [];
        return [pool.name, assignTiles(previous, holders, tileCount(pool.capacity, holders.length))];
      }),
    );
    const present = new Set(view.pools.map(({ name }) => name));
    this.#tiles = new Map([...this.#tiles, ...looked].filter(([name]) => present.has(name)));
    const values = seriesOf({ pools: shownOf(view, selection) });
    return pageView(view, {
      selection,
      healths,
      tiles: this.#tiles,
      sample: { atMs: secondOf(atMs), values, wallAheadMs: this.#wallAheadMs() },
      ratePerS: (series) => this.#history.ratePerS(series),
    });
  }
}

/** One state of the operator, and when it was. */
interface Seen {
  readonly view: OperatorView;
  readonly healths: Healths;
  /** Monotonic. */
  readonly atMs: number;
}

interface Picture {
  readonly page: PageView;
  json?: string;
}

/** The series of what is drawn: nobody needs those of a thousand other policies. */
function wantedSeries(view: OperatorView, selection: Selection): (series: string) => boolean {
  const about = shownOf(view, selection).map(({ name, policies }) =>
    seriesAbout(
      name,
      policies.flatMap(({ apps }) => apps),
    ),
  );
  return (series) => about.some((isAbout) => isAbout(series));
}

/** The selected pools with those of their policies that are drawn. */
function shownOf(view: OperatorView, selection: Selection): readonly PoolView[] {
  const isShown = ({ namespace, name }: PolicyView): boolean =>
    selection.policy === undefined || `${namespace}/${name}` === selection.policy;
  return selectedPools(view, selection).map((pool) => ({ ...pool, policies: pool.policies.filter(isShown) }));
}
