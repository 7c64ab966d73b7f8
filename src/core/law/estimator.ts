// core: arrivals and service rate from what a queue does: a two-state Kalman filter (docs/design/law.md#estimation).

import { clamp } from '../numbers.ts';
import type { Estimate, FirstCount, Measurement, ServiceRate } from './estimate.ts';

/** Process noise, docs/design/law.md#estimation. */
const ARRIVALS_DRIFT = 0.05;
const SERVICE_DRIFT = 1e-4;
/** That of μ while the ready count moves: `correct` lets only half of what could be learned then be learned. */
const SERVICE_DRIFT_MOVING = 3e-4;
/** Counting noise: a share of the queue, and its floor in messages. */
const COUNT_NOISE_SHARE = 0.03;
const COUNT_NOISE = 0.7;
/** How little two looks at the working instances say about those in between, as a share of their number. */
const WORKING_NOISE = 1;
const MEAN_READY_S = 20;
/** Without messages in flight, μ is learned only while the ready count differs this much from its mean. */
const MOVED = 0.1;
const CUSUM_DRIFT = 0.5;
const CUSUM_LIMIT = 8;
const UNSURE = 0.3;
/** One count may halve or double the service rate, not more: the model is linear only nearby. */
const MOST_LEARNED = 2;
/** And of a surprise, in deviations, no more than this is put down to it: the rest is for the alarm to explain. */
const LEARNED_FROM = 3;
/** A pool is sized for its load: of what may run, so much is reckoned with until something is measured. */
const EXPECTED_SHARE = 0.15;
/** So many messages more than at first say how fast they come. */
const ENOUGH_GROWN = 5;
const PROVEN_SHARE = 0.8;
const PROVEN_FOR_S = 300;
const LEAST_SERVICE = 1e-4;
const MOST = 1e9;

/** A rate that was not measured for a while loses certainty at the rate of the filter's own process noise. */
export function ageServiceRate({ rate, doubt }: ServiceRate, forMs: number): ServiceRate {
  return { rate, doubt: Math.sqrt(doubt * doubt + (SERVICE_DRIFT * forMs) / 1000) };
}

/**
 * Before anything was measured: μ as guessed, its deviation as large as itself when the guess is ours.
 *
 * @param doubt σ_μ/μ of a service rate that is given
 */
export function firstEstimate(
  m: Measurement,
  serviceRate: number | undefined,
  doubt: number = UNSURE,
): Estimate {
  const service = clamp(serviceRate ?? 1, LEAST_SERVICE, MOST);
  const busy = m.waiting > m.emptyBelow;
  return {
    arrivals: service * (busy ? m.served : (m.working ?? m.served)),
    service,
    varArrivals: (service * Math.max(1, m.served)) ** 2,
    varService: (serviceRate === undefined ? service : doubt * service) ** 2,
    covariance: 0,
    atMs: m.atMs,
    waiting: m.waiting,
    working: m.working,
    arrived: m.arrived,
    busy,
    meanReady: m.served,
    proven: 0,
    above: 0,
    below: 0,
    ...(serviceRate === undefined && {
      first: { atMs: m.atMs, total: m.waiting + (m.working ?? 0), arrived: m.arrived },
    }),
  };
}

/** The filter while it is being updated. */
interface Filter {
  l: number;
  m: number;
  ll: number;
  mm: number;
  lm: number;
  above: number;
  below: number;
}

/** One observation y = hλ·λ + hμ·μ + noise of variance r. */
interface Observation {
  readonly y: number;
  readonly hl: number;
  readonly hm: number;
  readonly r: number;
}

