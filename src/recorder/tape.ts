// recorder: pictures and other lines of one tier, in segments of which each can be read without the one before it.

import { DeltaEncoder } from './codec/encoder.ts';
import type { Masking } from './codec/json.ts';
import type { SegmentWriter } from './files/segment-writer.ts';

/** A segment, and what its next pictures are compared with. */
interface OpenSegment {
  readonly writer: SegmentWriter;
  readonly encoder: DeltaEncoder;
  readonly beganMs: number;
}

/** Where the lines of a round go. */
export interface PoolLines {
  line(line: object): void;
  frame(picture: object): void;
}

export interface TapeDeps {
  readonly writer: () => SegmentWriter;
  readonly masking: Masking;
  /** The wall clock. */
  readonly nowMs: () => number;
  /** Whether pools go on in the segment before until each enters the new one. */
  readonly isStaggered: boolean;
  /** Whether the pictures of a pool are so far apart that it pays to pack them. */
  readonly isPacking: boolean;
}

/** So long after the beginning of a segment every pool writes to it, or has nothing to write. */
export const ENTERED_WITHIN_MS = 60_000;

/**
 * A pool's first picture in a segment is a full one, a thousand times as large as the next. Those of hundreds of pools in
 * the same second would hold up rounds, so each enters a new segment at a time of its own, and goes on in the one before
 * until then.
 *
 *     pool a   ──former──┐                       enters 0 ms after the beginning
 *                        └──now──────────
 *     pool b   ──former────────┐                 enters 100 ms after it
 *                              └──now────
 */
export class Tape {
  readonly #deps: TapeDeps;
  #now: OpenSegment | undefined;
  #former: OpenSegment | undefined;
  /** Those that are there, also where no round of theirs is in the last segment. */
  readonly #pools = new Set<string>();
  /** The last lines could not be written: nothing goes on in the segment before, so pools are silent until they enter. */
  #isAfterGap = false;

  constructor(deps: TapeDeps) {
    this.#deps = deps;
  }

  /** The files that are appended to. */
  get paths(): readonly string[] {
    return [this.#former, this.#now].flatMap((segment) => segment?.writer.path ?? []);
  }

  /** Whether the next line begins a segment. */
  get isOver(): boolean {
    return this.#now === undefined || this.#now.writer.isOver;
  }

  /** @throws what the file system says; then the next line tries again */
  begin(): void {
    const last = this.#now;
    this.#now = undefined;
    try {
      this.#end();
      last?.writer.flush();
      const { masking, nowMs, isStaggered, isPacking } = this.#deps;
      const writer = this.#deps.writer();
      writer.begin(last && [...this.#pools].map((name) => masking.name(name)));
      this.#now = { writer, encoder: new DeltaEncoder(masking, isPacking), beganMs: nowMs() };
      if (last === undefined) return;
      this.#isAfterGap = false;
      if (isStaggered) this.#former = last;
    } catch (error) {
      this.#isAfterGap = true;
      throw error;
    }
  }

  /**
   * Where a round of a pool is written: the same as long as it is the same segment.
   *
   * @param entersMs how long after the beginning of a segment the pool enters it
   * @returns undefined: nowhere yet
   */
  linesOf(
    name: string,
    entersMs: number,
  ): { readonly segment: object; readonly lines: PoolLines } | undefined {
    this.#pools.add(name);
    const now = this.#now;
    if (now === undefined) return undefined;
    const sinceMs = this.#deps.nowMs() - now.beganMs;
    const isEarly = sinceMs >= 0 && sinceMs < entersMs;
    const isKnown = this.#former?.encoder.has(name) === true;
    if (isEarly && this.#isAfterGap && !now.encoder.has(name)) return undefined;
    const segment = isEarly && isKnown && this.#former ? this.#former : now;
    if (segment === now) this.#former?.encoder.drop(name);
    return { segment, lines: linesIn(segment, name) };
  }

  frame(name: string, picture: object): void {
    this.#pools.add(name);
    if (this.#now !== undefined) linesIn(this.#now, name).frame(picture);
  }

  /** Its texts are those of events and decisions, which are masked where they are made. */
  line(line: object): void {
    this.#now?.writer.append(JSON.stringify(line));
  }

  gone(name: string, atMs: number): void {
    this.#pools.delete(name);
    const segment = this.#former?.encoder.has(name) ? this.#former : this.#now;
    if (segment !== undefined && !this.isOver) segment.writer.append(segment.encoder.forget(name, atMs));
  }

  /**
   * @returns whether anything was written
   * @throws what the file system says; then the next line begins a segment
   */
  flush(): boolean {
    try {
      const written = [this.#former, this.#now].map((segment) => segment?.writer.flush() === true);
      return written.includes(true);
    } catch (error) {
      this.#isAfterGap = true;
      this.#former = undefined;
      this.#now = undefined;
      throw error;
    }
  }

  /** Ends the segment before once all pools have entered the new one. @returns whether it ended */
  endFormer(): boolean {
    if (this.#former === undefined || this.#now === undefined) return false;
    const sinceMs = this.#deps.nowMs() - this.#now.beganMs;
    const isOver = sinceMs < 0 || sinceMs >= ENTERED_WITHIN_MS;
    if (!isOver && this.#former.encoder.names.length > 0) return false;
    this.#end();
    return true;
  }

  #end(): void {
    const former = this.#former;
    this.#former = undefined;
    former?.writer.flush();
  }
}

function linesIn({ writer, encoder }: OpenSegment, name: string): PoolLines {
  return {
    line: (line) => writer.append(JSON.stringify(line)),
    frame: (picture) => writer.append(encoder.frame(name, picture)),
  };
}
