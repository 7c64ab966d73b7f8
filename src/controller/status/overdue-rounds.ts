// controller: pools whose rounds do not end. What is shown of such a pool is of the last round, and says nothing of now.

import { intervalMsOf } from '../policies/members.ts';
import type { Round } from '../round/round.ts';

/** A round waits for whoever answers slowly: one that takes this long, or so many intervals, is worth a word. */
const SLOW_MS = 3_000;
const SLOW_INTERVALS = 3;

interface Ended {
  /** Monotonic. */
  readonly atMs: number;
  /** Since the epoch. */
  readonly wallMs: number;
  readonly nextWithinMs: number;
}

export interface OverdueRound {
  readonly pool: string;
  /** When the last round ended, ms since the epoch. */
  readonly sinceMs: number;
}

export class OverdueRounds {
  /** Of the pools that have rounds, and are not known to be overdue. */
  readonly #ended = new Map<string, Ended>();

  /**
   * A round in which nobody looked at anything is followed by none.
   *
   * @param atMs monotonic
   */
  ended({ pool, wallAheadMs, assessments, elsewhere }: Round, atMs: number): void {
    if (elsewhere === true || assessments.length === 0) {
      this.#ended.delete(pool.key);
      return;
    }
    const nextWithinMs = nextRoundWithinMs(intervalMsOf(pool));
    this.#ended.set(pool.key, { atMs, wallMs: atMs + wallAheadMs, nextWithinMs });
  }

  forget(pool: string): void {
    this.#ended.delete(pool);
  }

  keepOnly(pools: ReadonlySet<string>): void {
    for (const pool of this.#ended.keys()) if (!pools.has(pool)) this.#ended.delete(pool);
  }

  /**
   * Those that became overdue since the last call.
   *
   * @param nowMs monotonic
   */
  take(nowMs: number): readonly OverdueRound[] {
    const overdue: OverdueRound[] = [];
    for (const [pool, { atMs, wallMs, nextWithinMs }] of this.#ended) {
      if (nowMs - atMs <= nextWithinMs) continue;
      this.#ended.delete(pool);
      overdue.push({ pool, sinceMs: wallMs });
    }
    return overdue;
  }
}

/** How long after the last round of such a pool another one has ended. */
export function nextRoundWithinMs(intervalMs: number): number {
  return Math.max(SLOW_MS, SLOW_INTERVALS * intervalMs);
}
