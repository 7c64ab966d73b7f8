// core: who serves, who is about to, and how long that takes, as the laws reckon with it.

import { type Levels, type Tally, total } from '../history.ts';
import { deadTimeOf, expectedAsks, type LaunchMemory } from './launches.ts';
import {
  expectedWarmUpMs,
  isUntried,
  type WarmUpMemory,
  warming,
  warmUpMarginMs,
  warmUpMs,
} from './warm-up.ts';

/** Who serves, and how long it takes until another one does. */
export interface InstancePace {
  /** Instances that serve, now and over the recent past. */
  readonly ready: number;
  readonly readyBefore: Levels;
  /** When those that do not serve yet were asked for. */
  readonly pending: Tally;
  readonly deadTimeMs: number;
  /** The part of it that an instance takes from running to serving. */
  readonly warmUpMs: number;
  /** How far off that may be, two deviations. */
  readonly warmUpMarginMs: number;
  /** Whether some warm up of which nobody knows how long that takes. */
  readonly isUntried: boolean;
}

/** What the laws know of the instances' pace: an instance that does not serve yet is as good as one that is started. */
export function paceOf(
  launches: LaunchMemory,
  memory: WarmUpMemory | undefined,
  { ready, nowMs }: { readonly ready: number; readonly nowMs: number },
): InstancePace {
  const { ready: before } = launches;
  const asks = expectedAsks(launches, nowMs);
  const deadTimeMs = deadTimeOf(launches, nowMs);
  if (memory === undefined)
    return {
      ready,
      readyBefore: before,
      pending: asks,
      deadTimeMs,
      warmUpMs: 0,
      warmUpMarginMs: 0,
      isUntried: false,
    };
  const fresh = warming(memory, nowMs);
  const expectedMs = expectedWarmUpMs(memory);
  return {
    ready: ready - total(fresh),
    readyBefore: memory.serving,
    pending:
      fresh.length === 0 ? asks : [...fresh.map(([atMs, n]) => [atMs - deadTimeMs, n] as const), ...asks],
    deadTimeMs: deadTimeMs + expectedMs,
    warmUpMs: warmUpMs(memory),
    warmUpMarginMs: warmUpMarginMs(memory),
    isUntried: isUntried(memory, fresh),
  };
}
