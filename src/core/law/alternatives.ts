// core: what one instance fewer and one more would have meant (docs/design/law.md#what-is-shown).

export interface Outcome {
  /** Messages waiting once what is asked for now has had its effect. */
  readonly waiting: number;
  /** How likely the target is missed then, from 0 to 1. */
  readonly missChance: number;
}

export interface Course {
  /** q_p, messages. */
  readonly predicted: number;
  readonly arrivals: number;
  readonly service: number;
  /** Of the balance of both, messages/s. */
  readonly deviation: number;
  readonly leadS: number;
  readonly horizonS: number;
  /** T. */
  readonly target: number;
}

/**
 * A queue that goes on for H as predicted with `n` instances: what is not known about the rates makes it uncertain by
 * σ·(L + H), and chance by √((λ + 0.5·μ·n)·(L + H)).
 */
export function outcomeOf(course: Course, n: number): Outcome {
  const { predicted, arrivals, service, deviation, leadS, horizonS, target } = course;
  const end = predicted + (arrivals - service * n) * horizonS;
  const overS = leadS + horizonS;
  const spread = Math.hypot(deviation * overS, Math.sqrt((arrivals + 0.5 * service * n) * overS));
  return { waiting: Math.max(0, end), missChance: above((target - end) / Math.max(spread, 1e-9)) };
}

/** The chance that a normal variable is more than z deviations above its mean (Abramowitz and Stegun, 26.2.17). */
export function above(z: number): number {
  if (z < 0) return 1 - above(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return density * series;
}
