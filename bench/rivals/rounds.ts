// bench: when a controller has its rounds.

import { STEP_MS } from '../../src/simulator/load/curve.ts';
import type { World } from '../../src/simulator/world/world.ts';

/** Whether this step is one in which the controller looks: every `intervalMs`, the first step included. */
export function isRound({ k, options }: World): boolean {
  return (k * STEP_MS) % options.intervalMs < STEP_MS;
}
