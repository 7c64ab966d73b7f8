// core: what every law is asked and what it answers.

import type { FallWorth } from '../demand/giving-back/idle.ts';
import type { Levels, Tally } from '../demand/history.ts';
import type { LaunchTimes } from '../demand/launches/launches.ts';
import type { Messages } from '../demand/messages.ts';

/** What is to be kept: at most this many messages waiting, or at most this long a wait. */
export type Goal =
  | { readonly kind: 'queueLength'; readonly messages: number }
  | { readonly kind: 'drainTime'; readonly ms: number }
  | { readonly kind: 'messageAge'; readonly ms: number };

export interface LawInput {
  readonly nowMs: number;
  /** When the messages were counted. */
  readonly atMs: number;
  readonly messages: Messages;
  /** The count asked for now: the scheduler's, or more while a hand-over is under way. */
  readonly asked: number;
  /** The fewest that it may have; absent: none. */
  readonly least?: number | undefined;
  /** The most that it may have; absent where nothing bounds it. */
  readonly most?: number | undefined;
  /** Instances that serve. */
  readonly ready: number;
  /** The same over the recent past. */
  readonly readyBefore: Levels;
  /** Instances that run, some of them perhaps not serving, over the recent past; absent where it is told who works. */
  readonly runningBefore?: Levels | undefined;
  /** When those of `asked` that do not serve yet were asked for. */
  readonly pending: Tally;
  /** Mean time from asking to serving. */
  readonly deadTimeMs: number;
  /** How long launches took, without the part that follows; absent while none was seen. */
  readonly launchTimes?: LaunchTimes | undefined;
  /** The part of that from running to serving; absent where it is not known. */
  readonly warmUpMs?: number;
  /** How far off that may be, two deviations; absent where it is not known. */
  readonly warmUpMarginMs?: number;
  /** Whether instances run that do not serve yet, and nobody knows how long that takes; absent: no. */
  readonly isUntried?: boolean;
  /** Whether nobody ever told which of the instances that run work; absent: no. */
  readonly isUntold?: boolean;
  /** One of several targets of its app: its memory has no room for all that could be supposed. */
  readonly isBeside?: boolean;
  /** False while a change of the count is still on its way. */
  readonly settled: boolean;
  /** How long a lower need must last, where the policy says so. */
  readonly giveBackAfterMs: number | undefined;
  /** ε: the share of time that may be above the target. Less of it never wants fewer instances. */
  readonly missTolerance: number;
}

/** Where nobody says how often a target may be missed. */
export const DEFAULT_MISS_TOLERANCE = 0.05;

/** For laws that do not know how long a start takes. */
export const HOLD_MS = 10_000;

export interface LawResult<Memory> {
  readonly wanted: number;
  /** The lowest count that the law could do with now; scaling in waits for the largest of the recent ones. */
  readonly need: number;
  /** How long a lower need must last by this law's own reckoning. */
  readonly holdMs: number;
  /** The same where needs last long, so that what is given back is not soon needed again; absent: no less. */
  readonly leastHoldMs?: number;
  /** What a fall has to be worth by its reckoning; absent: nothing. */
  readonly fallWorth?: FallWorth | undefined;
  readonly memory: Memory;
  readonly figures: Readonly<Record<string, number>>;
  /** A clause with the numbers that made `wanted`. */
  readonly reason: string;
}
