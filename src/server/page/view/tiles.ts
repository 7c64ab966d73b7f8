// server: which slot shows which task. A task keeps its tile while it lives, so that a hand-over is seen.

import type { AppView } from '../../../controller/status/view.ts';

export type TilePhase = 'free' | 'waiting' | 'starting' | 'running' | 'stopping';

/** Something that holds a slot: a task, or (without `task`) an instance that was asked for and has no task yet. */
export interface SlotHolder {
  readonly app: string;
  readonly phase: Exclude<TilePhase, 'free'>;
  readonly task?: string;
}

export interface Tile {
  /** 1-based. */
  readonly slot: number;
  readonly phase: TilePhase;
  readonly app?: string;
  readonly task?: string;
  /** Beyond the capacity: the budget shrank, or somebody else started it. */
  readonly over: boolean;
  /** This one stands for so many alike. */
  readonly count?: number;
}

const PHASES = {
  waiting: 'waiting',
  staging: 'starting',
  running: 'running',
  killing: 'stopping',
} as const;

/**
 * What holds slots: every task that is neither terminal nor unreachable and, up to `requested`, instances
 * that have none yet. Apps left to people are outside the slots.
 */
export function slotHolders(apps: readonly AppView[]): readonly SlotHolder[] {
  return apps.filter((app) => app.role !== 'fixed').flatMap(holdersOf);
}

function holdersOf(app: AppView): readonly SlotHolder[] {
  const tasks = app.tasks.flatMap(({ id, phase }): readonly SlotHolder[] =>
    phase === 'unreachable' ? [] : [{ app: app.id, phase: PHASES[phase], task: id }],
  );
  const reserved = Math.max(0, app.requested - tasks.length);
  return [
    ...tasks,
    ...Array.from({ length: reserved }, (): SlotHolder => ({ app: app.id, phase: 'waiting' })),
  ];
}

/** The same of an app whose tasks are not known one by one. */
export function holdersInNumbers({
  id,
  running,
  staging,
  killing,
  requested,
}: AppView): readonly SlotHolder[] {
  const many = (n: number, phase: SlotHolder['phase']): readonly SlotHolder[] =>
    Array.from({ length: n }, () => ({ app: id, phase }));
  return [
    ...many(running, 'running'),
    ...many(staging, 'starting'),
    ...many(killing, 'stopping'),
    ...many(Math.max(0, requested - running - staging - killing), 'waiting'),
  ];
}

/** Slots are drawn one by one; of cpus or memory only what is held, as no tile stands for what is free. */
export function tileCount(capacity: { readonly total: number; readonly unit: string }, held: number): number {
  return capacity.unit === 'slots' || capacity.unit === 'instances' ? Math.floor(capacity.total) : held;
}

/**
 * Lays `holders` out on slots, moving nobody who is there already:
 *
 * | holder | takes |
 * |---|---|
 * | a task seen before | its tile |
 * | a new task | a tile held for an instance of its app, else the lowest free one |
 * | an instance without a task | a tile held for its app before, else the lowest free one |
 */
export function assignTiles(
  previous: readonly Tile[],
  holders: readonly SlotHolder[],
  total: number,
): readonly Tile[] {
  const placed = new Map<number, SlotHolder>();
  const steps = [byTask(previous), byApp(previous), lowestFree(placed)];
  let left = holders.toSorted((a, b) => Number(a.task === undefined) - Number(b.task === undefined));
  for (const slotFor of steps) {
    left = left.filter((holder) => {
      const slot = slotFor(holder);
      if (slot === undefined) return true;
      placed.set(slot, holder);
      return false;
    });
  }
  const length = Math.max(total, ...placed.keys());
  return Array.from({ length }, (_, i) => tile(i + 1, placed.get(i + 1), total));
}

type SlotFor = (holder: SlotHolder) => number | undefined;

function byTask(previous: readonly Tile[]): SlotFor {
  const slots = new Map(previous.flatMap((t) => (t.task === undefined ? [] : [[t.task, t.slot]])));
  return (holder) => (holder.task === undefined ? undefined : slots.get(holder.task));
}

function byApp(previous: readonly Tile[]): SlotFor {
  const reserved = previous.filter((t) => t.app !== undefined && t.task === undefined);
  return (holder) => {
    const index = reserved.findIndex((t) => t.app === holder.app);
    return index < 0 ? undefined : reserved.splice(index, 1)[0]?.slot;
  };
}

function lowestFree(placed: ReadonlyMap<number, SlotHolder>): SlotFor {
  let slot = 1;
  return () => {
    while (placed.has(slot)) slot++;
    return slot;
  };
}

function tile(slot: number, holder: SlotHolder | undefined, total: number): Tile {
  const over = slot > total;
  return holder === undefined ? { slot, phase: 'free', over } : { slot, ...holder, over };
}

/** So many are drawn one by one. */
export const DRAWN_TILES = 300;

/** Where there are more tiles than anybody can tell apart: one for each app and phase, with how many they are. */
export function groupedTiles(tiles: readonly Tile[]): readonly Tile[] {
  if (tiles.length <= DRAWN_TILES) return tiles;
  const groups = Map.groupBy(tiles, ({ app = '', phase, over }) => JSON.stringify([app, phase, over]));
  return [...groups.values()]
    .toSorted((a, b) => Number(a[0]?.phase === 'free') - Number(b[0]?.phase === 'free'))
    .flatMap(([first, ...others], i) => {
      if (first === undefined) return [];
      const { task: _task, ...alike } = first;
      return [{ ...alike, slot: i + 1, count: others.length + 1 }];
    });
}