/** What happened between two counts. */
interface Interval {
  readonly before: Estimate;
  readonly now: Measurement;
  /** Δ, s. */
  readonly dt: number;
  readonly busy: boolean;
  /** What would be waiting now by what was known before. */
  readonly expected: number;
  /** n̄ differs from its mean of the last 20 s. */
  readonly moved: boolean;
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
  const before = known.first === undefined ? known : scaled(known, known.first, now);
  const { served } = now;
  const moved = Math.abs(served - before.meanReady) > MOVED * before.meanReady;
  const f = drift(before, { served, dt, moved });
  const busy = now.waiting > now.emptyBelow;
  const expected = before.waiting + (f.l - f.m * served) * dt;
  const interval: Interval = { before, now, dt, busy, expected, moved };
  observe(f, interval);
  const proven = provenBy(interval);
  confine(f, interval, proven);
  return {
    arrivals: f.l,
    service: f.m,
    varArrivals: f.ll,
    varService: f.mm,
    covariance: f.lm,
    atMs: now.atMs,
    waiting: now.waiting,
    working: now.working,
    arrived: now.arrived,
    busy,
    meanReady: before.meanReady + (served - before.meanReady) * (1 - Math.exp(-dt / MEAN_READY_S)),
    proven,
    above: f.above,
    below: f.below,
    ...(before.first !== undefined && { first: before.first }),
  };
}

/**
 * With nothing measured and nothing given, a message might take a millisecond or an hour. What is known is how many
 * instances there may be, and that whoever wrote that down had the load in mind: as soon as the queue has grown by
 * enough to say how fast, μ is guessed so that a small share of them would do, with a deviation as large as itself.
 * A pool that has as many at work already was started by somebody who knew, or is small: it is measured as it is.
 */
function scaled(known: Estimate, first: FirstCount, now: Measurement): Estimate {
  const { first: _, ...settled } = known;
  const expected = EXPECTED_SHARE * (now.most ?? 0);
  if (now.most === undefined || now.served >= expected) return settled;
  const grown = now.waiting + (now.working ?? 0) - first.total;
  if (grown < ENOUGH_GROWN || now.waiting <= now.emptyBelow) return known;
  const overS = (now.atMs - first.atMs) / 1000;
  const arrived = arrivedSince(first.arrived, now);
  const flow = (arrived ?? grown) / overS;
  const missing = arrived === undefined ? expected - now.served : expected;
  const service = clamp(flow / Math.max(1, missing), LEAST_SERVICE, MOST);
  // Without a counter the messages that were worked off meanwhile are as unknown as μ itself.
  const own = arrived === undefined ? service * now.served : 0;
  return {
    ...settled,
    arrivals: flow + own,
    varArrivals: Math.max(flow / overS, 0.1 * flow * flow) + own * own,
    service,
    varService: service * service,
    covariance: 0.9 * service * own,
  };
}

function arrivedSince(before: number | undefined, { arrived }: Measurement): number | undefined {
  if (before === undefined || arrived === undefined || arrived < before) return undefined;
  return arrived - before;
}

function drift(
  before: Estimate,
  { served, dt, moved }: { readonly served: number; readonly dt: number; readonly moved: boolean },
): Filter {
  const { arrivals: l, service: m } = before;
  return {
    l,
    m,
    ll: before.varArrivals + ARRIVALS_DRIFT * Math.max(l, 0.3 * m * served, m) * dt,
    mm: before.varService + (moved ? SERVICE_DRIFT_MOVING : SERVICE_DRIFT) * m * m * dt,
    lm: before.covariance,
    above: before.above,
    below: before.below,
  };
}

/** Picks the observations that this interval allows. */
function observe(f: Filter, i: Interval): void {
  const { before, now } = i;
  if (now.arrived !== undefined && before.arrived !== undefined)
    observeCounter(f, i, now.arrived - before.arrived);
  else if (now.working !== undefined && before.working !== undefined)
    observeWorking(f, i, before.working, now.working);
  else observeQueue(f, i);
}

/**
 * A counter tells λ = ΔA/Δ, and an interval behind a queue then tells μ = (ΔA − Δq)/(n̄·Δ): that it is larger, when the
 * queue was to last; that it is smaller, when the queue did last.
 */
