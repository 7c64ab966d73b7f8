// server: the types that the page's scripts are checked against: what the stream sends, and what the parts share.

import type { AlignedData, Series } from 'uplot';
import type { PageApp, PageCounter, PageMetric, PagePool } from './view/page-pool.ts';
import type { PageView } from './view/page-view.ts';
import type { Tile } from './view/tiles.ts';

export type { ReplayTable } from '../../api/words/replay-table.ts';
export type { History as PolicyHistory } from '../../recorder/read/history.ts';
export type { Health, Level } from './health/policy-health.ts';
export type { PageTrouble } from './health/troubles.ts';
export type { Columns, PageSample, WallAhead } from './history.ts';
export type { PageList, PageRow, PoolRow } from './overview/rows.ts';
export type { PastPage } from './past-view.ts';
export type { PageIntervention } from './view/interventions.ts';
export type * from './view/page-pool.ts';
export type * from './view/page-view.ts';
export type { Colour } from './view/palette.ts';
export type { Tile } from './view/tiles.ts';

/** The first event of the stream. */
export interface Hello {
  readonly atMs?: number;
  readonly version?: string;
  readonly writes: 'open' | 'off';
  readonly token?: string;
  readonly user?: User;
  readonly replays?: true;
}

/** Who has logged in; nobody has to on the operator's own machine. */
export interface User {
  readonly name: string;
  readonly role: string;
}

/** What the charts draw: columns of one length, null where nothing is known. */
export interface ChartData {
  /** Seconds since the epoch. */
  readonly times: number[];
  column(name: string): (number | null)[];
}

/** What the parts of the page share. */
export interface Desk {
  readonly past: ChartData;
  readonly writes: () => Hello['writes'];
  /** Whether what is shown is what the operator says now. */
  readonly live: () => boolean;
  /** Those of what is looked at, newest first. */
  readonly decisions: () => PageView['decisions'];
  /** Ms since the epoch by the operator's clock. */
  readonly now: () => number;
  /** Lists and pool are those of a span of the past, or with undefined those of now. */
  readonly lookBack: (lists: Lists | undefined, pool: PagePool | undefined) => void;
  /** Whether a change can be tried against the record. */
  readonly replays: () => boolean;
  /** Sends one change, and returns what is answered; throws with a sentence. */
  readonly send: (
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    signal?: AbortSignal,
  ) => Promise<unknown>;
}

export interface StreamListener {
  hello(hello: Hello): void;
  view(view: PageView): void;
  alive(): void;
  refused(): void;
  silent(lastWordMs: number | undefined): void;
}

/** The time axis that the charts of one pool share. */
export interface Axis {
  readonly sync: string;
  readonly range: () => [number, number];
  readonly readout: (timeS: number | undefined) => void;
  /** Somebody wants to see only this, s. */
  readonly zoomTo: (fromS: number, toS: number) => void;
  /** Somebody clicked at a moment, s. */
  readonly choose: (timeS: number) => void;
  /** The moment of the past that the rest of the page shows, ms. */
  readonly chosen: () => number | undefined;
}

/** When a policy was not well. */
export interface TroubleSpan {
  readonly level: string;
  readonly reason: string;
  readonly message: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was decided and what happened in a span of the past, newest first. */
export interface Lists {
  readonly decisions: readonly Decision[];
  readonly events: readonly EventEntry[];
}

/** Decisions that are too close to each other to be clicked apart. */
export interface Mark {
  readonly atS: number;
  /** Newest first. */
  readonly decisions: readonly Decision[];
}

export interface PlotLook {
  readonly height: number;
  readonly timeLabels: boolean;
  /** The least height of the y range. */
  readonly floor: number;
  /** The row under the pointer, in all charts of the axis at once. */
  readonly hover: (row: number | undefined) => void;
}

export interface PlotData {
  /** Changes with the number or the look of the series. */
  readonly shape: string;
  readonly series: () => Series[];
  /** Times, then a column for each of the series. */
  readonly data: AlignedData;
}

export interface MetricItem {
  readonly app: PageApp;
  readonly metric: PageMetric;
  readonly index: number;
  readonly small: boolean;
}

export interface CounterItem {
  readonly app: PageApp;
  readonly counter: PageCounter;
}

export type TileItem = Tile & { readonly owner: PagePool['owners'][string] | undefined };
export type PolicyOfPool = PagePool['policies'][number];
export type Step = PageApp['steps'][number];
/** `policy` (namespace/name) where it is from the record. */
export type Decision = PageView['decisions'][number] & { readonly policy?: string };
export type EventEntry = PageView['events'][number];

/** What an element that stands for an item can do: draw it, and age with the clock. */
export interface Drawn<T> {
  readonly update: (item: T) => void;
  readonly tick?: (nowMs: number) => void;
}
