// server: follows the operator's state, at most four pictures a second, and remembers tiles and history for everybody who looks.

import type { OperatorState, OperatorView } from '../../controller/status/view.ts';
import { type Clock, wallOffset } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { ChangeSignal } from './change-signal.ts';
import { type Columns, History, type PageSample, type WallAhead } from './history.ts';
import { type PageView, pageView } from './page-view.ts';
import { seriesOf } from './series.ts';
import { assignTiles, slotHolders, type Tile } from './tiles.ts';

const MIN_GAP_MS = 250;
const MIN_SILENCE_MS = 5_000;
/** With a thousand policies a picture takes a while; so much longer is the pause before the next one. */
const PAUSE_PER_DRAWING = 9;

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
  #tiles: ReadonlyMap<string, readonly Tile[]> = new Map();
  #revision = 0;
  #seen: Seen;
  /** Of `#seen`, once somebody looked. */
  #page: PageView | undefined;
  /** The newest that could be drawn. */
  #lastPage: PageView | undefined;
  #json: string | undefined;
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
  page(): PageView {
    this.#page ??= this.#drawn();
    return this.#page;
  }

  /** The page view as JSON, made once for all who look. */
  json(): string {
    this.#json ??= JSON.stringify(this.page());
    return this.#json;
  }

  history(): Columns & WallAhead {
    return { ...this.#history.columns(), wallAheadMs: this.#wallAheadMs() };
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
        await clock.sleep(Math.max(MIN_GAP_MS, PAUSE_PER_DRAWING * this.#drawingTookMs), signal);
      }
    } catch (error) {
      if (!signal.aborted) log.error('the page no longer follows the operator', { error: messageOf(error) });
    } finally {
      unsubscribe();
    }
  }

  #refresh(): void {
    try {
      this.#seen = this.#look();
    } catch (error) {
      this.#deps.log.error('the page shows an older picture', { error: messageOf(error) });
      return;
    }
    this.#page = undefined;
    this.#json = undefined;
    this.#revision++;
    this.#changed.ring();
  }

  /** The past is remembered whether somebody looks or not. */
  #look(): Seen {
    const view = this.#deps.state.view();
    const nowMs = this.#deps.clock.monotonic();
    const silenceMs = view.pools.reduce(
      (most, { intervalMs }) => Math.max(most, 3 * intervalMs),
      MIN_SILENCE_MS,
    );
    this.#history.breakAfter(silenceMs, nowMs);
    const sample = this.#history.record(nowMs, seriesOf(view));
    return { view, sample: { ...sample, wallAheadMs: this.#wallAheadMs() } };
  }

  #drawn(): PageView {
    const beganMs = this.#deps.clock.monotonic();
    try {
      this.#lastPage = this.#draw(this.#seen);
    } catch (error) {
      if (this.#lastPage === undefined) throw error;
      this.#deps.log.error('the page shows an older picture', { error: messageOf(error) });
    }
    this.#drawingTookMs = this.#deps.clock.monotonic() - beganMs;
    return this.#lastPage;
  }

  #draw({ view, sample }: Seen): PageView {
    this.#tiles = new Map(
      view.pools.map((pool) => {
        const holders = slotHolders(pool.policies.flatMap((policy) => policy.apps));
        const previous = this.#tiles.get(pool.name) ?? [];
        return [pool.name, assignTiles(previous, holders, tileCount(pool.capacity, holders.length))];
      }),
    );
    return pageView(view, {
      tiles: this.#tiles,
      sample,
      ratePerS: (series) => this.#history.ratePerS(series),
    });
  }
}

/** One state of the operator with what the charts take from it. */
interface Seen {
  readonly view: OperatorView;
  readonly sample: PageSample;
}

/** Slots are drawn one by one; of cpus or memory only what is held, as no tile stands for what is free. */
function tileCount(capacity: { readonly total: number; readonly unit: string }, held: number): number {
  return capacity.unit === 'slots' || capacity.unit === 'instances' ? Math.floor(capacity.total) : held;
}
