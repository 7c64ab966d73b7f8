// bench: the world that is run twice, once in virtual time and once in real time: ten slots and loads that change
// within 12 to 60 s, from a cold start. It is a cell of the fast suite.

import type { Demand } from '../../src/simulator/load/demand.ts';
import type { Cell } from '../fast/cells.ts';
import { FAST_LOAD_NAMES } from '../fast/loads.ts';
import { type FastWorld, fastWorld } from '../fast/world.ts';
import { VirtualQueue } from './virtual-queue.ts';
import { workQueue } from './work-queue.ts';

const CELL: Cell = { slots: 10, serviceRate: 5, startS: 2, scaleS: 12, start: 'cold', pollS: 0.5 };

export const REALITY_LOADS: readonly string[] = FAST_LOAD_NAMES;

export function realityOptions(load: string, seed: number): FastWorld['options'] {
  return fastWorld(CELL, load, seed).options;
}

/** The same with the very messages of the real run, in place of a queue that is worked off in bulk. */
export function messageByMessage(options: FastWorld['options'], seed: number): FastWorld['options'] {
  const apps = options.apps.map((app) => ({
    ...app,
    queue: (demand: Demand) => new VirtualQueue(workQueue(demand, options, seed)),
  }));
  return { ...options, apps };
}
