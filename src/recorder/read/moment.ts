// recorder: how everything was at a moment.

import type { PoolView } from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';
import type { Header } from '../codec/segment.ts';
import { isMinuteFrame, isRoundFrame, type RoundFrame } from '../frame/frame.ts';
import { decidedOtherwise, poolViewOf } from './rebuild.ts';
import { mayHold, type Reading, type RecordReader } from './record-reader.ts';
import { WordKeeper, type Words } from './words.ts';

export interface PastPool {
  readonly view: PoolView;
  /** When it was so, by the wall clock: at the moment or before it. */
  readonly atMs: number;
  /** `minutes`: a picture of the minute, since every round is not kept that long. */
  readonly detail: 'rounds' | 'minutes';
  /** Since the round before it, where that is known. */
  readonly gapMs?: number;
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
  /** Which pools are asked for, by key; absent: all. */
  readonly pools?: (pool: string) => boolean;
}

/** Pools as they were; of several pictures of a pool the newest that is not after the moment. */
export async function momentOf(
  reader: RecordReader,
  question: MomentQuestion,
  signal: AbortSignal,
): Promise<Moment> {
  const notes = new Set<string>();
  const how = { note: (text: string) => void notes.add(text), signal };
  const wanted = question.pools ?? (() => true);
  // What was decided is said again round by round; without words the last picture is all there is to say.
  const lastOnly = question.policy === undefined;
  const { pools: fromRounds, missing } = await roundsAt(reader, question, {
    ...{ ...how, lastOnly },
    pools: wanted,
  });
  const isMissing = (pool: string): boolean => wanted(pool) && (missing === undefined || missing.has(pool));
  const needsMinutes = missing === undefined || [...missing].some(wanted);
  const fromMinutes = needsMinutes
    ? await minutesAt(reader, question.atMs, { ...how, lastOnly: true, pools: isMissing })
    : NO_POOLS;
  const found = new Map<string, PastPool>();
  for (const [key, pool] of [...fromMinutes, ...fromRounds]) {
    const other = found.get(key);
    if (other === undefined || other.atMs <= pool.atMs) found.set(key, pool);
  }
  return { pools: [...found.values()], notes: [...notes] };
}

const NO_POOLS: ReadonlyMap<string, PastPool> = new Map();

interface RoundsAt {
  readonly pools: ReadonlyMap<string, PastPool>;
  /** Pools that were there, and of which no round was found; undefined: which there were is not known. */
  readonly missing?: ReadonlySet<string>;
}

async function roundsAt(
  reader: RecordReader,
  { atMs, policy }: MomentQuestion,
  how: Reading,
): Promise<RoundsAt> {
  const frames = new Map<string, RoundFrame>();
  const keepers = new Map<string, WordKeeper>();
  /** Of each pool's newest frame: the one before it may have been changed into it. */
  const ended = new Map<string, { readonly atMs: number; readonly gapMs?: number }>();
  let last: Header | undefined;
  const missing = new Set<string>();
  for await (const { entry, header } of reader.entries('rounds', { fromMs: atMs, toMs: atMs }, how)) {
    if (header !== last) {
      // What was before it was lost, or was another process: nobody knows what goes on from there.
      if (header.pools === undefined) {
        frames.clear();
        ended.clear();
      }
      for (const pool of header.pools ?? []) missing.add(pool);
      last = header;
    }
    if (entry.kind === 'gone') {
      frames.delete(entry.pool);
      ended.delete(entry.pool);
    }
    if ('pool' in entry) missing.delete(entry.pool);
    if (entry.kind !== 'frame' && entry.kind !== 'memory') continue;
    if (policy !== undefined) keeperOf(keepers, entry.pool, policy)?.take(entry);
    if (entry.kind !== 'frame' || !isRoundFrame(entry.picture)) continue;
    frames.set(entry.pool, entry.picture);
    const before = ended.get(entry.pool);
    const { atMs: endedMs } = entry.picture;
    ended.set(entry.pool, { atMs: endedMs, ...(before && { gapMs: endedMs - before.atMs }) });
  }
  const pools = [...frames].map(([key, frame]) => {
    const words: Words =
      policy !== undefined && has(frame, policy) ? (keepers.get(key)?.words ?? NONE) : NONE;
    for (const app of decidedOtherwise(frame, words))
      how.note(
        `${app}: microscaling ${last?.operator} decided this; the present version words its steps, and would decide otherwise`,
      );
    const view = poolViewOf(frame, words);
    const gap = defined({ gapMs: ended.get(key)?.gapMs });
    return [key, { view, atMs: frame.atMs + frame.wallAheadMs, detail: 'rounds' as const, ...gap }] as const;
  });
  return { pools: new Map(pools), ...(last?.pools && { missing }) };
}

const NONE: Words = new Map();

/** Whose pool it is, is known from its first frame only: until then its memories are kept by whoever might need them. */
function keeperOf(keepers: Map<string, WordKeeper>, pool: string, policy: string): WordKeeper | undefined {
  if (!mayHold(policy)(pool)) return undefined;
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
  how: Reading,
): Promise<ReadonlyMap<string, PastPool>> {
  const found = new Map<string, PastPool>();
  let last: Header | undefined;
  for await (const { entry, header } of reader.entries('minutes', { fromMs: atMs, toMs: atMs }, how)) {
    if (header !== last && header.pools === undefined) found.clear();
    last = header;
    if (entry.kind === 'gone') found.delete(entry.pool);
    if (entry.kind !== 'frame' || !isMinuteFrame(entry.picture)) continue;
    const { shown, atMs: momentMs, wallAheadMs } = entry.picture;
    found.set(entry.pool, { view: shown, atMs: momentMs + wallAheadMs, detail: 'minutes' });
  }
  return found;
}
