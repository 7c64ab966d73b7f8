// controller: what a pool did and saw, as it is stored, and its way back. Pure.

import { isObject } from '../../api/schema/json-schema.ts';
import { movedTrack, readTrack, type StoredTrack, storedTrack } from '../foreign-scale/codec.ts';
import type { Track } from '../foreign-scale/foreign-scale.ts';

/** The part of a pool's memory that must not be lost with the process; see memory.ts for what each means. */
export interface PoolHistory {
  readonly adopted: ReadonlySet<string>;
  readonly updates: ReadonlyMap<string, string>;
  readonly restarts: ReadonlyMap<string, number>;
  readonly surplus: ReadonlyMap<string, number>;
  readonly tracks: ReadonlyMap<string, Track>;
}

const VERSION = 1;

/** With its times moved from one clock to another. */
export function movedPoolHistory(deeds: PoolHistory, byMs: number): PoolHistory {
  if (byMs === 0) return deeds;
  const times = (map: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
    new Map([...map].map(([key, atMs]) => [key, atMs + byMs]));
  const { adopted, updates, restarts, surplus, tracks } = deeds;
  return {
    adopted,
    updates,
    restarts: times(restarts),
    surplus: times(surplus),
    tracks: new Map([...tracks].map(([app, track]) => [app, movedTrack(track, byMs)])),
  };
}

/** With its times moved from one clock to another. Undefined when there is nothing to keep, which is how it mostly is. */
export function encodePoolHistory(history: PoolHistory, byMs = 0): unknown {
  // Few tracks have anything that lasts, and this is asked for in every round.
  const kept = [...history.tracks].filter(([, track]) => storedTrack(track) !== undefined);
  const moved = movedPoolHistory({ ...history, tracks: new Map(kept) }, byMs);
  const { adopted, updates, restarts, surplus, tracks } = moved;
  const lasting = [...tracks].flatMap(([app, track]): (readonly [string, StoredTrack])[] => {
    const stored = storedTrack(track);
    return stored === undefined ? [] : [[app, stored]];
  });
  const parts = {
    ...(adopted.size > 0 && { adopted: [...adopted].sort() }),
    ...(updates.size > 0 && { updates: sorted(updates) }),
    ...(restarts.size > 0 && { restarts: sorted(restarts) }),
    ...(surplus.size > 0 && { surplus: sorted(surplus) }),
    ...(lasting.length > 0 && { tracks: sorted(new Map(lasting)) }),
  };
  return Object.keys(parts).length === 0 ? undefined : { version: VERSION, ...parts };
}

/** Undefined for what this version cannot read. */
export function decodePoolHistory(raw: unknown): PoolHistory | undefined {
  if (!isObject(raw) || raw['version'] !== VERSION) return undefined;
  const { adopted, updates, restarts, surplus, tracks } = raw;
  return {
    adopted: new Set(Array.isArray(adopted) ? adopted.filter(isText) : []),
    updates: mapOf(updates, (value) => (isText(value) ? value : undefined)),
    restarts: mapOf(restarts, readTime),
    surplus: mapOf(surplus, readTime),
    tracks: mapOf(tracks, readTrack),
  };
}

function sorted<T>(entries: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function mapOf<T>(raw: unknown, read: (value: unknown) => T | undefined): ReadonlyMap<string, T> {
  const entries = isObject(raw) ? Object.entries(raw) : [];
  return new Map(
    entries.flatMap(([key, value]): (readonly [string, T])[] => {
      const found = read(value);
      return found === undefined ? [] : [[key, found]];
    }),
  );
}

function readTime(raw: unknown): number | undefined {
  return typeof raw === 'number' && Number.isFinite(raw) ? raw : undefined;
}

function isText(raw: unknown): raw is string {
  return typeof raw === 'string';
}
