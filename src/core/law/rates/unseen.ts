// core: λ, μ and how many messages there are, where nothing but those that wait is counted and work is slow
// (docs/design/law.md#behind-an-empty-queue).

import { clamp } from '../../numbers.ts';
import { above, density } from '../normal.ts';
import {
  type Behind,
  type Estimate,
  LEAST_SERVICE,
  type Measurement,
  MOST,
  type Unseen,
} from './estimate.ts';
import {
  LEAST_SHARE,
  listOf,
  normalise,
  RATIO,
  SUPPOSITIONS,
  type Supposition,
  suppositionsOf,
  withEdges,
} from './suppositions.ts';

/** σ of what is supposed at first, in doublings of μ. */
const FIRST_DOUBLINGS = 1.5;
const BELIEVED_FOR_S = 300;
/** How much λ changes in a second: the variance of its logarithm. */
const CHANGE = 0.006;
/** What is supposed of μ is wrong by up to √2: so much of what is worked off may be put down to that. */
const OFF = 0.3;
const COUNT_NOISE_SHARE = 0.03;
const COUNT_NOISE = 0.3;
const LEAST_NOISE = 0.1;
/** Half a message: nothing waits up to there. */
const HALF = 0.5;
const EMPTY_NOISE = 0.05;
const CUSUM_DRIFT = 0.5;
const CUSUM_LIMIT = 8;
/** Surprises are Student's with so many degrees of freedom: one count alone must not settle what μ is. */
const FREEDOM = 4;
const LEAST_CHANCE = 0.01;
/** Where an instance finishes fewer messages than this between two counts, an empty queue tells of how many come. */
const SLOW = 4;
/** The other estimate of μ may be wrong by so much. */
const SURELY_QUICK = 10;
/** Where as much is finished, and σ_μ/μ is below that, the other estimate says which is right, to half of what lies between two. */
const QUICK = 1;
const SURE = 0.3;
const HALFWAY = 0.5 * Math.log(RATIO);
const LEAST_DOUBT = 0.05;
const MOST_DOUBT = 1.5;

/** Whether nothing tells who works or what came. */
export function isUnseen({ working, arrived, isBeside }: Measurement): boolean {
  return isBeside !== true && working === undefined && arrived === undefined;
}

/**
 * What a count makes of the suppositions, and what they come to together, where work is slow. How much each is believed, and
 * with it which μ counts, is what it was before this count: a longer queue must not mean fewer instances.
 */
export function followUnseen(
  before: Estimate,
  now: Measurement,
): { readonly unseen: Unseen; readonly behind: Behind | undefined } {
  const dt = (now.atMs - before.atMs) / 1000;
  const all = before.unseen === undefined ? supposed(before, now) : suppositionsOf(before.unseen);
  for (const each of all) goOn(each, now, dt);
  if (isSurelyQuick(before, dt)) agree(all, before);
  const service = clamp(serviceOf(all), LEAST_SERVICE, MOST);
  // The first scale is by this very count: a longer queue then makes μ larger.
  const slow = before.unseen === undefined ? QUICK : SLOW;
  const isSlow = middleOf(all) * dt < slow && before.service * dt < SURELY_QUICK;
  const chances = all.map((each) => count(each, now));
  const behind = isSlow ? together(all, service) : undefined;
  believe(all, chances, dt);
  const next = withEdges(all);
  // The share of the furthest, in whose place another one is supposed, is the others' now.
  normalise(next);
  return { unseen: listOf(next), behind };
}

function isSurelyQuick({ service, varService }: Estimate, dt: number): boolean {
  return service * dt >= QUICK && Math.sqrt(varService) < SURE * service;
}

/**
 * What a queue has done is told twice, and the suppositions tell μ the worse: one that is too small explains a queue that is
 * quickly empty by few messages, and is believed for minutes. A μ that was measured is not supposed otherwise.
 */
function agree(all: readonly Supposition[], { service, varService }: Estimate): void {
  const variance = HALFWAY * HALFWAY + varService / (service * service);
  for (const each of all)
    each.share = Math.max(LEAST_SHARE, Math.exp((-0.5 * Math.log(each.service / service) ** 2) / variance));
  normalise(all);
}

