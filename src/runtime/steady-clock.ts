// runtime: how much time has passed, where somebody's rights end with it.

import { type Clock, systemClock } from './clock.ts';

/**
 * Goes on from what the system's clock says, and from then on by whichever went further, the system's clock or the
 * machine's count of its uptime: the first may be set back, the second stands still while the machine sleeps.
 */
export function createSteadyClock(
  clocks = { wall: () => systemClock.now(), uptime: () => performance.now() },
): Clock {
  let [wall, uptime, now] = [clocks.wall(), clocks.uptime(), clocks.wall()];
  return {
    now: () => {
      const [wallNow, uptimeNow] = [clocks.wall(), clocks.uptime()];
      now += Math.max(0, wallNow - wall, uptimeNow - uptime);
      [wall, uptime] = [wallNow, uptimeNow];
      return now;
    },
    sleep: systemClock.sleep,
  };
}
