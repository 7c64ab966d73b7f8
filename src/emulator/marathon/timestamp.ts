// emulator: points in time as Marathon writes them.

import type { Clock } from '../../runtime/clock.ts';

/** UTC with three fraction digits, from ms since the epoch. */
export function timestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** ms since the epoch of a timestamp with any number of fraction digits and its zone; undefined when it is none. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Names versions by the time at which they came to be; no two get the same name. */
export class VersionClock {
  readonly #clock: Clock;
  #lastMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    this.#lastMs = Math.max(this.#clock.now(), this.#lastMs + 1);
    return timestamp(this.#lastMs);
  }
}
