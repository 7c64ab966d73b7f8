// recorder: a record as it is read, while somebody writes it or after.

import { setImmediate } from 'node:timers/promises';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';
import { isPlain } from '../codec/json.ts';
import { type Entry, EntryReader, type Header, readHeader, type Tier } from '../codec/segment.ts';
import { partNamed } from '../codec/sorter.ts';
import type { Piece } from '../files/parts.ts';
import type { SegmentFile, WantsPart } from '../files/segment-files.ts';
import { ENTERED_WITHIN_MS } from '../tape.ts';

export interface Span {
  /** By the wall clock. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ReadEntry {
  readonly entry: Entry;
  readonly header: Header;
}

/** Where the segments of a record are. */
export interface SegmentStore {
  /** Oldest first, with everything that was recorded until now. */
  list(): Promise<readonly SegmentFile[]>;
  /**
   * The header, and what is wanted, without what is torn at the end.
   *
   * @param wants may answer otherwise later
   * @throws TransientError, TerminalError where none of them can be read; any other error is about this one
   */
  pieces(file: SegmentFile, wants: WantsPart): AsyncIterable<Piece>;
}

export interface Reading {
  /** Of which pools, by key; absent: of all. */
  readonly pools?: ((pool: string) => boolean) | undefined;
  /** Events of all, decisions of those pools, and no picture. */
  readonly happeningsOnly?: boolean | undefined;
  /** Whoever asks keeps of each pool but the last picture: each is changed into the next one, up to the end of the span. */
  readonly lastOnly?: boolean | undefined;
  /** Gets what cannot be read, in a sentence. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** After so many entries, and after each piece of a file, others have their turn: rounds are waiting. */
const BATCH = 40;

/** Which pools may have a policy in them, `namespace/name`: its own, and those that have names. */
export function mayHold(policy: string): (pool: string) => boolean {
  return (pool) => pool === policy || pool.startsWith('pool:');
}

export class RecordReader {
  readonly #store: SegmentStore;

  constructor(store: SegmentStore) {
    this.#store = store;
  }

  /** When the first line of a tier was written; undefined: there is none. */
  async beginsMs(tier: Tier): Promise<number | undefined> {
    return (await this.#segments(tier))[0]?.startMs;
  }

  /**
   * Everything in the segments that touch `span`, until its end: it begins before `fromMs`, at the beginning of a segment.
   * Oldest first for each pool: for a minute after a segment begins, some still go on in the one before.
   */
  async *entries(tier: Tier, span: Span, how: Reading): AsyncGenerator<ReadEntry> {
    for (const file of touching(await this.#segments(tier), span)) {
      try {
        yield* this.#entriesIn(file, span, how);
      } catch (error) {
        // One that is damaged, or was removed meanwhile, keeps nobody from the others.
        how.signal.throwIfAborted();
        if (error instanceof TransientError || error instanceof TerminalError) throw error;
        how.note(`${file.path} is passed over: ${messageOf(error)}`);
      }
    }
  }

  async *#entriesIn(file: SegmentFile, { toMs }: Span, how: Reading): AsyncGenerator<ReadEntry> {
    const reader = new EntryReader(how.lastOnly);
    const over = new Set<string>();
    const wants = (part: string): boolean => !over.has(part) && isWanted(part, how);
    let header: Header | undefined;
    let understood = 0;
    for await (const { part, lines } of this.#store.pieces(file, wants)) {
      how.signal.throwIfAborted();
      for (const line of lines) {
        if (header === undefined) {
          const found = readHeader(line);
          if (typeof found === 'string') return how.note(`${file.path} is passed over: ${found}`);
          header = found;
          continue;
        }
        const entry = reader.take(line);
        if (entry === undefined) continue;
        if (atMs(entry) > toMs) {
          reader.takeBack();
          // Where they are in the order of time, so are all others.
          if (part === undefined) return;
          over.add(part);
          break;
        }
        yield { entry, header };
        if (++understood % BATCH === 0) await setImmediate();
      }
      await setImmediate();
    }
  }

  async #segments(tier: Tier): Promise<readonly SegmentFile[]> {
    return (await this.#store.list()).filter((file) => file.tier === tier);
  }
}

function isWanted(name: string, { pools, happeningsOnly = false }: Reading): boolean {
  const part = partNamed(name);
  if (part.kind === 'events') return happeningsOnly;
  return happeningsOnly === (part.kind === 'decisions') && (pools === undefined || pools(part.pool));
}

/**
 * In the order of time what was found pool by pool: a policy that moves to another pool goes on in another part of its segment.
 *
 * @param msOf by a clock that goes on as long as the process does, where there is such a time: the wall clock may be set back
 */
export async function* inOrder<T>(
  found: AsyncIterable<{ readonly header: Header; readonly item: T }>,
  msOf: (item: T) => number,
): AsyncGenerator<T> {
  let segment: Header | undefined;
  let items: T[] = [];
  const sorted = (): readonly T[] => items.sort((a, b) => msOf(a) - msOf(b));
  for await (const { header, item } of found) {
    if (header !== segment) {
      yield* sorted();
      items = [];
    }
    segment = header;
    items.push(item);
  }
  yield* sorted();
}

/** A segment lasts until all pools have entered the next one. */
function touching(segments: readonly SegmentFile[], { fromMs, toMs }: Span): readonly SegmentFile[] {
  return segments.filter(({ startMs }, i) => {
    const next = segments[i + 1];
    return startMs <= toMs && (next === undefined || next.startMs + ENTERED_WITHIN_MS > fromMs);
  });
}

/** By the wall clock; of what says no time: always. */
function atMs(entry: Entry): number {
  const always = Number.NEGATIVE_INFINITY;
  if (entry.kind === 'gone') return entry.atMs ?? always;
  if (entry.kind !== 'frame' || !isPlain(entry.picture)) return always;
  return Number(entry.picture['atMs']) + Number(entry.picture['wallAheadMs']);
}
