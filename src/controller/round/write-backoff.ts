// controller: after a write did not go through, when to try the next one. One gate per app and kind of change.

import type { Change } from '../../core/change.ts';
import type { AppObservation } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';
import {
  messageOf,
  TerminalError,
  TransientError,
  UnresolvedReference,
  WaitError,
} from '../../runtime/errors.ts';
import { Backoff } from '../../runtime/work/backoff.ts';
import { SurplusWaits } from '../../schedulers/scheduler.ts';
import { PLAIN_WORDS, type SchedulerWords } from '../../schedulers/words.ts';

/** Why a write did not happen, for people. */
export type Obstacle = 'locked' | 'refused' | 'unresolved' | 'unavailable' | 'unlaunched' | 'unkept';

export interface Closed {
  readonly obstacle: Obstacle;
  readonly message: string;
  /** The same has been reported before. */
  readonly repeated?: true;
}

interface Entry extends Omit<Closed, 'repeated'> {
  readonly untilMs: number;
  /** The content that was refused: another one may pass at once. */
  readonly content: string;
  /** A lock was seen since: when it is gone, the wait is over. */
  readonly sawLock: boolean;
}

/** Another content may pass at once. */
const BOUND_TO_CONTENT: ReadonlySet<Obstacle> = new Set(['refused', 'unresolved', 'unkept']);
/** What keeps an app from being made until somebody does something about it. */
const PERSISTENT: ReadonlySet<Obstacle> = new Set(['refused', 'unresolved']);
/** A refused content is tried again, ever later: the plug-in that was in the way may have changed. */
const REFUSED_RETRY_MS = 60_000;
const REFUSED_RETRY_MOST_MS = 900_000;

export class WriteGate {
  readonly #clock: Clock;
  readonly #words: SchedulerWords;
  readonly #backoff: Backoff<string>;
  /** For updates that were accepted and have no effect. */
  readonly #patience: Backoff<string>;
  readonly #refusals: Backoff<string>;
  readonly #closed = new Map<string, Entry>();

  constructor(deps: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly words?: SchedulerWords;
  }) {
    this.#words = deps.words ?? PLAIN_WORDS;
    this.#clock = deps.clock;
    this.#backoff = new Backoff({ baseMs: 1_000, maxMs: 30_000, random: deps.random });
    this.#refusals = new Backoff({
      baseMs: REFUSED_RETRY_MS,
      maxMs: REFUSED_RETRY_MOST_MS,
      random: deps.random,
    });
    this.#patience = new Backoff({ baseMs: 5_000, maxMs: 600_000, random: deps.random });
  }

  /** Why `change` is not to be tried now; undefined when it may be. */
  check(change: Change): Closed | undefined {
    const entry = this.#closed.get(keyOf(change));
    if (entry === undefined || entry.untilMs <= this.#clock.monotonic()) return undefined;
    if (BOUND_TO_CONTENT.has(entry.obstacle) && entry.content !== contentOf(change)) return undefined;
    return entry;
  }

  /** Why the last try of this very content failed for good, however long ago; undefined when it did not. */
  refusal(change: Change): string | undefined {
    const entry = this.#closed.get(keyOf(change));
    if (entry === undefined || !PERSISTENT.has(entry.obstacle)) return undefined;
    return entry.content === contentOf(change) ? entry.message : undefined;
  }

  /** Once per round and app: a lock that is gone opens its gates at once. */
  look(observed: AppObservation): void {
    const locked = observed.operations.length > 0;
    for (const kind of ['scale', 'update'] as const) {
      const key = `${kind} ${observed.id}`;
      const entry = this.#closed.get(key);
      if (entry?.obstacle !== 'locked') continue;
      if (!locked && entry.sawLock) this.#closed.delete(key);
      else if (locked) this.#closed.set(key, { ...entry, sawLock: true });
    }
  }

  passed(change: Change): void {
    const key = keyOf(change);
    this.#closed.delete(key);
    this.#backoff.forget(key);
    this.#refusals.forget(key);
    if (change.kind !== 'update') return;
    // Should the same differences still be there, sending them again and again would restart the app for ever.
    const message = `${this.#words.name} took the update of ${change.app} and still shows another ${change.fields.map(({ field }) => field).join(', ')}; does this version of ${this.#words.name} know the field?`;
    const untilMs = this.#clock.monotonic() + this.#patience.next(key);
    this.#closed.set(key, {
      obstacle: 'unkept',
      message,
      untilMs,
      content: contentOf(change),
      sawLock: false,
    });
  }

  /** The app's definition is as it should be. */
  settled(app: string): void {
    const key = `update ${app}`;
    if (this.#closed.get(key)?.obstacle === 'unkept') this.#closed.delete(key);
    this.#patience.forget(key);
  }

  failed(change: Change, error: unknown): Closed {
    const key = keyOf(change);
    const content = contentOf(change);
    const before = this.#closed.get(key);
    const same = before?.content === content;
    const closed = { obstacle: obstacleOf(error), message: messageOf(error) };
    if (!same) this.#refusals.forget(key);
    const untilMs = this.#clock.monotonic() + this.#waitMs(key, closed.obstacle, error);
    this.#closed.set(key, { ...closed, untilMs, content, sawLock: false });
    const repeated = same && before.obstacle === closed.obstacle && before.message === closed.message;
    return repeated ? { ...closed, repeated } : closed;
  }

  #waitMs(key: string, obstacle: Obstacle, error: unknown): number {
    if (error instanceof WaitError) return error.retryAfterMs;
    const ownMs = (obstacle === 'refused' ? this.#refusals : this.#backoff).next(key);
    return error instanceof TransientError ? Math.max(ownMs, error.retryAfterMs) : ownMs;
  }
}

function obstacleOf(error: unknown): Obstacle {
  if (error instanceof SurplusWaits) return 'unlaunched';
  if (error instanceof WaitError) return 'locked';
  if (error instanceof UnresolvedReference) return 'unresolved';
  return error instanceof TerminalError ? 'refused' : 'unavailable';
}

function keyOf({ kind, app }: Change): string {
  return `${kind} ${app}`;
}

/** What a refusal is about: everything but the words for people, and how many are made at first. */
function contentOf(change: Change): string {
  const { reason: _reason, supersedes: _supersedes, ...content } = { supersedes: '', ...change };
  return JSON.stringify(content.kind === 'create' ? { ...content, instances: 0 } : content);
}