/** As the first scale has it, and what lies around that. */
function supposed({ arrivals, service, waiting, ready }: Estimate, now: Measurement): Supposition[] {
  const grows = arrivals - service * ready;
  const held = heldPerInstance(now);
  const idle = waiting > 0 ? 0 : 0.5 * ready * held;
  const least = service * RATIO ** (-(SUPPOSITIONS - 1) / 2);
  const all = Array.from({ length: SUPPOSITIONS }, (_, i): Supposition => {
    const own = least * RATIO ** i;
    const doublings = i - (SUPPOSITIONS - 1) / 2;
    return {
      service: own,
      share: Math.exp(-0.5 * (doublings / FIRST_DOUBLINGS) ** 2),
      there: waiting + ready * held - idle,
      arrivals: Math.max(0.05 * own, grows + own * ready),
      varThere: waiting > 0 ? 1 : (0.4 * ready * held) ** 2 + LEAST_NOISE,
      covariance: 0,
      varArrivals: 0.3 * grows * grows + Math.abs(grows) + (0.5 * own * ready) ** 2,
      above: 0,
      below: 0,
    };
  });
  normalise(all);
  return all;
}

function heldPerInstance({ held = 1 }: Measurement): number {
  return held;
}

/** How N goes on, how much of it each message and each 1/s at the beginning makes, and how much chance adds. */
interface Course {
  there: number;
  byThere: number;
  byArrivals: number;
  variance: number;
}

/** While all work N moves by λ − μ·n; while some are idle it goes to c·λ/μ. */
function goOn(s: Supposition, now: Measurement, dt: number): void {
  const n = now.served;
  const held = heldPerInstance(now);
  const room = n * held;
  const course: Course = { there: s.there, byThere: 1, byArrivals: 0, variance: 0 };
  const slope = s.arrivals - s.service * n;
  const level = (held * s.arrivals) / s.service;
  if (s.there > room || (s.there === room && slope >= 0)) {
    const busyS = slope < 0 ? Math.min(dt, (s.there - room) / -slope) : dt;
    allWork(course, s, { n, forS: busyS });
    someWork(course, s, { n, held, forS: dt - busyS });
  } else {
    const fullS = level <= room ? dt : (Math.log((level - s.there) / (level - room)) * held) / s.service;
    someWork(course, s, { n, held, forS: Math.min(dt, fullS) });
    allWork(course, s, { n, forS: dt - Math.min(dt, fullS) });
  }
  const { byThere, byArrivals, variance } = course;
  const off = OFF * byArrivals * s.service * Math.min(n, Math.max(s.there, course.there) / held);
  const { varThere, covariance, varArrivals } = s;
  s.varThere =
    byThere * byThere * varThere +
    2 * byThere * byArrivals * covariance +
    byArrivals * byArrivals * varArrivals +
    variance +
    off * off;
  s.covariance = byThere * covariance + byArrivals * varArrivals;
  const scale = Math.max(s.arrivals, 0.3 * s.service * n, s.service);
  s.varArrivals = Math.min(varArrivals + CHANGE * scale * scale * dt, 4 * scale * scale);
  s.there = clamp(course.there, 0, MOST);
  bound(s);
}

function allWork(
  course: Course,
  { arrivals, service }: Supposition,
  { n, forS }: { readonly n: number; readonly forS: number },
): void {
  course.there += (arrivals - service * n) * forS;
  course.byArrivals += forS;
  course.variance += (arrivals + 0.5 * service * n) * forS;
}

function someWork(
  course: Course,
  { arrivals, service }: Supposition,
  { n, held, forS }: { readonly n: number; readonly held: number; readonly forS: number },
): void {
  if (!(forS > 0)) return;
  const left = Math.exp((-service * forS) / held);
  const level = (held * arrivals) / service;
  const then = level + (course.there - level) * left;
  const working = Math.min(n, (course.there + then) / (2 * held));
  const settled = ((1 - left * left) * held) / (2 * service);
  course.there = then;
  course.byThere *= left;
  course.byArrivals = course.byArrivals * left + ((1 - left) * held) / service;
  course.variance = course.variance * left * left + (arrivals + 0.5 * service * working) * settled;
}

/** What a count says of N. */
interface News {
  /** How much more N is than was thought, and the variance of that. */
  readonly surprise: number;
  readonly variance: number;
  /** How much less is unknown after it: 1 where N is counted. */
  readonly told: number;
}

/**
 * What waits is what the instances have no hands for: N = q + c·n. Of nothing that waits no more is known than that
 * N ≤ c·n (J. Tobin, *Estimation of relationships for limited dependent variables*, 1958).
 *
 * @returns the logarithm of the likelihood of this count
 */
function count(s: Supposition, now: Measurement): number {
  const first = newsOf(s, now);
  const deviation = Math.sqrt(first.variance);
  const z = first.surprise / deviation;
  const chance = now.waiting > 0 ? likelihood(z, deviation) : chanceOfNone(s, now, deviation);
  const isAlarm = alarms(s, z);
  if (isAlarm) widen(s, first.surprise);
  const { surprise, variance, told } = isAlarm ? newsOf(s, now) : first;
  const gainThere = s.varThere / variance;
  const gainArrivals = s.covariance / variance;
  s.there = clamp(s.there + gainThere * surprise, 0, MOST);
  s.arrivals = moved(s.arrivals, gainArrivals * surprise);
  s.varArrivals -= told * gainArrivals * s.covariance;
  s.covariance -= told * gainArrivals * s.varThere;
  s.varThere -= told * gainThere * s.varThere;
  bound(s);
  return chance;
}

