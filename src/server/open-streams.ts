// server: the answers that go on: how many there may be, and that none outlives the token it was opened with.

import type { Clock } from '../runtime/clock.ts';
import type { Grant } from './access/access.ts';

/** A revoked token's streams end this soon. */
const LOOK_EVERY_MS = 1_000;

/** Why a stream ends at once, whatever was still to be sent. */
export class GrantEnded extends Error {}

export interface OpenStreamsOptions {
  readonly clock: Clock;
  /** Open at once. */
  readonly most: number;
  /** Ends all of them. */
  readonly signal: AbortSignal;
}

export interface OpenStream {
  /** Aborts when the grant is over, or the server ends. */
  readonly signal: AbortSignal;
  /** The stream is over. Idempotent. */
  end(): void;
}

export class OpenStreams {
  readonly #options: OpenStreamsOptions;
  readonly #open = new Map<AbortController, Grant>();
  /** While there is a grant that may end. */
  #isLooking = false;

  constructor(options: OpenStreamsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Undefined when there are too many already. */
  begin(grant: Grant): OpenStream | undefined {
    const { most, signal } = this.#options;
    if (this.#open.size >= most) return undefined;
    const over = new AbortController();
    this.#open.set(over, grant);
    if (grant.by !== 'machine') void this.#look();
    return {
      signal: AbortSignal.any([signal, over.signal]),
      end: () => void this.#open.delete(over),
    };
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { clock, signal } = this.#options;
    try {
      while ([...this.#open.values()].some(({ by }) => by !== 'machine')) {
        await clock.sleep(LOOK_EVERY_MS, signal);
        this.#endRevoked();
      }
    } catch {
      // The server ends, and every stream with it.
    } finally {
      this.#isLooking = false;
    }
  }

  #endRevoked(): void {
    for (const [over, grant] of this.#open) {
      if (this.#holds(grant)) continue;
      this.#open.delete(over);
      over.abort(new GrantEnded('the token was revoked, or the session is over'));
    }
  }

  /** A store that cannot be read says nothing about a token: whoever is in stays until it can. */
  #holds(grant: Grant): boolean {
    try {
      return grant.holds();
    } catch {
      return true;
    }
  }
}
