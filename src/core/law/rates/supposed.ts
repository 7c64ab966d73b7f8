// core: λ, its growth and μ by one supposition of how much λ changes: a Kalman filter that says how well it foretells.

import { clamp } from '../../numbers.ts';
import { LEAST_SERVICE, MOST } from './estimate.ts';

/** λ, its growth and μ with their covariance. */
export interface Supposed {
  readonly l: number;
  readonly g: number;
  readonly m: number;
  readonly ll: number;
  readonly lg: number;
  readonly lm: number;
  readonly gg: number;
  readonly gm: number;
  readonly mm: number;
  /** μ when its variance was last made of it. */
  readonly scale: number;
  /** How well it has foretold: the logarithm of its likelihood beside that of the best, slowly forgotten. */
  readonly fit: number;
}

/** The same in the order of its names, as it is kept: short. */
export type Kept = readonly number[];

export function kept({ l, g, m, ll, lg, lm, gg, gm, mm, scale, fit }: Supposed): Kept {
  return [l, g, m, ll, lg, lm, gg, gm, mm, scale, fit];
}

export function taken(from: Kept): Updating {
  const [l = 0, g = 0, m = 0, ll = 0, lg = 0, lm = 0, gg = 0, gm = 0, mm = 0, scale = 0, fit = 0] = from;
  return { l, g, m, ll, lg, lm, gg, gm, mm, scale, fit };
}

export type Updating = { -readonly [K in keyof Supposed]: Supposed[K] };

/** How large noise is beside what is usual. */
export interface Noise {
  /** So many times as large it is taken to be. */
  readonly times: number;
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
const GROWS_FOR_S = 20;
/** One count speaks no louder than this, in variances. */
const LOUDEST = 16;
const NEWEST_SURPRISE = 0.05;
/** Noise grows with the rates: what was learned while μ was taken to be so much smaller or larger was not as sure as it seemed. */
const ANOTHER_SCALE = 1.3;
const UNSURE = 0.4;

/** Lets time pass: λ grows on, and all are less sure. */
export function drift(f: Updating, { level, growth }: Change, dt: number, served: number): void {
  const scale = Math.max(f.l, 0.3 * f.m * served, 0.3 * f.m);
  const lasting = Math.exp(-dt / GROWS_FOR_S);
  f.l = Math.max(0, f.l + f.g * dt);
  f.ll += 2 * dt * f.lg + dt * dt * f.gg + (level * scale) ** 2 * dt;
  f.lg = lasting * (f.lg + dt * f.gg);
  f.lm += dt * f.gm;
  f.g *= lasting;
  f.gm *= lasting;
  f.gg = lasting * lasting * f.gg + (growth * scale) ** 2 * dt;
  f.mm += (SERVICE_CHANGE * f.m) ** 2 * dt;
}

/** y = hl·λ + hm·μ + noise of variance r. */
export interface Seen {
  readonly y: number;
  readonly hl: number;
  readonly hm: number;
  readonly r: number;
}

/** The usual update. */
export function correct(f: Updating, { y, hl, hm, r }: Seen, noise: Noise): void {
  const e = y - hl * f.l - hm * f.m;
  const pl = f.ll * hl + f.lm * hm;
  const pg = f.lg * hl + f.gm * hm;
  const pm = f.lm * hl + f.mm * hm;
  const own = pl * hl + pm * hm;
  const s = own + r * noise.times;
  noise.odd += NEWEST_SURPRISE * (Math.min(LOUDEST, (e * e) / (own + r)) - noise.odd);
  f.fit -= 0.5 * (Math.log(s) + Math.min(LOUDEST, (e * e) / s));
  f.l += (pl / s) * e;
  f.g += (pg / s) * e;
  f.m = clamp(f.m + (pm / s) * e, f.m / 2, 2 * f.m);
  f.ll -= (pl * pl) / s;
  f.lg -= (pl * pg) / s;
  f.lm -= (pl * pm) / s;
  f.gg -= (pg * pg) / s;
  f.gm -= (pg * pm) / s;
  f.mm -= (pm * pm) / s;
}

/** Keeps it where it can be: positive and finite. */
export function confine(f: Updating): void {
  f.l = clamp(f.l, 0, MOST);
  f.g = clamp(f.g, -MOST, MOST);
  f.m = clamp(f.m, LEAST_SERVICE, MOST);
  f.mm = clamp(f.mm, (0.02 * f.m) ** 2, 4 * f.m * f.m);
  f.ll = clamp(f.ll, 1e-8, MOST);
  f.gg = clamp(f.gg, 1e-10, MOST);
  if (f.m > ANOTHER_SCALE * f.scale || f.m < f.scale / ANOTHER_SCALE) {
    f.scale = f.m;
    f.mm = Math.max(f.mm, (UNSURE * f.m) ** 2);
  }
  const bound = 0.999 * Math.sqrt(f.ll * f.mm);
  // Never -0, which is another number after a look through JSON.
  f.lm = clamp(f.lm, -bound, bound) + 0;
  f.lg += 0;
  f.gm += 0;
  f.g += 0;
}
