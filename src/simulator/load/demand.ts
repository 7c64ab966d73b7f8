// simulator: chance, drawn once per seed and load: every law then meets the same arrivals and the same bad luck.

import { Chance } from './chance.ts';
import { type Curve, STEP_S } from './curve.ts';

/** One value per step. */
export interface Demand {
  readonly curve: Curve;
  /** Messages that arrive. */
  readonly arrivals: Float64Array;
  /** How fast the work goes, in standard deviations. */
  readonly luck: Float64Array;
  /** Error of a measurement, from -1 to 1. */
  readonly error: Float64Array;
}

/** @param stream tells the queues of one world apart */
export function demandOf(curve: Curve, seed: number, stream = ''): Demand {
  const { steps, rate } = curve;
  const arrive = new Chance(seed, `arrivals ${stream}`);
  const work = new Chance(seed, `service ${stream}`);
  const measure = new Chance(seed, `error ${stream}`);
  const arrivals = new Float64Array(steps);
  const luck = new Float64Array(steps);
  const error = new Float64Array(steps);
  for (let k = 0; k < steps; k++) {
    arrivals[k] = arrive.poisson(k, (rate[k] ?? 0) * STEP_S);
    luck[k] = work.normal(k);
    error[k] = 2 * measure.uniform(k) - 1;
  }
  return { curve, arrivals, luck, error };
}
