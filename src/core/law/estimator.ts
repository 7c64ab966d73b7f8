// core: arrivals and service rate from what a queue does: a two-state Kalman filter (control.md §1).

import { clamp } from '../numbers.ts';

/** λ and μ with their covariance, and what the next update compares with. */
export interface Estimate {
  /** λ, messages/s. */
  readonly arrivals: number;
  /** μ, messages/s per instance. */
  readonly service: number;
  /** P_λλ. */
  readonly varArrivals: number;
  /** P_μμ. */
  readonly varService: number;
  /** P_λμ. */
  readonly covariance: number;
  /** When the queue was last counted, and what it was. */
  readonly atMs: number;
  readonly waiting: number;
  /** Cumulative arrivals then, where the source counts them. */
  readonly arrived?: number;
  /** Whether that count was above the noise. */
  readonly busy: boolean;
  /** 20 s mean of the ready count. */
  readonly meanReady: number;
  /** CUSUM of the normalised innovation, upwards and downwards. */
  readonly above: number;
  readonly below: number;
}

/** One count of the queue. */
export interface Measurement {
  readonly atMs: number;
  readonly waiting: number;
  /** n̄: instances that served since the last count, on average. */
  readonly served: number;
  /** The count up to which the queue is as good as empty: max(1, 0.01·T). */
  readonly emptyBelow: number;
  /** Instances that are working, from messages in flight; absent when unknown. */
  readonly working?: number;
  readonly arrived?: number;
}

/** Process noise, control.md §1. */
const ARRIVALS_DRIFT = 0.05;
const SERVICE_DRIFT = 1e-4;
/** Counting noise: a share of the queue, and its floor in messages. */
const COUNT_NOISE_SHARE = 0.03;
const COUNT_NOISE = 0.7;
const MEAN_READY_S = 20;
/** μ is learned only while the ready count differs this much from its mean. */
const MOVED = 0.1;
const CUSUM_DRIFT = 0.5;
const CUSUM_LIMIT = 5;
const LEAST_SERVICE = 1e-4;
const MOST = 1e9;

/** Before anything was measured: μ as guessed, its deviation as large as itself when the guess is ours. */
export function firstEstimate(m: Measurement, serviceRate: number | undefined): Estimate {
  const service = serviceRate ?? 1;
  const working = m.working ?? m.served;
  return {
    arrivals: m.waiting <= m.emptyBelow ? service * working : service * m.served,
    service,
    varArrivals: (service * Math.max(1, m.served)) ** 2,
    varService: (serviceRate === undefined ? service : 0.3 * service) ** 2,
    covariance: 0,
    atMs: m.atMs,
    waiting: m.waiting,
    ...(m.arrived !== undefined && { arrived: m.arrived }),
    busy: m.waiting > m.emptyBelow,
    meanReady: m.served,
    above: 0,
    below: 0,
  };
}

/** The filter while it is being updated. */
interface Filter {
  l: number;
  m: number;
  ll: number;
  mm: number;
  lm: number;
}

/** One observation y = hλ·λ + hμ·μ + noise of variance r. */
interface Observation {
  readonly y: number;
  readonly hl: number;
  readonly hm: number;
  readonly r: number;
}

/** Takes in a new count; one that is not newer than the last changes nothing. */
export function update(before: Estimate, now: Measurement): Estimate {
  const dt = (now.atMs - before.atMs) / 1000;
  if (!(dt > 0)) return before;
  const { served } = now;
  const meanReady = before.meanReady + (served - before.meanReady) * (1 - Math.exp(-dt / MEAN_READY_S));
  const moved = Math.abs(served - before.meanReady) > MOVED * before.meanReady;
  const busy = now.waiting > now.emptyBelow;

  const f = drift(before, served, dt);
  const z = observe(f, { before, now, dt, served, moved, busy });
  const cusum = alarm(f, before, { z, moved });
  confine(f, { served, idle: !busy && !before.busy });
  return {
    arrivals: f.l,
    service: f.m,
    varArrivals: f.ll,
    varService: f.mm,
    covariance: f.lm,
    atMs: now.atMs,
    waiting: now.waiting,
    ...(now.arrived !== undefined && { arrived: now.arrived }),
    busy,
    meanReady,
    ...cusum,
  };
}

function drift(before: Estimate, served: number, dt: number): Filter {
  const { arrivals: l, service: m } = before;
  return {
    l,
    m,
    ll: before.varArrivals + ARRIVALS_DRIFT * Math.max(l, 0.3 * m * served, m) * dt,
    mm: before.varService + SERVICE_DRIFT * m * m * dt,
    lm: before.covariance,
  };
}

interface Interval {
  readonly before: Estimate;
  readonly now: Measurement;
  readonly dt: number;
  /** n̄: instances that served, on average. */
  readonly served: number;
  readonly moved: boolean;
  readonly busy: boolean;
}

