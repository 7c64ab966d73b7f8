// core: when a fall is worth a change (docs/design/law.md#decision).

import { rounded } from '../../../api/words/figures.ts';

/** Instance-seconds that were not needed since the count was last changed, and when that was last looked at. */
export type Idle = readonly [atMs: number, instanceS: number, asked: number];

/** What a fall has to be worth. */
export interface FallWorth {
  /** So many instance-seconds are to have been idle. */
  readonly instanceS: number;
  /** … or will have been, s from now: nobody looks before. */
  readonly nextS: number;
  /** How many changes a minute there were lately, where that made it more; absent where it did not. */
  readonly changesPerMin?: number;
}

export interface Fall {
  readonly asked: number;
  readonly wanted: number;
  readonly nowMs: number;
}

/**
 * What idle instances cost grows as long as one waits, and a change costs the same whenever it is made: waiting is to cost
 * about as much as a change does (the rental of skis). So the few that are needed no more wait for more of them, and many
 * go at once.
 */
export function followIdle(memory: Idle | undefined, { asked, wanted, nowMs }: Fall): Idle {
  const since = memory !== undefined && memory[2] === asked && memory[0] <= nowMs ? memory : undefined;
  const more = since === undefined ? 0 : ((asked - wanted) * (nowMs - since[0])) / 1000;
  return [nowMs, rounded(Math.min(MOST, (since?.[1] ?? 0) + more)), asked];
}

export function isWorthAChange(
  [, instanceS]: Idle,
  { asked, wanted }: Fall,
  { instanceS: least, nextS }: FallWorth,
): boolean {
  return instanceS + (asked - wanted) * nextS >= least;
}

/** More than these is nothing that was counted here. */
const MOST = 1e12;

export function isIdle(raw: unknown): raw is Idle {
  return Array.isArray(raw) && raw.length === 3 && raw.every((n) => typeof n === 'number' && n >= 0);
}
