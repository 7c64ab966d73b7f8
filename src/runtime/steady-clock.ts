// runtime: how much time has passed, for rights that end with time (a Lease, a token).

import { uptime } from 'node:os';
import { type Clock, systemClock } from './clock.ts';

/**
 * A clock whose monotonic reading also counts the time in which the machine slept: what others take away meanwhile is
 * gone when it wakes. `awake` may stand still then; `uptime` does not, and both are deaf to a clock that is set.
 */
export function createSteadyClock(
  counts = { awake: () => performance.now(), uptime: () => uptime() * 1_000 },
): Clock {
  const startMs = systemClock.monotonic();
  const [awake, up] = [counts.awake(), counts.uptime()];
  return {
    ...systemClock,
    monotonic: () => startMs + Math.max(counts.awake() - awake, counts.uptime() - up),
  };
}
