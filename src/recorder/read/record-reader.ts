// recorder: a record as it is read, while somebody writes it or after.

import { setImmediate } from 'node:timers/promises';
import { type Entry, type Header, readEntries, readHeader, type Tier } from '../codec/segment.ts';
import type { SegmentFile } from '../files/segment-files.ts';

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
  text(file: SegmentFile): Promise<string>;
}

/** After so many lines others have their turn. */
const BATCH = 500;

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
   * Everything in the segments that touch `span`, oldest first: it begins before `fromMs`, at the beginning of a segment.
   *
   * @param note gets what cannot be read, in a sentence
   */
  async *entries(
    tier: Tier,
    span: Span,
    { note, signal }: { readonly note: (text: string) => void; readonly signal: AbortSignal },
  ): AsyncGenerator<ReadEntry> {
    let lines = 0;
    for (const file of touching(await this.#segments(tier), span)) {
      signal.throwIfAborted();
      const text = await this.#store.text(file);
      const header = readHeader(text);
      if (typeof header === 'string') {
        if (text !== '') note(`${file.path} is passed over: ${header}`);
        continue;
      }
      for (const entry of readEntries(text)) {
        yield { entry, header };
        if (++lines % BATCH === 0) await setImmediate(undefined, { signal });
      }
    }
  }

  async #segments(tier: Tier): Promise<readonly SegmentFile[]> {
    return (await this.#store.list()).filter((file) => file.tier === tier);
  }
}

/** A segment lasts until the next one begins. */
function touching(segments: readonly SegmentFile[], { fromMs, toMs }: Span): readonly SegmentFile[] {
  return segments.filter(
    ({ startMs }, i) => startMs <= toMs && (segments[i + 1]?.startMs ?? Infinity) > fromMs,
  );
}
