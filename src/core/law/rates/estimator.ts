// core: arrivals and service rate from what a queue does: a two-state Kalman filter (docs/design/law.md#estimation).

import { clamp } from '../../numbers.ts';
import { type Estimate, LEAST_SERVICE, type Measurement, MOST, type ServiceRate } from './estimate.ts';
import type { Filter } from './filter.ts';
import { isGuessed, rescaled, scaled } from './first-guess.ts';
import { COUNT_NOISE_SHARE, type Interval, observe } from './observe.ts';
import { followTrial, isTrying } from './trial.ts';
import { followUnseen, isUnseen } from './unseen.ts';

/** Process noise, docs/design/law.md#estimation: that of λ as a number of messages, and as a share of λ. */
const ARRIVALS_DRIFT = 0.03;
const ARRIVALS_DRIFT_SHARE = 0.001;
const SERVICE_DRIFT = 1e-4;
/** That of μ while the ready count moves: `correct` lets only half of what could be learned then be learned. */
const SERVICE_DRIFT_MOVING = 3e-4;
const MEAN_READY_S = 20;
/** Without messages in flight, μ is learned only while the ready count differs this much from its mean. */
const MOVED = 0.1;
const PROVEN_SHARE = 0.8;
const PROVEN_FOR_S = 300;
const PROVEN_NOISE = 0.7;

/** The filter that is being updated: what is known is read into it, and written from it into another estimate. */
const f: Filter = { l: 0, m: 0, ll: 0, mm: 0, lm: 0, above: 0, below: 0 };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A rate that was not measured for a while loses certainty at the rate of the filter's own process noise. */
export function ageServiceRate({ rate, doubt }: ServiceRate, forMs: number): ServiceRate {
  return { rate, doubt: Math.sqrt(doubt * doubt + (SERVICE_DRIFT * forMs) / 1000) };
}

/**
 * Takes in a new count; one that is not newer than the last changes nothing.
 *
 * A longer queue never means a smaller λ or a larger μ, for it must not yield fewer instances. What two ways of
 * reading make of two counts that differ by one message need not be in that order: which one applies is therefore
 * settled by what was known before the count, or by the sign of the surprise, where both mean no change at all.
 */
export function update(known: Estimate, now: Measurement): Estimate {
  const dt = (now.atMs - known.atMs) / 1000;
  if (!(dt > 0)) return known;
  const before = scaledBy(known, now);
  const { served } = now;
  const moved = Math.abs(served - before.meanReady) > MOVED * before.meanReady;
  drift(f, before, { served, dt, moved });
  const busy = now.waiting > now.emptyBelow;
  const expected = before.waiting + (f.l - f.m * served) * dt;
  const isTried = isTrying(before, now);
  const interval: Interval = { before, now, dt, busy, expected, moved, isTried };
  observe(f, interval);
  // So much more came than was known of: so unsure is it how many more will.
  const more = Math.max(0, grownBy(interval) - f.l);
  f.l += more;
  f.ll += more * more;
  const proven = provenBy(interval);
  confine(f, interval, proven);
  const estimate: Writable<Estimate> = {
    arrivals: f.l,
    service: f.m,
    varArrivals: f.ll,
    varService: f.mm,
    covariance: f.lm,
    atMs: now.atMs,
    waiting: now.waiting,
    working: now.working,
    ready: now.ready,
    arrived: now.arrived,
    headMs: now.head?.insertedAtMs,
    busy,
    meanReady: before.meanReady + (served - before.meanReady) * (1 - Math.exp(-dt / MEAN_READY_S)),
    proven,
    above: f.above,
    below: f.below,
  };
  const trial = followTrial(before, now, isTried);
  if (trial !== undefined) estimate.trial = trial;
  // Not spread from what is mostly absent: that takes longer than all the others, in every round.
  if (before.first !== undefined) estimate.first = before.first;
  else if (isUnseen(now)) {
    const { unseen, behind } = followUnseen(before, now);
    estimate.unseen = unseen;
    // What was taken tells more, as long as it is told: a queue that runs empty shows nobody its front.
    if (behind !== undefined && now.taken === undefined) estimate.behind = behind;
  }
  return estimate;
}