function newsOf(s: Supposition, now: Measurement): News {
  const room = now.ready * heldPerInstance(now);
  if (now.waiting > 0) {
    const noise = (COUNT_NOISE + COUNT_NOISE_SHARE * now.waiting) ** 2 + LEAST_NOISE;
    return { surprise: now.waiting + room - s.there, variance: s.varThere + noise, told: 1 };
  }
  const variance = s.varThere + EMPTY_NOISE;
  const deviation = Math.sqrt(variance);
  const z = (room + HALF - s.there) / deviation;
  // The mean of what is left of a normal variable below z.
  const cut = z < -5 ? -z : density(z) / (1 - above(z));
  return { surprise: -cut * deviation, variance, told: clamp(cut * (cut + z), 0, 1) };
}

function likelihood(z: number, deviation: number): number {
  return -0.5 * (FREEDOM + 1) * Math.log(1 + (z * z) / FREEDOM) - Math.log(deviation);
}

function chanceOfNone(s: Supposition, now: Measurement, deviation: number): number {
  const z = (now.ready * heldPerInstance(now) + HALF - s.there) / deviation;
  return Math.log(Math.max(LEAST_CHANCE, 1 - above(z)));
}

function alarms(s: Supposition, z: number): boolean {
  s.above = Math.max(0, s.above + z - CUSUM_DRIFT);
  s.below = Math.max(0, s.below - z - CUSUM_DRIFT);
  if (s.above <= CUSUM_LIMIT && s.below <= CUSUM_LIMIT) return false;
  s.above = 0;
  s.below = 0;
  return true;
}

/** λ was wrong by as much as makes this surprise. */
function widen(s: Supposition, surprise: number): void {
  if (!(s.covariance > 0)) return;
  const overS = Math.max(1e-3, s.covariance / s.varArrivals);
  const more = (surprise / overS) ** 2;
  s.varArrivals += more;
  s.covariance += overS * more;
  s.varThere += overS * overS * more;
}

/** A rate that falls goes to none and not below it. */
function moved(rate: number, by: number): number {
  return clamp(by >= 0 ? rate + by : rate * Math.exp(by / rate), 1e-6, MOST);
}

function bound(s: Supposition): void {
  s.varThere = clamp(s.varThere, 0.01, MOST * MOST);
  s.varArrivals = clamp(s.varArrivals, Math.max(1e-9, 1e-4 * s.arrivals * s.arrivals), MOST * MOST);
  const most = 0.99 * Math.sqrt(s.varThere * s.varArrivals);
  s.covariance = clamp(s.covariance, -most, most);
}

/** μ such that the mean of λ/μ is the mean of λ over it. */
function serviceOf(all: readonly Supposition[]): number {
  let arrivals = 0;
  let load = 0;
  for (const { share, arrivals: each, service } of all) {
    arrivals += share * each;
    load += (share * each) / service;
  }
  return arrivals / load;
}

/** The geometric mean of μ. */
function middleOf(all: readonly Supposition[]): number {
  let sum = 0;
  for (const { share, service } of all) sum += share * Math.log(service);
  return Math.exp(sum);
}

function together(all: readonly Supposition[], service: number): Behind {
  let load = 0;
  let there = 0;
  for (const each of all) {
    load += (each.share * each.arrivals) / each.service;
    there += each.share * each.there;
  }
  let varLoad = 0;
  let doublings = 0;
  for (const each of all) {
    const own = each.arrivals / each.service;
    varLoad += each.share * (each.varArrivals / (each.service * each.service) + (own - load) ** 2);
    doublings += each.share * Math.log(each.service / service) ** 2;
  }
  const doubt = Math.min(MOST_DOUBT, LEAST_DOUBT + Math.sqrt(doublings));
  const varService = (doubt * service) ** 2;
  // λ = μ·ρ, with a ρ that is as well known whatever μ is.
  return {
    arrivals: clamp(service * load, 0, MOST),
    service,
    varArrivals: service * service * varLoad + load * load * varService,
    varService,
    covariance: load * varService,
    there,
  };
}

/** Bayes, slowly forgotten. */
function believe(all: readonly Supposition[], chances: readonly number[], dt: number): void {
  const best = Math.max(...chances);
  const kept = Math.exp(-dt / BELIEVED_FOR_S);
  all.forEach((each, i) => {
    const chance = Math.exp((chances[i] ?? best) - best);
    each.share = Math.max(LEAST_SHARE, each.share ** kept * chance);
  });
  normalise(all);
}