function observeCounter(f: Filter, i: Interval, arrived: number): void {
  const { before, now, dt, busy } = i;
  if (arrived < 0) return; // the counter began again
  correct(f, i, { y: arrived / dt, hl: 1, hm: 0, r: Math.max(f.l, 1 / dt) / dt }, false);
  const done = Math.max(0, arrived - (now.waiting - before.waiting)) / dt;
  const lasts = done > f.m * now.served ? wasToLast(i) : before.busy && busy;
  if (!lasts || now.served <= 0) return;
  const r = queueNoise(f, i, now.served) - f.l / dt;
  correct(f, i, { y: done, hl: 0, hm: now.served, r }, true);
}

/**
 * y = Δ(waiting + working)/Δ = λ − μ·working: behind a queue that was to last the balance of flows, else Little's
 * law. There gain and noise are those of as many as are expected to work: else low counts would weigh more than high
 * ones.
 */
function observeWorking(f: Filter, i: Interval, was: number, is: number): void {
  const { before, now, dt } = i;
  const change = (now.waiting + is - before.waiting - was) / dt;
  if (wasToLast(i)) {
    balance(f, i, change, isLong(f, i));
    return;
  }
  const working = Math.min(now.served, f.l / f.m);
  const y = change + f.m * ((is + was) / 2 - working);
  const r = queueNoise(f, i, working) + WORKING_NOISE * f.m * f.m * working;
  correct(f, i, { y, hl: 1, hm: -working, r }, false);
}

/** Where only the queue is known, an interval tells something when it lasted, or ran out sooner than expected. */
function observeQueue(f: Filter, i: Interval): void {
  const { before, now, dt, busy, expected } = i;
  if (before.busy && (busy || now.waiting < expected))
    balance(f, i, (now.waiting - before.waiting) / dt, i.moved && isLong(f, i));
}

/** y = Δq/Δ = λ − μ·n̄ */
function balance(f: Filter, i: Interval, change: number, learnService: boolean): void {
  const { served } = i.now;
  correct(f, i, { y: change, hl: 1, hm: -served, r: queueNoise(f, i, served) }, learnService);
}

function wasToLast({ before, now, expected }: Interval): boolean {
  return before.busy && expected > now.emptyBelow;
}

/** A queue that is short, or to become so, against what comes and goes between two counts may be empty in between. */
function isLong(f: Filter, { before, now, expected, dt }: Interval): boolean {
  return Math.min(before.waiting, expected) > Math.sqrt((f.l + f.m * now.served) * dt);
}

/** R = (λ + 0.5·μ·n̄)/Δ + 2·(0.03·q + 0.7)²/Δ², with the last q, so that a longer queue never weighs less. */
function queueNoise(f: Filter, { before, dt }: Interval, working: number): number {
  const counting = countNoise(before.waiting);
  return (f.l + 0.5 * f.m * working) / dt + (2 * counting * counting) / (dt * dt);
}

function countNoise(waiting: number): number {
  return COUNT_NOISE_SHARE * waiting + COUNT_NOISE;
}

/** How much of a surprise goes into λ and into μ. */
interface Gain {
  l: number;
  m: number;
}

/**
 * The Kalman update in Joseph's form, which stays right whatever the gains. That of μ is nothing where λ and μ
 * cannot be told apart (docs/design/law.md#estimation); and where the covariance has λ or μ go the wrong way with a longer queue,
 * it stays as it is.
 */
function correct(f: Filter, i: Interval, o: Observation, learnService: boolean): void {
  const { y, hl, hm, r } = o;
  const innovation = y - (hl * f.l + hm * f.m);
  const s = hl * hl * f.ll + 2 * hl * hm * f.lm + hm * hm * f.mm + r;
  const deviation = Math.sqrt(s);
  const gain: Gain = { l: hl * clamp((f.ll * hl + f.lm * hm) / s, 0, 1), m: 0 };
  const service = (f.lm * hl + f.mm * hm) / s;
  if (learnService && service * hm > 0)
    gain.m = service * Math.min(1, (LEARNED_FROM * deviation) / Math.abs(innovation));
  if (hl !== 0 && isAlarm(f, innovation / deviation))
    doubt(f, gain, { o, innovation, s, service: learnService && i.moved });
  f.l += gain.l * innovation;
  f.m = clamp(f.m + gain.m * innovation, f.m / MOST_LEARNED, f.m * MOST_LEARNED);
  // P' = (I − K·H)·P·(I − K·H)ᵀ + K·r·Kᵀ
  const a = 1 - gain.l * hl;
  const b = -gain.l * hm;
  const c = -gain.m * hl;
  const d = 1 - gain.m * hm;
  const { ll, lm, mm } = f;
  f.ll = a * a * ll + 2 * a * b * lm + b * b * mm + gain.l * gain.l * r;
  f.lm = a * c * ll + (a * d + b * c) * lm + b * d * mm + gain.l * gain.m * r;
  f.mm = c * c * ll + 2 * c * d * lm + d * d * mm + gain.m * gain.m * r;
}

