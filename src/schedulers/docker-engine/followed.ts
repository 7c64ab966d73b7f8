// schedulers: what an engine answered last, asked for again when something may have changed.

import type { Clock } from '../../runtime/clock.ts';
import type { EngineClient } from './client.ts';

export interface Reading {
  /** When it was asked for, monotonic. */
  readonly atMs: number;
  /** Of `Followed.changes`, when it was asked for. */
  readonly atChange: number;
}

export interface FollowedDeps<T> {
  readonly client: Pick<EngineClient, 'ping'>;
  readonly clock: Clock;
  readonly read: (signal: AbortSignal) => Promise<T>;
  /** While events are followed and tell of nothing, an answer serves so long. */
  readonly servesMs: (answer: T) => number;
}

/** An engine that hangs tells of no event, and looks like one to which nothing happens. */
const ALIVE_FOR_MS = 5_000;

export class Followed<T extends object> {
  readonly #deps: FollowedDeps<T>;
  readonly #closing: AbortSignal;
  #last: (T & Reading) | undefined;
  readonly #following = new Set<symbol>();
  #changes = 0;
  #asking: { readonly atChange: number; readonly answer: Promise<T & Reading> } | undefined;
  /** When the engine answered last, monotonic. */
  #answeredAtMs = 0;
  #pinging: Promise<void> | undefined;

  constructor(deps: FollowedDeps<T>, closing: AbortSignal) {
    this.#deps = deps;
    this.#closing = closing;
  }

  /** Something may be different now: the next reading asks the engine. */
  changed(): void {
    this.#changes++;
  }

  /** Moves with everything that may have changed what is there: a reading of an earlier number may be out of date. */
  get changes(): number {
    return this.#changes;
  }

  /** From now on every change is told by events, until the result is called; something may have been missed before. */
  follow(): () => void {
    const token = Symbol('following');
    this.#following.add(token);
    this.changed();
    return () => {
      this.#following.delete(token);
      this.changed();
    };
  }

  /**
   * Not older than the last change that was told of; callers at once share one question.
   *
   * @throws TransientError when the engine cannot be read
   */
  async read(): Promise<T & Reading> {
    const { clock, servesMs } = this.#deps;
    const last = this.#last;
    const isFresh = this.#following.size > 0 && last?.atChange === this.#changes;
    if (isFresh && clock.monotonic() - last.atMs < servesMs(last)) {
      if (clock.monotonic() - this.#answeredAtMs >= ALIVE_FOR_MS) await this.#ping();
      return last;
    }
    const asking = this.#asking?.atChange === this.#changes ? this.#asking : this.#ask();
    return await asking.answer;
  }

  /** Shared by all who ask meanwhile. */
  async #ping(): Promise<void> {
    const { client, clock } = this.#deps;
    const atMs = clock.monotonic();
    this.#pinging ??= client.ping(this.#closing).finally(() => {
      this.#pinging = undefined;
    });
    await this.#pinging;
    this.#answeredAtMs = Math.max(this.#answeredAtMs, atMs);
  }

  #ask(): { readonly atChange: number; readonly answer: Promise<T & Reading> } {
    const asking = { atChange: this.#changes, answer: this.#read(this.#changes) };
    this.#asking = asking;
    const over = (): void => {
      if (this.#asking === asking) this.#asking = undefined;
    };
    asking.answer.then(over, over);
    return asking;
  }

  async #read(atChange: number): Promise<T & Reading> {
    const { clock, read } = this.#deps;
    const atMs = clock.monotonic();
    const answer = await read(this.#closing);
    this.#answeredAtMs = Math.max(this.#answeredAtMs, atMs);
    const reading = { ...answer, atMs, atChange };
    if (this.#last === undefined || atChange >= this.#last.atChange) this.#last = reading;
    return reading;
  }
}
