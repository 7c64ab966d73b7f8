// core: the normal distribution, from its tables (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2).

import { clamp } from '../numbers.ts';

export function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** The chance that a normal variable is more than z deviations above its mean (26.2.17). */
export function above(z: number): number {
  if (z < 0) return 1 - above(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return density(z) * series;
}

/** Chances closer to 0 or 1 are as good as these. */
const LEAST_CHANCE = 1e-6;

/** So many deviations above its mean a normal variable is with this chance (26.2.23, within 0.0005). */
export function deviationsAbove(chance: number): number {
  if (chance > 0.5) return -deviationsAbove(1 - chance);
  const t = Math.sqrt(-2 * Math.log(clamp(chance, LEAST_CHANCE, 0.5)));
  const over = 2.515517 + t * (0.802853 + t * 0.010328);
  const under = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - over / under;
}
