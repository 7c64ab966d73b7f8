// simulator: what is asked of one queue over time, before chance has its say.

/** Length of one step of the world. */
export const STEP_MS = 100;
export const STEP_S = STEP_MS / 1000;

/** One value per step. */
export interface Curve {
  readonly steps: number;
  /** λ, messages/s. */
  readonly rate: Float64Array;
  /** What becomes of the service rate: 1 as usual, 0.5 half of it. */
  readonly service: Float64Array;
}

/** @param rateAt messages/s at a time in s; what is below 0 counts as 0 */
export function curveOf(
  durationS: number,
  rateAt: (atS: number) => number,
  serviceAt: (atS: number) => number = () => 1,
): Curve {
  const steps = Math.max(1, Math.round(durationS / STEP_S));
  const rate = new Float64Array(steps);
  const service = new Float64Array(steps);
  for (let k = 0; k < steps; k++) {
    rate[k] = Math.max(0, rateAt(k * STEP_S));
    service[k] = serviceAt(k * STEP_S);
  }
  return { steps, rate, service };
}
