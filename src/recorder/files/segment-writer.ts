// recorder: appends to one segment after another. What was appended is in the file within a second; a process that is
// killed loses no more than that.

import { appendFileSync, closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { headerLine, type Tier } from '../codec/segment.ts';
import { segmentPath } from './segment-files.ts';

export interface SegmentWriterOptions {
  readonly folder: string;
  readonly tier: Tier;
  /** How much time one segment holds. */
  readonly lastsMs: number;
  /** Of text: one that is full ends earlier, but not before `leastMs`. */
  readonly mostBytes: number;
  readonly leastMs: number;
  /** Of the operator. */
  readonly version: string;
  /** The wall clock. */
  readonly nowMs: () => number;
}

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #path: string | undefined;
  #startMs = 0;
  #waiting: string[] = [];
  #bytes = 0;
  /** Nothing is in the file yet. */
  #isEmpty = true;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /** The file that is appended to. */
  get path(): string | undefined {
    return this.#path;
  }

  /** Whether the next line begins a segment: then nothing that was written before may be taken as known. */
  get isOver(): boolean {
    if (this.#path === undefined) return true;
    const { nowMs, lastsMs, mostBytes, leastMs } = this.#options;
    const sinceMs = nowMs() - this.#startMs;
    return sinceMs >= lastsMs || sinceMs < 0 || (this.#bytes >= mostBytes && sinceMs >= leastMs);
  }

  /**
   * Begins a new segment.
   *
   * @param pools that are in the segment before, and enter this one later
   */
  begin(pools?: readonly string[]): void {
    this.flush();
    const { folder, tier, version, nowMs } = this.#options;
    // Should it fail, nothing may be appended to the old one: the lines to come build on a new beginning.
    this.#path = undefined;
    mkdirSync(folder, { recursive: true });
    const startMs = nowMs();
    this.#path = freePath(folder, tier, startMs);
    this.#startMs = startMs;
    this.#waiting = [headerLine({ tier, operator: version, startedAtMs: startMs, ...(pools && { pools }) })];
    this.#bytes = 0;
    this.#isEmpty = true;
  }

  append(lines: string): void {
    this.#waiting.push(lines);
    this.#bytes += lines.length;
  }

  /**
   * @returns whether there was anything to write
   * @throws what the file system says; then the segment is over
   */
  flush(): boolean {
    if (this.#path === undefined || this.#waiting.length === 0) return false;
    const text = `${this.#waiting.join('\n')}\n`;
    this.#waiting = [];
    const path = this.#path;
    try {
      appendFileSync(path, text);
    } catch (error) {
      // The next line would build on what is missing.
      this.#path = undefined;
      // A full disk would get one for each try.
      if (this.#isEmpty) rmSync(path, { force: true });
      throw error;
    }
    this.#isEmpty = false;
    return true;
  }
}

/** A clock that was set back may come to the same time again. */
function freePath(folder: string, tier: Tier, startMs: number): string {
  for (let ms = startMs; ; ms++) {
    const path = segmentPath(folder, tier, ms);
    try {
      closeSync(openSync(path, 'ax', 0o600));
      return path;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}
