// simulator: one law in one world, from the first step to the last.

import type { Law } from './law/law.ts';
import { World, type WorldOptions } from './world/world.ts';

/** @returns the world as it was left, with all that happened in it */
export function run(law: Law, options: Omit<WorldOptions, 'spare'>): World {
  const world = new World({ ...options, spare: law.spare });
  const driver = law.start();
  while (!world.isOver) {
    world.step();
    driver.step(world);
  }
  return world;
}
