// simulator: what a law is here: somebody who looks at the world in every step and may ask for other counts.

import type { World } from './world.ts';

export interface Driver {
  /** After each step of the world. */
  step(world: World): void;
}

export interface Law {
  readonly id: string;
  /** One line for people. */
  readonly about: string;
  /** Places beyond the budget that this law is given, as a share of it. */
  readonly spare: number;
  start(): Driver;
}
