// server: the types that the page's scripts are checked against: what the stream sends, and what the parts share.

import type { AlignedData, Series } from 'uplot';
import type { PageApp, PageCounter, PageMetric, PagePool, PageView } from './page-view.ts';
import type { Tile } from './tiles.ts';

export type { Columns, PageSample, WallAhead } from './history.ts';
export type * from './page-view.ts';
export type { Colour } from './palette.ts';
export type { Tile } from './tiles.ts';

/** The first event of the stream. */
export interface Hello {
  readonly atMs?: number;
  readonly version?: string;
  readonly writes: 'open' | 'off';
  readonly token?: string;
  readonly user?: User;
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
  /** Sends one change; throws with a sentence. */
  readonly send: (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object) => Promise<void>;
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
}

export interface PlotLook {
  readonly height: number;
  readonly timeLabels: boolean;
  /** The least height of the y range. */
  readonly floor: number;
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
}

export interface CounterItem {
  readonly app: PageApp;
  readonly counter: PageCounter;
}

export interface ControlItem {
  readonly app: PageApp;
  readonly enabled: boolean;
}

export type TileItem = Tile & { readonly owner: PageApp | undefined };
export type PolicyOfPool = PagePool['policies'][number];
export type Step = PageApp['steps'][number];
export type Decision = PageView['decisions'][number];
export type EventEntry = PageView['events'][number];

/** What an element that stands for an item can do: draw it, and age with the clock. */
export interface Drawn<T> {
  readonly update: (item: T) => void;
  readonly tick?: (nowMs: number) => void;
}
