// core: λ, its growth and μ by one supposition of how much λ changes: a Kalman filter that says how well it foretells.

import { clamp } from '../../numbers.ts';
import { LEAST_SERVICE, MOST } from './estimate.ts';

/**
 * λ, its growth g and μ with their covariance; μ when its variance was last made of it; and how well the supposition has
 * foretold, the logarithm of its likelihood beside that of the best, slowly forgotten.
 */
export type Supposed = [
  l: number,
  g: number,
  m: number,
  ll: number,
  lg: number,
  lm: number,
  gg: number,
  gm: number,
  mm: number,
  scale: number,
  fit: number,
];

export const L = 0;
export const G = 1;
export const M = 2;
export const LL = 3;
export const LG = 4;
export const LM = 5;
export const GG = 6;
export const GM = 7;
export const MM = 8;
const SCALE = 9;
export const FIT = 10;
/** So many numbers a supposition is. */
export const NUMBERS = 11;

/** How large noise is beside what is usual. */
export interface Noise {
  /** So many times as large it is taken to be. */
  times: number;
  /** Mean of the squared surprises, in usual variances. */
  odd: number;
}

/** How much λ changes by chance in a second, and its growth: shares of λ. */
export interface Change {
  readonly level: number;
  readonly growth: number;
}

/** How much μ changes, which belongs to the program that serves. */
const SERVICE_CHANGE = 0.008;
/** One count speaks no louder than this, in variances. */
const LOUDEST = 16;
const NEWEST_SURPRISE = 0.05;
/** Noise grows with the rates: what was learned while μ was taken to be so much smaller or larger was not as sure as it seemed. */
const ANOTHER_SCALE = 1.3;
const UNSURE = 0.4;

/** What time does to all suppositions alike. */
export interface Passing {
  readonly dt: number;
  /** The share of its growth that λ keeps. */
  readonly growth: number;
}

/** Lets time pass: λ grows on, and all are less sure. */
export function drift(f: Supposed, change: Change, { dt, growth: kept }: Passing, served: number): void {
  const scale = Math.max(f[L], 0.3 * f[M] * served, 0.3 * f[M]);
  const levelNoise = change.level * scale;
  const growthNoise = change.growth * scale;
  const serviceNoise = SERVICE_CHANGE * f[M];
  f[L] = Math.max(0, f[L] + f[G] * dt);
  f[LL] += 2 * dt * f[LG] + dt * dt * f[GG] + levelNoise * levelNoise * dt;
  f[LG] = kept * (f[LG] + dt * f[GG]);
  f[LM] += dt * f[GM];
  f[G] *= kept;
  f[GM] *= kept;
  f[GG] = kept * kept * f[GG] + growthNoise * growthNoise * dt;
  f[MM] += serviceNoise * serviceNoise * dt;
}

/** The usual update by y = hl·λ + hm·μ + noise of variance r; not an object, which would be made nine times an app. */
export function correct(f: Supposed, noise: Noise, y: number, hl: number, hm: number, r: number): void {
  const e = y - hl * f[L] - hm * f[M];
  const pl = f[LL] * hl + f[LM] * hm;
  const pg = f[LG] * hl + f[GM] * hm;
  const pm = f[LM] * hl + f[MM] * hm;
  const own = pl * hl + pm * hm;
  const s = own + r * noise.times;
  noise.odd += NEWEST_SURPRISE * (Math.min(LOUDEST, (e * e) / (own + r)) - noise.odd);
  f[FIT] -= 0.5 * (Math.log(s) + Math.min(LOUDEST, (e * e) / s));
  f[L] += (pl / s) * e;
  f[G] += (pg / s) * e;
  f[M] = clamp(f[M] + (pm / s) * e, f[M] / 2, 2 * f[M]);
  f[LL] -= (pl * pl) / s;
  f[LG] -= (pl * pg) / s;
  f[LM] -= (pl * pm) / s;
  f[GG] -= (pg * pg) / s;
  f[GM] -= (pg * pm) / s;
  f[MM] -= (pm * pm) / s;
}

/** Keeps it where it can be: positive and finite. */
export function confine(f: Supposed): void {
  f[L] = clamp(f[L], 0, MOST);
  f[G] = clamp(f[G], -MOST, MOST);
  f[M] = clamp(f[M], LEAST_SERVICE, MOST);
  f[MM] = clamp(f[MM], 0.0004 * f[M] * f[M], 4 * f[M] * f[M]);
  f[LL] = clamp(f[LL], 1e-8, MOST);
  f[GG] = clamp(f[GG], 1e-10, MOST);
  if (f[M] > ANOTHER_SCALE * f[SCALE] || f[M] < f[SCALE] / ANOTHER_SCALE) {
    f[SCALE] = scaleOf(f[M]);
    f[MM] = Math.max(f[MM], UNSURE * UNSURE * f[M] * f[M]);
  }
  // Never -0, which is another number after a look through JSON.
  f[G] += 0;
  f[LG] = within(f[LG], f[LL], f[GG]) + 0;
  f[LM] = within(f[LM], f[LL], f[MM]) + 0;
  f[GM] = within(f[GM], f[GG], f[MM]) + 0;
}

/** As many digits as it needs: it is remembered, and an app's memory is at most 4 KiB. */
export function scaleOf(service: number): number {
  return Number(service.toPrecision(3));
}

/** A covariance that two variances allow: with a larger one, a sum of both would vary by less than nothing. */
function within(covariance: number, one: number, other: number): number {
  const bound = 0.999 * Math.sqrt(one * other);
  return clamp(covariance, -bound, bound);
}
