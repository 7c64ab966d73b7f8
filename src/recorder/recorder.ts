// recorder: the flight recorder: every round in full for a day, a picture a minute for weeks, beside the store.

import type { Round } from '../controller/round/round.ts';
import type { RoundRecorder } from '../controller/status/round-recorder.ts';
import type { DecisionRecord, EventRecord, PoolView } from '../controller/status/view.ts';
import type { DecisionMemory } from '../core/decision.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import { createMasking, type Masking, masked } from './codec/json.ts';
import { type Bounds, closeOthers, prune } from './files/housekeeping.ts';
import { SegmentWriter } from './files/segment-writer.ts';
import { minutePicture, Peaks } from './frame/minute-frame.ts';
import { roundFrame, writesOf } from './frame/round-frame.ts';
import { type PoolLines, Tape } from './tape.ts';
import { Trouble } from './trouble.ts';

export interface RecorderOptions {
  readonly folder: string;
  readonly bounds: Bounds;
  readonly version: string;
}

export interface RecorderDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Masks secrets. */
  readonly redact: (text: string) => string;
}

export const DEFAULT_BOUNDS: Bounds = {
  roundsForMs: 24 * 3_600_000,
  minutesForMs: 30 * 24 * 3_600_000,
  mostBytes: 2 * 1024 ** 3,
};

const FLUSH_MS = 500;
/** What could not be compressed is tried again: each time it is read as a whole. */
const CLOSE_AGAIN_MS = 60_000;
/** A wall clock that jumps further ahead than that makes nothing old. */
const MOST_JUMP_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Pictures of hundreds of pools in one second would hold up rounds. */
const APART_MS = 100;
/** A moment is found by reading its segment from the beginning. */
const ROUNDS_LAST_MS = 10 * MINUTE_MS;
const MINUTES_LAST_MS = 360 * MINUTE_MS;
/** … so what hundreds of pools write is in more segments; each begins with full pictures, so not in all too many. */
const MOST_BYTES = 96 * 1024 ** 2;
const LEAST_MS = 3 * MINUTE_MS;

export class FlightRecorder implements RoundRecorder {
  readonly #options: RecorderOptions;
  readonly #deps: RecorderDeps;
  readonly #masking: Masking;
  readonly #rounds: Tape;
  readonly #minutes: Tape;
  readonly #pools = new Map<string, PoolNotes>();
  readonly #gap: Trouble;
  readonly #untidy: Trouble;
  #work: Promise<void> = Promise.resolve();
  #isWaiting = false;
  /** What failed last, and until when it is left alone. */
  #closeAgain: { readonly atMs: number; readonly error?: unknown } = { atMs: Number.NEGATIVE_INFINITY };
  readonly #wallAheadMs: number;