function scaledBy(known: Estimate, now: Measurement): Estimate {
  if (known.first !== undefined) return scaled(known, known.first, now);
  return isGuessed(known) ? rescaled(known, now.most) : known;
}

/** What the law decides by: where nobody counts those that are worked on, what was supposed of them. */
export function actedBy(estimate: Estimate): Estimate {
  const { behind } = estimate;
  if (behind === undefined) return estimate;
  const { arrivals, service, varArrivals, varService, covariance } = behind;
  return { ...estimate, arrivals, service, varArrivals, varService, covariance };
}

function drift(
  into: Filter,
  before: Estimate,
  { served, dt, moved }: { readonly served: number; readonly dt: number; readonly moved: boolean },
): void {
  const { arrivals: l, service: m } = before;
  const scale = Math.max(l, 0.3 * m * served, m);
  into.l = l;
  into.m = m;
  into.ll = before.varArrivals + (ARRIVALS_DRIFT + ARRIVALS_DRIFT_SHARE * scale) * scale * dt;
  into.mm = before.varService + (moved ? SERVICE_DRIFT_MOVING : SERVICE_DRIFT) * m * m * dt;
  into.lm = before.covariance;
  into.above = before.above;
  into.below = before.below;
}

/** What the queue grew by has come: where nothing counts it, (Δ(waiting + working) less its noise) / Δ is a lower bound of λ. */
function grownBy({ before, now, dt }: Interval): number {
  const grown =
    now.waiting - before.waiting + (takenMore(before, now) ?? Math.min(0, now.ready - before.ready));
  if (grown <= 0 || now.arrived !== undefined) return 0;
  return (grown - 3 * provenNoise(before) - 2 * Math.sqrt(grown)) / dt;
}

/** What left the queue was served: (−Δ(waiting + working) less its noise) / (n̄·Δ) is a lower bound of μ, n̄ being as many as may have served. */
function provenBy({ before, now, dt }: Interval): number {
  const faded = before.proven * Math.exp(-dt / PROVEN_FOR_S);
  const most = Math.max(now.served, now.servedAtMost ?? 0);
  if (most < 0.5) return faded;
  const fallen =
    before.waiting - now.waiting - (takenMore(before, now) ?? Math.max(0, now.ready - before.ready));
  if (fallen <= 0) return faded;
  const sure = fallen - 3 * provenNoise(before) - Math.sqrt(fallen);
  return clamp(sure / (most * dt), faded, MOST);
}

/** How many more are worked on, where that is counted; else no more than as many as serve may have begun or handed back one. */
function takenMore(before: Estimate, now: Measurement): number | undefined {
  return now.working === undefined || before.working === undefined ? undefined : now.working - before.working;
}

function provenNoise({ waiting }: Estimate): number {
  return COUNT_NOISE_SHARE * waiting + PROVEN_NOISE;
}

/** Keeps the estimate where it can be: positive, finite, and in keeping with a queue that stays empty. */
function confine(f: Filter, { before, now, busy }: Interval, proven: number): void {
  const idle = !busy && !before.busy && now.served > 0;
  const counted = now.arrived !== undefined;
  f.l = clamp(f.l, 0, MOST);
  // An empty queue means λ ≤ μ·n̄: the one that is measured bounds the other. Before μ is raised to what is proven,
  // which is more the more the queue fell, or learned to be less: neither must let λ be larger for a shorter queue.
  if (idle && counted) f.m = Math.max(f.m, f.l / now.served);
  else if (idle) f.l = Math.min(f.l, before.service * now.served);
  f.m = clamp(Math.max(f.m, PROVEN_SHARE * proven), LEAST_SERVICE, MOST);
  f.mm = clamp(f.mm, (0.02 * f.m) ** 2, 4 * f.m * f.m);
  const most = Math.max(f.l, (f.m + Math.sqrt(f.mm)) * Math.max(1, now.served));
  f.ll = clamp(f.ll, 1e-8, 4 * most * most);
  const bound = 0.999 * Math.sqrt(f.ll * f.mm);
  f.lm = clamp(f.lm, -bound, bound);
}
