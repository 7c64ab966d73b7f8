// programs: a demand that drifts over tens of seconds, so that people see the operator follow it.

import { seededAt } from '../runtime/random.ts';

/** A new direction every so often; between them the curve is smooth. */
const KNOT_MS = 15_000;

export interface Demand {
  /** The mean. */
  readonly messagesPerSecond: number;
  /** How far it strays from the mean, as a share of it: 0 never, 1 from nothing to twice. */
  readonly variation: number;
  readonly seed: number;
}

/**
 * Messages per second, `elapsedMs` after the start: the mean at first, then value noise (random heights at
 * knots, eased between them with Hermite's 3t² − 2t³; Perlin 1985). A pure function of its arguments.
 */
export function demandAt(elapsedMs: number, { messagesPerSecond, variation, seed }: Demand): number {
  const at = Math.max(0, elapsedMs) / KNOT_MS;
  const knot = Math.floor(at);
  const t = at - knot;
  const eased = t * t * (3 - 2 * t);
  const height = heightOf(knot, seed) * (1 - eased) + heightOf(knot + 1, seed) * eased;
  return messagesPerSecond * (1 + variation * height);
}

/** In [-1, 1]; 0 at the start. */
function heightOf(knot: number, seed: number): number {
  return knot === 0 ? 0 : 2 * seededAt(seed, knot) - 1;
}
