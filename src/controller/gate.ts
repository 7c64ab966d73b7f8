// controller: after a write did not go through, when to try the next one. One gate per app and kind of change.

import type { Change } from '../core/change.ts';
import type { AppObservation } from '../core/observation.ts';
import { Backoff } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { messageOf, TerminalError, UnresolvedReference, WaitError } from '../runtime/errors.ts';
import { SurplusWaits } from '../schedulers/scheduler.ts';

/** How a write that did not happen is told to people. */
export type Obstacle = 'locked' | 'refused' | 'unresolved' | 'unavailable' | 'unlaunched' | 'unkept';

export interface Closed {
  readonly obstacle: Obstacle;
  readonly message: string;
}

interface Entry extends Closed {
  readonly untilMs: number;
  /** The content that was refused: another one may pass at once. */
  readonly content: string;
  /** A lock was seen since: when it is gone, the wait is over. */
  readonly sawLock: boolean;
}

/** Another content may pass at once. */
const BOUND_TO_CONTENT: ReadonlySet<Obstacle> = new Set(['refused', 'unresolved', 'unkept']);
/** A refused content is tried again this much later: the plug-in that was in the way may have changed. */
const REFUSED_RETRY_MS = 60_000;

export class WriteGate {
  readonly #clock: Clock;
  readonly #backoff: Backoff<string>;
  /** For updates that were accepted and have no effect. */
  readonly #patience: Backoff<string>;
  readonly #closed = new Map<string, Entry>();

  constructor(deps: { readonly clock: Clock; readonly random: () => number }) {
    this.#clock = deps.clock;
    this.#backoff = new Backoff({ baseMs: 1_000, maxMs: 30_000, random: deps.random });
    this.#patience = new Backoff({ baseMs: 5_000, maxMs: 600_000, random: deps.random });
  }

  /** Why `change` is not to be tried now; undefined when it may be. */
  check(change: Change): Closed | undefined {
    const entry = this.#closed.get(keyOf(change));
    if (entry === undefined || entry.untilMs <= this.#clock.monotonic()) return undefined;
    if (BOUND_TO_CONTENT.has(entry.obstacle) && entry.content !== contentOf(change)) return undefined;
    return entry;
  }

  /** Once per round and app: a lock that is gone opens its gates at once. */
  look(observed: AppObservation): void {
    const locked = observed.deployments.length > 0;
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
    if (change.kind !== 'update') return;
    // Should the same differences still be there, sending them again and again would restart the app for ever.
    const message = `Marathon took the update of ${change.app} and still shows another ${change.fields.map(({ field }) => field).join(', ')}; does this version of Marathon know the field?`;
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
    const closed = { obstacle: obstacleOf(error), message: messageOf(error) };
    const waitMs =
      error instanceof WaitError
        ? error.retryAfterMs
        : closed.obstacle === 'refused'
          ? REFUSED_RETRY_MS
          : this.#backoff.next(key);
    const untilMs = this.#clock.monotonic() + waitMs;
    this.#closed.set(key, { ...closed, untilMs, content: contentOf(change), sawLock: false });
    return closed;
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

/** What a refusal is about: everything but the words for people. */
function contentOf(change: Change): string {
  const { reason: _reason, supersedes: _supersedes, ...content } = { supersedes: '', ...change };
  return JSON.stringify(content);
}
