// simulator: the nine synthetic loads (docs/design/law.md), as shares of what the pool could serve.

import { Chance } from './chance.ts';
import { type Curve, curveOf } from './curve.ts';

export interface LoadOptions {
  /** Messages/s that the whole pool could serve: slots × μ. */
  readonly capacity: number;
  readonly seed: number;
  /** Default: as long as the load is interesting. */
  readonly durationS?: number;
}

interface Shape {
  readonly about: string;
  readonly durationS: number;
  /** Share of the capacity at a time in s. */
  readonly shareAt: (atS: number) => number;
  readonly serviceAt?: (atS: number) => number;
  /** Of a load that chance has a say in: takes the place of `shareAt`. */
  readonly path?: (seed: number, durationS: number) => (atS: number) => number;
}

/** Share of the capacity that a walk begins with. */
const WALK_START = 0.3;

/**
 *     step-up    15 % → 70 % at 120 s            on-off   65 % and 10 %, a minute each
 *     step-down  70 % → 15 % at 180 s            bursts   15 %, every 120 s for 15 s 65 %
 *     ramp       10 % → 75 % in 300 s            walk     random, 5 % to 75 %
 *     spike      7.5 %, at 180 s for 60 s ten times that
 *     sine       10 % to 70 %, 300 s a period    slow     35 %, from 180 s to 360 s half the service rate
 */
const SHAPES = {
  'step-up': {
    about: 'a step from 15 % to 70 % of capacity',
    durationS: 600,
    shareAt: (t) => (t < 120 ? 0.15 : 0.7),
  },
  'step-down': {
    about: 'a step from 70 % to 15 % of capacity',
    durationS: 600,
    shareAt: (t) => (t < 180 ? 0.7 : 0.15),
  },
  ramp: {
    about: 'a ramp from 10 % to 75 % of capacity within 300 s',
    durationS: 600,
    shareAt: (t) => 0.1 + 0.65 * Math.min(1, Math.max(0, (t - 60) / 300)),
  },
  spike: {
    about: 'ten times the load for 60 s',
    durationS: 600,
    shareAt: (t) => (t >= 180 && t < 240 ? 0.75 : 0.075),
  },
  sine: {
    about: 'a slow sine between 10 % and 70 % of capacity, 300 s a period',
    durationS: 600,
    shareAt: (t) => 0.4 - 0.3 * Math.cos((2 * Math.PI * t) / 300),
  },
  'on-off': {
    about: '10 % and 65 % of capacity in turn, a minute each',
    durationS: 600,
    shareAt: (t) => (Math.floor(t / 60) % 2 === 0 ? 0.1 : 0.65),
  },
  walk: {
    about: 'a random walk between 5 % and 75 % of capacity, a step every 5 s',
    durationS: 600,
    shareAt: () => WALK_START,
    path: walk,
  },
  bursts: {
    about: 'every 120 s a burst of 15 s from 15 % to 65 % of capacity',
    durationS: 600,
    shareAt: (t) => (t % 120 >= 60 && t % 120 < 75 ? 0.65 : 0.15),
  },
  slow: {
    about: '35 % of capacity, with half the service rate from 180 s to 360 s',
    durationS: 600,
    shareAt: () => 0.35,
    serviceAt: (t) => (t >= 180 && t < 360 ? 0.5 : 1),
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type LoadName = keyof typeof SHAPES;

export const LOADS = Object.keys(SHAPES) as readonly LoadName[];

export function isLoad(name: string): name is LoadName {
  return Object.hasOwn(SHAPES, name);
}

export function loadCurve(name: LoadName, { capacity, seed, durationS }: LoadOptions): Curve {
  const shape: Shape = SHAPES[name];
  const lengthS = durationS ?? shape.durationS;
  const shareAt = shape.path?.(seed, lengthS) ?? shape.shareAt;
  return curveOf(lengthS, (t) => capacity * shareAt(t), shape.serviceAt);
}

const WALK_STEP_S = 5;

/** Steps of standard deviation 5 % of capacity, reflected at the bounds. */
function walk(seed: number, durationS: number): (atS: number) => number {
  const chance = new Chance(seed, 'walk');
  const path = [WALK_START];
  for (let i = 0; i < durationS / WALK_STEP_S; i++)
    path.push(reflect((path.at(-1) ?? WALK_START) + 0.05 * chance.normal(i), 0.05, 0.75));
  return (atS) => path[Math.floor(atS / WALK_STEP_S)] ?? 0;
}

function reflect(value: number, low: number, high: number): number {
  if (value < low) return Math.min(high, 2 * low - value);
  return value > high ? Math.max(low, 2 * high - value) : value;
}
