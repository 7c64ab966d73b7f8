// recorder: a record as it is read, while somebody writes it or after.

import { setImmediate } from 'node:timers/promises';
import { isPlain } from '../codec/json.ts';
import {
  type Entry,
  EntryReader,
  type Header,
  readHeader,
  type Tier,
  type Wanted,
} from '../codec/segment.ts';
import type { SegmentFile } from '../files/segment-files.ts';
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
  /** In pieces, without what is torn at the end. */
  lines(file: SegmentFile): AsyncIterable<readonly string[]>;
}

export interface Reading extends Wanted {
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
    for (const file of touching(await this.#segments(tier), span)) yield* this.#entriesIn(file, span, how);
  }

  async *#entriesIn(file: SegmentFile, { toMs }: Span, how: Reading): AsyncGenerator<ReadEntry> {
    const reader = new EntryReader(how);
    let header: Header | undefined;
    let understood = 0;
    for await (const lines of this.#store.lines(file)) {
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
        if (atMs(entry) > toMs) return;
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
