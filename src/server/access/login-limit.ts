// server: how often somebody may guess a token.

import type { Clock } from '../../runtime/clock.ts';

/** So many wrong ones at once, and then one more after each pause. */
const BURST = 5;
const PAUSE_MS = 5_000;
/** Addresses that are remembered; the oldest make room. */
const MAX_ADDRESSES = 10_000;

/** A bucket for each address that fills again with time: whoever knows the token does not notice. */
export class LoginLimit {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** When the bucket of an address is full again. */
  readonly #fullAtMs = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** How long the address has to wait before it may try; 0: not at all. */
  waitMs(address: string): number {
    const owedMs = (this.#fullAtMs.get(address) ?? 0) - this.#clock.monotonic();
    return Math.max(0, owedMs - (BURST - 1) * PAUSE_MS);
  }

  /** The address sent a token that is none. */
  failed(address: string): void {
    const nowMs = this.#clock.monotonic();
    const fullAtMs = Math.max(nowMs, this.#fullAtMs.get(address) ?? 0) + PAUSE_MS;
    this.#fullAtMs.delete(address);
    const oldest = this.#fullAtMs.keys().next();
    if (this.#fullAtMs.size >= MAX_ADDRESSES && !oldest.done) this.#fullAtMs.delete(oldest.value);
    this.#fullAtMs.set(address, fullAtMs);
  }
}
