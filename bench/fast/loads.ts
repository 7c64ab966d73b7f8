// bench: seven loads that change within a time scale τ, as shares of what the pool could serve.

import { Chance } from '../../src/simulator/load/chance.ts';
import { type Curve, curveOf } from '../../src/simulator/load/curve.ts';

interface FastLoad {
  readonly name: string;
  /** Share of the capacity at a time in τ; `path` is a random walk of its own for each seed. */
  readonly shareAt: (t: number, path: (t: number) => number) => number;
}

/**
 *     step-up    15 % → 70 % at 2 τ            square  10 % and 65 % in turn, a τ each
 *     step-down  70 % → 15 % at 2.5 τ          sine    10 % to 70 %, 4 τ a period
 *     ramp       10 % → 75 % in 3 τ and back   walk    random, 5 % to 75 %, a step every τ/5
 *     spike      7.5 %, at 3 τ for one τ ten times that
 */
const FAST_LOADS: readonly FastLoad[] = [
  { name: 'step-up', shareAt: (t) => (t < 2 ? 0.15 : 0.7) },
  { name: 'step-down', shareAt: (t) => (t < 2.5 ? 0.7 : 0.15) },
  { name: 'ramp', shareAt: (t) => 0.1 + 0.65 * Math.max(0, 1 - Math.abs(t - 4) / 3) },
  { name: 'spike', shareAt: (t) => (t >= 3 && t < 4 ? 0.75 : 0.075) },
  { name: 'square', shareAt: (t) => (Math.floor(t) % 2 === 0 ? 0.1 : 0.65) },
  { name: 'sine', shareAt: (t) => 0.4 - 0.3 * Math.cos((Math.PI * t) / 2) },
  { name: 'walk', shareAt: (t, path) => path(t) },
];

export const FAST_LOAD_NAMES: readonly string[] = FAST_LOADS.map(({ name }) => name);

/** How long a load counts, in τ: 90 s for the shortest. */
export const JUDGED = 7.5;

export interface FastLoadOptions {
  /** Messages/s that the whole pool could serve. */
  readonly capacity: number;
  readonly scaleS: number;
  /** How long the load goes on at its first level before it counts. */
  readonly warmUpS: number;
  readonly seed: number;
}

export function fastCurve(name: string, { capacity, scaleS, warmUpS, seed }: FastLoadOptions): Curve {
  const load = FAST_LOADS.find((each) => each.name === name);
  if (load === undefined) throw new RangeError(`no fast load is called ${name}`);
  const path = walk(seed);
  return curveOf(
    warmUpS + JUDGED * scaleS,
    (atS) => capacity * load.shareAt(Math.max(0, atS - warmUpS) / scaleS, path),
  );
}

const STEPS_PER_SCALE = 5;

function walk(seed: number): (t: number) => number {
  const chance = new Chance(seed, 'fast walk');
  const path = [0.3];
  for (let i = 0; i <= JUDGED * STEPS_PER_SCALE; i++)
    path.push(reflect((path.at(-1) ?? 0.3) + 0.1 * chance.normal(i)));
  return (t) => path[Math.floor(t * STEPS_PER_SCALE)] ?? 0.3;
}

function reflect(share: number): number {
  if (share < 0.05) return Math.min(0.75, 0.1 - share);
  return share > 0.75 ? Math.max(0.05, 1.5 - share) : share;
}