/** CUSUM: innovations that lean one way, or a single large one, mean that the model is behind. */
function isAlarm(f: Filter, z: number): boolean {
  f.above = Math.max(0, f.above + z - CUSUM_DRIFT);
  f.below = Math.max(0, f.below - z - CUSUM_DRIFT);
  if (f.above <= CUSUM_LIMIT && f.below <= CUSUM_LIMIT) return false;
  f.above = 0;
  f.below = 0;
  return true;
}

interface Surprise {
  readonly o: Observation;
  readonly innovation: number;
  /** Its variance. */
  readonly s: number;
  /** Whether μ may be what is wrong. */
  readonly service: boolean;
}

/**
 * A model that is behind is doubted by as much as it was wrong, so that this very observation sets it right: what
 * the gains leave unexplained goes into μ, or else into λ. Neither gain becomes smaller, so that a queue that is
 * just long enough for the alarm is not worth less than one that is just too short.
 */
function doubt(f: Filter, gain: Gain, { o, innovation, s, service }: Surprise): void {
  const { hl, hm } = o;
  const left = Math.max(0, 1 - gain.l * hl - gain.m * hm);
  if (service && Math.sqrt(f.mm) > UNSURE * f.m) {
    const more = (0.5 * f.m) ** 2;
    f.mm += more;
    gain.m += (left * more * hm) / (s + hm * hm * more);
  } else {
    const more = innovation * innovation;
    f.ll += more;
    gain.l += (left * more * hl) / (s + hl * hl * more);
  }
}

/** What left the queue was served: (−Δ(waiting + working) less its noise) / (n̄·Δ) is a lower bound of μ. */
function provenBy({ before, now, dt }: Interval): number {
  const faded = before.proven * Math.exp(-dt / PROVEN_FOR_S);
  if (now.served < 0.5) return faded;
  const fallen = before.waiting + (before.working ?? 0) - now.waiting - (now.working ?? 0);
  if (fallen <= 0) return faded;
  const sure = fallen - 3 * countNoise(before.waiting) - Math.sqrt(fallen);
  return clamp(sure / (now.served * dt), faded, MOST);
}

/** Keeps the estimate where it can be: positive, finite, and in keeping with a queue that stays empty. */
function confine(f: Filter, { before, now, busy }: Interval, proven: number): void {
  const idle = !busy && !before.busy && now.served > 0;
  const counted = now.arrived !== undefined;
  f.l = clamp(f.l, 0, MOST);
  // An empty queue means λ ≤ μ·n̄: the one that is measured bounds the other. Before μ is raised to what is proven,
  // which is more the more the queue fell: that must not let λ be larger.
  if (idle && counted) f.m = Math.max(f.m, f.l / now.served);
  else if (idle) f.l = Math.min(f.l, f.m * now.served);
  f.m = clamp(Math.max(f.m, PROVEN_SHARE * proven), LEAST_SERVICE, MOST);
  f.mm = clamp(f.mm, (0.02 * f.m) ** 2, 4 * f.m * f.m);
  const most = Math.max(f.l, (f.m + Math.sqrt(f.mm)) * Math.max(1, now.served));
  f.ll = clamp(f.ll, 1e-8, 4 * most * most);
  const bound = 0.999 * Math.sqrt(f.ll * f.mm);
  f.lm = clamp(f.lm, -bound, bound);
}
