// controller: pools whose rounds do not end. What is shown of such a pool is of the last round, and says nothing of now.

import { intervalMsOf } from '../policies/members.ts';
import type { Round } from '../round/round.ts';

/** A round waits for whoever answers slowly: one that takes this long, or so many intervals, is worth a word. */
const SLOW_MS = 3_000;
const SLOW_INTERVALS = 3;
/** After one that took long, so many times as long; but no longer than a round may wait before it gives up. */
const SLOW_GAPS = 2;
const SLOW_AT_MOST_MS = 15_000;

interface Ended {
  /** Monotonic. */
  readonly atMs: number;
  /** Since the epoch. */
  readonly wallMs: number;
  readonly nextWithinMs: number;
  /** That it is overdue was said. */
  readonly isTold: boolean;
}

export interface OverdueRound {
  readonly pool: string;
  /** When the last round ended, ms since the epoch. */
  readonly sinceMs: number;
}

export class OverdueRounds {
  /** Of the pools that have rounds. */
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
    const last = this.#ended.get(pool.key);
    const nextWithinMs = nextRoundWithinMs(intervalMsOf(pool), last && atMs - last.atMs);
    this.#ended.set(pool.key, { atMs, wallMs: atMs + wallAheadMs, nextWithinMs, isTold: false });
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
    for (const [pool, ended] of this.#ended) {
      if (ended.isTold || nowMs - ended.atMs <= ended.nextWithinMs) continue;
      this.#ended.set(pool, { ...ended, isTold: true });
      overdue.push({ pool, sinceMs: ended.wallMs });
    }
    return overdue;
  }
}

/**
 * How long after the last round of such a pool another one has ended.
 *
 * @param gapMs between the last one and the one before it; where there was none, 0
 */
export function nextRoundWithinMs(intervalMs: number, gapMs = 0): number {
  // Rounds that come slowly do come: to say of each that it was overdue is no news, and work for whoever is slow already.
  const slowMs = Math.min(SLOW_GAPS * gapMs, SLOW_AT_MOST_MS);
  return Math.max(SLOW_MS, SLOW_INTERVALS * intervalMs, slowMs);
}