/** Picks what this interval can tell; returns the normalised innovation of the arrivals, 0 when it told nothing. */
function observe(f: Filter, i: Interval): number {
  const counted = i.now.arrived !== undefined && i.before.arrived !== undefined;
  if (counted) return observeCounter(f, i, (i.now.arrived ?? 0) - (i.before.arrived ?? 0));
  const change = (i.now.waiting - i.before.waiting) / i.dt;
  const predicted = i.before.waiting + (f.l - f.m * i.served) * i.dt;
  const emptied = i.before.busy && !i.busy && i.now.waiting < predicted;
  if ((i.busy && i.before.busy) || emptied) {
    // y = Δq/Δ = λ − μ·n̄
    return correct(f, { y: change, hl: 1, hm: -i.served, r: queueNoise(f, i) }, i.moved);
  }
  if (!i.busy && i.now.working !== undefined) {
    // Little's law on an empty queue: λ = μ · working
    const { working } = i.now;
    const r = f.m * f.m * (working + 0.5) * Math.max(1, 2 / (f.m * i.dt));
    return correct(f, { y: 0, hl: 1, hm: -working, r }, false);
  }
  return i.busy ? correct(f, { y: change, hl: 1, hm: -i.served, r: 4 * queueNoise(f, i) }, false) : 0;
}

/** R = (λ + 0.5·μ·n̄)/Δ + 2·(0.03·q + 0.7)²/Δ², with the last q, so that a longer queue never weighs less. */
function queueNoise(f: Filter, { before, dt, served }: Interval): number {
  const counting = COUNT_NOISE_SHARE * before.waiting + COUNT_NOISE;
  return (f.l + 0.5 * f.m * served) / dt + (2 * counting * counting) / (dt * dt);
}

/** A counter tells λ = ΔA/Δ, and a busy interval then tells μ = (ΔA − Δq)/(n̄·Δ). */
function observeCounter(f: Filter, i: Interval, arrived: number): number {
  if (arrived < 0) return 0; // the counter began again
  const z = correct(f, { y: arrived / i.dt, hl: 1, hm: 0, r: Math.max(f.l, 1 / i.dt) / i.dt }, false);
  if (i.busy && i.before.busy && i.served > 0) {
    const done = Math.max(0, arrived - (i.now.waiting - i.before.waiting)) / i.dt;
    const counting = COUNT_NOISE_SHARE * i.before.waiting + COUNT_NOISE;
    const r = (0.5 * f.m * i.served) / i.dt + (2 * counting * counting) / (i.dt * i.dt);
    correct(f, { y: done, hl: 0, hm: i.served, r }, true);
  }
  return z;
}

/**
 * The Kalman update in Joseph's form, which stays right when the gain of μ is set to nothing. That is done
 * while n̄ hardly moves: then λ and μ cannot be told apart (control.md §1).
 */
function correct(f: Filter, { y, hl, hm, r }: Observation, learnService: boolean): number {
  const innovation = y - (hl * f.l + hm * f.m);
  const pl = f.ll * hl + f.lm * hm;
  const pm = f.lm * hl + f.mm * hm;
  const s = hl * pl + hm * pm + r;
  const kl = pl / s;
  const km = learnService ? pm / s : 0;
  f.l += kl * innovation;
  f.m += km * innovation;
  // P' = (I − K·H)·P·(I − K·H)ᵀ + K·r·Kᵀ
  const a = 1 - kl * hl;
  const b = -kl * hm;
  const c = -km * hl;
  const d = 1 - km * hm;
  const { ll, lm, mm } = f;
  f.ll = a * a * ll + 2 * a * b * lm + b * b * mm + kl * kl * r;
  f.lm = a * c * ll + (a * d + b * c) * lm + b * d * mm + kl * km * r;
  f.mm = c * c * ll + 2 * c * d * lm + d * d * mm + km * km * r;
  return innovation / Math.sqrt(s);
}

/** CUSUM: innovations that lean one way for long mean that the model is behind; then doubt it more. */
function alarm(
  f: Filter,
  before: Estimate,
  { z, moved }: { readonly z: number; readonly moved: boolean },
): { readonly above: number; readonly below: number } {
  const above = Math.max(0, before.above + z - CUSUM_DRIFT);
  const below = Math.max(0, before.below - z - CUSUM_DRIFT);
  if (above <= CUSUM_LIMIT && below <= CUSUM_LIMIT) return { above, below };
  const uncertain = Math.sqrt(f.mm) > 0.3 * f.m;
  if (moved && uncertain) f.mm += (0.5 * f.m) ** 2;
  else f.ll += (0.5 * Math.max(f.l, f.m)) ** 2;
  return { above: 0, below: 0 };
}

/** Keeps the estimate where it can be: positive, finite, and λ no more than a queue that stays empty allows. */
function confine(f: Filter, { served, idle }: { readonly served: number; readonly idle: boolean }): void {
  f.m = clamp(f.m, LEAST_SERVICE, MOST);
  f.l = clamp(f.l, 0, idle ? Math.max(f.m * served, LEAST_SERVICE) : MOST);
  f.mm = clamp(f.mm, 1e-8 * f.m * f.m, 4 * f.m * f.m);
  f.ll = clamp(f.ll, 1e-8, Math.max(1, 4 * f.l * f.l, (f.m * Math.max(1, served)) ** 2));
  const bound = 0.999 * Math.sqrt(f.ll * f.mm);
  f.lm = clamp(f.lm, -bound, bound);
}
