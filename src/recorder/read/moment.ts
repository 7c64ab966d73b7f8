// recorder: how everything was at a moment.

import type { PoolView } from '../../controller/status/view.ts';
import type { Entry } from '../codec/segment.ts';
import { isMinuteFrame, isRoundFrame, type RoundFrame } from '../frame/frame.ts';
import { decidedOtherwise, poolViewOf } from './rebuild.ts';
import type { RecordReader } from './record-reader.ts';
import { WordKeeper, type Words } from './words.ts';

export interface PastPool {
  readonly view: PoolView;
  /** When it was so, by the wall clock: at the moment or before it. */
  readonly atMs: number;
  /** `minutes`: a picture of the minute, since every round is not kept that long. */
  readonly detail: 'rounds' | 'minutes';
}

export interface Moment {
  readonly pools: readonly PastPool[];
  /** What is to be said beside it. */
  readonly notes: readonly string[];
}

export interface MomentQuestion {
  /** By the wall clock. */
  readonly atMs: number;
  /** The policy whose decisions are wanted in words, `namespace/name`; absent: of none. */
  readonly policy?: string;
}

/** Pools as they were; of several pictures of a pool the newest that is not after the moment. */
export async function momentOf(
  reader: RecordReader,
  question: MomentQuestion,
  signal: AbortSignal,
): Promise<Moment> {
  const notes = new Set<string>();
  const how = { note: (text: string) => void notes.add(text), signal };
  const fromRounds = await roundsAt(reader, question, how);
  const fromMinutes = await minutesAt(reader, question.atMs, how);
  const found = new Map<string, PastPool>();
  for (const [key, pool] of [...fromMinutes, ...fromRounds]) {
    const other = found.get(key);
    if (other === undefined || other.atMs <= pool.atMs) found.set(key, pool);
  }
  return { pools: [...found.values()], notes: [...notes] };
}

type How = Parameters<RecordReader['entries']>[2];

async function roundsAt(
  reader: RecordReader,
  { atMs, policy }: MomentQuestion,
  how: How,
): Promise<ReadonlyMap<string, PastPool>> {
  const frames = new Map<string, RoundFrame>();
  const keepers = new Map<string, WordKeeper>();
  const span = { fromMs: atMs, toMs: atMs };
  let version = '';
  for await (const { entry, header } of reader.entries('rounds', span, how)) {
    version = header.operator;
    if (isAfter(entry, atMs)) break;
    if (entry.kind === 'gone') frames.delete(entry.pool);
    if (entry.kind !== 'frame' && entry.kind !== 'memory') continue;
    if (policy !== undefined) keeperOf(keepers, entry.pool, policy)?.take(entry);
    if (entry.kind === 'frame' && isRoundFrame(entry.picture)) frames.set(entry.pool, entry.picture);
  }
  const pools = [...frames].map(([key, frame]) => {
    const words: Words =
      policy !== undefined && has(frame, policy) ? (keepers.get(key)?.words ?? NONE) : NONE;
    for (const app of decidedOtherwise(frame, words))
      how.note(
        `${app}: microscaling ${version} decided this; the present version words its steps, and would decide otherwise`,
      );
    const view = poolViewOf(frame, words);
    return [key, { view, atMs: frame.atMs + frame.wallAheadMs, detail: 'rounds' as const }] as const;
  });
  return new Map(pools);
}

const NONE: Words = new Map();

/** Whose pool it is, is known from its first frame only: until then its memories are kept by whoever might need them. */
function keeperOf(keepers: Map<string, WordKeeper>, pool: string, policy: string): WordKeeper | undefined {
  if (!pool.startsWith('pool:') && pool !== policy) return undefined;
  const known = keepers.get(pool) ?? new WordKeeper(pool);
  keepers.set(pool, known);
  return known;
}

function has({ shown }: RoundFrame, policy: string): boolean {
  return Object.hasOwn(shown.policies, policy);
}

async function minutesAt(
  reader: RecordReader,
  atMs: number,
  how: How,
): Promise<ReadonlyMap<string, PastPool>> {
  const found = new Map<string, PastPool>();
  for await (const { entry } of reader.entries('minutes', { fromMs: atMs, toMs: atMs }, how)) {
    if (isAfter(entry, atMs)) break;
    if (entry.kind === 'gone') found.delete(entry.pool);
    if (entry.kind !== 'frame' || !isMinuteFrame(entry.picture)) continue;
    const { shown, atMs: momentMs, wallAheadMs } = entry.picture;
    const wallMs = momentMs + wallAheadMs;
    if (wallMs > atMs) break;
    found.set(entry.pool, { view: shown, atMs: wallMs, detail: 'minutes' });
  }
  return found;
}

function isAfter(entry: Entry, atMs: number): boolean {
  if (entry.kind === 'gone') return entry.atMs !== undefined && entry.atMs > atMs;
  return (
    entry.kind === 'frame' &&
    isRoundFrame(entry.picture) &&
    entry.picture.atMs + entry.picture.wallAheadMs > atMs
  );
}