  constructor(options: RecorderOptions, deps: RecorderDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#wallAheadMs = deps.clock.now() - deps.clock.monotonic();
    this.#masking = createMasking(deps.redact);
    const where = { log: deps.log, folder: options.folder };
    this.#gap = new Trouble(where, {
      begins: 'the record has a gap: what happens now cannot be looked at later',
      ends: 'what happens is recorded again',
    });
    this.#untidy = new Trouble(where, {
      begins: 'the record takes more room than it needs: what is over could not be compressed or removed',
      ends: 'what is over in the record is compressed and removed again',
    });
    const nowMs = (): number => deps.clock.now();
    const made = { ...options, nowMs, mostBytes: MOST_BYTES, leastMs: LEAST_MS };
    const tape = { masking: this.#masking, nowMs };
    this.#rounds = new Tape({
      ...tape,
      writer: () => new SegmentWriter({ ...made, tier: 'rounds', lastsMs: ROUNDS_LAST_MS }),
      isStaggered: true,
      isPacking: false,
    });
    this.#minutes = new Tape({
      ...tape,
      writer: () => new SegmentWriter({ ...made, tier: 'minutes', lastsMs: MINUTES_LAST_MS }),
      // A pool's picture of a minute has its own time already.
      isStaggered: false,
      isPacking: true,
    });
    this.#tidy(() => closeOthers(options.folder, this.#open()));
  }

  get folder(): string {
    return this.#options.folder;
  }

  round(round: Round, shown: PoolView, records: readonly DecisionRecord[]): void {
    this.#safely(() => {
      const { key } = round.pool;
      const notes = this.#notesOf(key);
      notes.peaks.add(shown);
      this.#turn(this.#rounds);
      this.#round(notes, round, shown);
      for (const record of records) this.#long({ d: record });
      this.#minute(key, notes, { round, shown });
    });
  }

  event(event: EventRecord): void {
    this.#safely(() => this.#long({ e: event }));
  }

  pools(keys: ReadonlySet<string>): void {
    for (const key of [...this.#pools.keys()]) if (!keys.has(key)) this.gone(key);
  }

  gone(pool: string): void {
    this.#safely(() => {
      if (!this.#pools.delete(pool)) return;
      const atMs = this.#deps.clock.now();
      this.#rounds.gone(pool, atMs);
      this.#minutes.gone(pool, atMs);
    });
  }

  /** Until aborted; then everything is in its file. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(FLUSH_MS, signal).catch(() => undefined);
      this.flush();
    }
    await this.#work;
  }

  /** What was recorded so far is in its file. */
  flush(): void {
    this.#safely(() => {
      const written = [this.#rounds.flush(), this.#minutes.flush()];
      // A tape that failed goes on with its next line only.
      const isWhole = this.#rounds.paths.length > 0 && this.#minutes.paths.length > 0;
      if (written.includes(true) && isWhole) this.#gap.over();
      if (this.#rounds.endFormer()) this.#tidyUp();
    });
  }

  #round(notes: PoolNotes, round: Round, shown: PoolView): void {
    const { key } = round.pool;
    const place = this.#rounds.linesOf(key, notes.phaseMs);
    if (place === undefined) return;
    if (place.segment !== notes.segment) notes.memories.clear();
    notes.segment = place.segment;
    this.#keepMemories(place.lines, notes, round);
    const writes = writesOf(round, this.#deps.redact);
    if (writes.length > 0) place.lines.line({ w: [this.#deps.redact(key), writes] });
    place.lines.frame(roundFrame(round, shown, notes.scenes));
  }

  /** What `decide` remembers it tells from round to round; only what it did not tell itself is kept. */
  #keepMemories(lines: PoolLines, { memories }: PoolNotes, { pool, inquiries = [] }: Round): void {
    for (const { scene, input, decision } of inquiries) {
      const known = memories.has(scene) && memories.get(scene) === input.memory;
      if (!known) lines.line({ m: masked([pool.key, scene, input.memory ?? null], this.#masking) });
      memories.set(scene, decision.memory);
    }
  }

  #minute(
    key: string,
    notes: PoolNotes,
    { round, shown }: { readonly round: Round; readonly shown: PoolView },
  ): void {
    const { atMs, wallAheadMs } = round;
    const minute = Math.floor((atMs + wallAheadMs - notes.phaseMs) / MINUTE_MS);
    if (minute === notes.minute && !this.#minutes.isOver) return;
    this.#turn(this.#minutes);
    notes.minute = minute;
    const peaks = notes.peaks.take();
    this.#minutes.frame(key, { atMs, wallAheadMs, shown: minutePicture(shown), peaks });
  }

  #long(line: object): void {
    this.#turn(this.#minutes);
    this.#minutes.line(line);
  }

  /** Begins a new segment where it is time for one. */
  #turn(tape: Tape): void {
    if (!tape.isOver) return;
    tape.begin();
    this.#tidyUp();
  }

  #tidyUp(): void {
    const { folder, bounds } = this.#options;
    // Once more is enough, however much has ended meanwhile.
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#tidy(async () => {
      this.#isWaiting = false;
      try {
        await this.#closeOthers();
      } finally {
        await prune(folder, bounds, { nowMs: this.#credibleMs(), open: this.#open() });
      }
    });
  }

  /** Not the last one only: another may be left from when there was no room for it. */
  async #closeOthers(): Promise<void> {
    const { clock } = this.#deps;
    if (clock.monotonic() < this.#closeAgain.atMs) throw this.#closeAgain.error;
    try {
      await closeOthers(this.#options.folder, this.#open());
    } catch (error) {
      this.#closeAgain = { atMs: clock.monotonic() + CLOSE_AGAIN_MS, error };
      throw error;
    }
  }

  /** The wall clock, as long as it does not run away from the time that has passed here. */
  #credibleMs(): number {
    const { clock } = this.#deps;
    return Math.min(clock.now(), clock.monotonic() + this.#wallAheadMs + MOST_JUMP_MS);
  }

  #open(): ReadonlySet<string> {
    return new Set([...this.#rounds.paths, ...this.#minutes.paths]);
  }

  #notesOf(key: string): PoolNotes {
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const phaseMs = (this.#pools.size * APART_MS) % MINUTE_MS;
    const made = { memories: new Map(), scenes: new Map(), peaks: new Peaks(), phaseMs, minute: 0 };
    this.#pools.set(key, made);
    return made;
  }

  #tidy(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).then(
      () => this.#untidy.over(),
      (error: unknown) => this.#untidy.met(error),
    );
  }

  /** A record that cannot be written (a full disk) keeps nobody from scaling; it goes on when it can be. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#gap.met(error);
    }
  }
}

interface PoolNotes {
  /** By scene: what the last round left. */
  readonly memories: Map<string, DecisionMemory>;
  readonly scenes: Map<string, string>;
  readonly peaks: Peaks;
  /** How long after the minute its picture is taken, and after the beginning of a segment its full one. */
  readonly phaseMs: number;
  /** That its last round is in. */
  segment?: object;
  /** Of the newest picture. */
  minute: number;
}
