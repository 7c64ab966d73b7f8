// core: what two counts of a queue tell of λ and μ, by what their source tells apart (docs/design/law.md#estimation).

import { arrivedIn, type Estimate, type Measurement, MOST } from './estimate.ts';
import {
  correct,
  correctService,
  type Filter,
  type Observation,
  type ServiceNews,
  slowerService,
} from './filter.ts';

/** Counting noise: a share of the queue, and its floor in messages. */
export const COUNT_NOISE_SHARE = 0.03;
const COUNT_NOISE = 0.3;
/** How little two looks at the working instances say about those in between, as a share of their number. */
const WORKING_NOISE = 1;
/** No message waits where so many deviations of what comes between two counts still find an idle instance. */
const FREE = 2;
/** Where more than so many messages are finished by each between two counts, the later count tells nothing of μ. */
const SLOW = 2;
/** Times of messages are whole seconds where nothing says otherwise, and how wrong an age is by that. */
const HEAD_ROUNDING_S = 1;
const HEAD_ROUNDING_NOISE_S = 0.4;
/** How much λ may have changed since a message came: the variance of its logarithm, 1/s. */
const HEAD_DRIFT = 0.003;

/** What happened between two counts. */
export interface Interval {
  readonly before: Estimate;
  readonly now: Measurement;
  /** Δ, s. */
  readonly dt: number;
  readonly busy: boolean;
  /** What would be waiting now by what was known before. */
  readonly expected: number;
  /** n̄ differs from its mean of the last 20 s. */
  readonly moved: boolean;
  /** New instances run of which nobody knows whether they serve yet. */
  readonly isTried: boolean;
}

/** Picks the observations that this interval allows. */
export function observe(f: Filter, i: Interval): void {
  const { before, now } = i;
  observeHead(f, i);
  const arrived = arrivedIn(before, now);
  if (arrived !== undefined) observeCounter(f, i, arrived);
  else if (i.isTried && grown(i) > (f.l - f.m * now.served) * i.dt) observeTried(f, i);
  else if (now.working !== undefined && before.working !== undefined)
    observeWorking(f, i, before.working, now.working);
  else observeQueue(f, i);
}

/**
 * What lies between what is to come if the new instances serve and if they do not says nothing. More than that has come,
 * whoever serves; μ is not learned from it.
 */
function observeTried(f: Filter, i: Interval): void {
  const without = i.before.trial?.[1] ?? i.before.ready;
  const change = grown(i) / i.dt;
  if (change <= f.l - f.m * without) return;
  correct(f, { y: change, hl: 1, hm: -without, r: queueNoise(f, i, without), service: 'kept' });
}

/**
 * A counter tells λ = ΔA/Δ, and with what has left since, D = ΔA − Δ(waiting + working), it tells μ = D/(working·Δ).
 * Behind a queue that was to last all are working. Else as many as are counted, where they are: gain and noise are those
 * of as many as are expected, for else low counts would weigh more than high ones. Where they are not counted, a lower μ
 * is learned only from a queue that did last.
 */
function observeCounter(f: Filter, i: Interval, arrived: number): void {
  const { before, now, dt, busy } = i;
  // As known before this count: λ is about to be more the longer the queue is, where what came follows from that.
  const { l } = f;
  const noise = now.arrived === undefined ? countNoise(i) : 0;
  correct(f, { y: arrived / dt, hl: 1, hm: 0, r: Math.max(f.l, 1 / dt) / dt + noise, service: 'kept' });
  if (now.served <= 0) return;
  const done = Math.max(0, arrived - grown(i)) / dt;
  if (i.isTried && done < f.m * now.served) return;
  if (now.working !== undefined && before.working !== undefined && !wasToLast(i)) {
    const working = Math.min(now.served, l / f.m);
    const y = done + f.m * (working - (now.working + before.working) / 2);
    const r = workNoise(f, i, working) + WORKING_NOISE * f.m * f.m * working;
    correct(f, { y, hl: 0, hm: working, r, service: 'learned' });
    return;
  }
  const lasts = done > f.m * now.served ? wasToLast(i) : before.busy && busy;
  if (!lasts) return;
  const r = workNoise(f, i, now.served);
  correct(f, { y: done, hl: 0, hm: now.served, r, service: 'learned' });
}

/**
 * Δ(waiting + working): a message that is taken has not left yet, and slow work is taken by many new instances long
 * before any of it is done. Where nothing counts those that work, behind a queue all that serve do.
 */
function grown({ before, now }: Interval): number {
  const isCounted = now.working !== undefined && before.working !== undefined;
  const working = isCounted ? now.working - before.working : now.ready - before.ready;
  return now.waiting - before.waiting + working;
}

/**
 * First in, first out: what waits behind a message came since it came, so λ = behind/age on average over that time,
 * whatever μ is. Times are often whole seconds; the next reading looks at mostly the same messages; and λ may have
 * changed since. A message that does not go although others are served says nothing of how they came.
 */
function observeHead(f: Filter, { before, now, dt }: Interval): void {
  const { head } = now;
  if (head === undefined || before.headMs === undefined || head.insertedAtMs <= before.headMs) return;
  const { behind } = head;
  const ageS = head.ageS - HEAD_ROUNDING_S / 2;
  if (behind < 2 || !(ageS >= Math.max(dt, HEAD_ROUNDING_S / 2) && ageS < MOST)) return;
  const l = Math.max(f.l, 1 / ageS);
  const rounding = (HEAD_ROUNDING_NOISE_S * l) / ageS;
  const once = l / ageS + rounding * rounding + (HEAD_DRIFT * l * l * ageS) / 3;
  correct(f, { y: behind / ageS, hl: 1, hm: 0, r: (once * ageS) / dt, service: 'kept', alarms: false });
}

/**
 * y = Δ(waiting + working)/Δ = λ − μ·working: behind a queue that was to last the balance of flows, else Little's
 * law. There gain and noise are those of as many as are expected to work: else low counts would weigh more than high
 * ones. A queue that lasted although it was not to says that μ is smaller.
 */
function observeWorking(f: Filter, i: Interval, was: number, is: number): void {
  const { before, now, dt, busy } = i;
  const change = (now.waiting + is - before.waiting - was) / dt;
  const slower = busy ? lastedAfterAll(f, i, change) : undefined;
  if (wasToLast(i)) {
    balance(f, i, change, learnedFrom(f, i, true));
    if (slower !== undefined) correctService(f, slower);
    return;
  }
  const there = before.waiting + was;
  if (!before.busy && there + FREE * Math.sqrt(f.l * dt) <= now.served) {
    observeFree(f, i, there, now.waiting + is);
    return;
  }
  const working = Math.min(now.served, f.l / f.m);
  const y = change + f.m * ((is + was) / 2 - working);
  const r = queueNoise(f, i, working) + WORKING_NOISE * f.m * f.m * working;
  correct(f, { y, hl: 1, hm: -working, r, service: isSlow(f, dt) ? 'learned' : 'kept' });
  if (slower !== undefined) correctService(f, slower);
}

/**
 * Where no message waits, those in flight are a birth-death process: of `was` there are left was·p + ρ·(1 − p) with
 * p = e^(−μ·Δ). How soon more than ρ become ρ tells μ, and how many there are λ/μ (docs/design/law.md#estimation).
 */
function observeFree(f: Filter, { now, dt }: Interval, was: number, is: number): void {
  const rho = Math.min(now.served, f.l / f.m);
  const left = Math.exp(-f.m * dt);
  const overS = -Math.expm1(-f.m * dt) / f.m;
  const share = (dt * left) / overS;
  const working = share * was + (1 - share) * rho;
  const y = (is - was) / overS + f.m * (was - working);
  const r = (rho * (1 - left * left) + 2 * COUNT_NOISE * COUNT_NOISE) / (overS * overS);
  correct(f, { y, hl: 1, hm: -working, r, service: isSlow(f, dt) ? 'learned' : 'kept' });
}

/** Those that work at one count mostly still do at the next, or may: what is in flight then tells of the time between. */
function isSlow({ m, mm }: Filter, dt: number): boolean {
  return (m - Math.sqrt(mm)) * dt < SLOW;
}

/** Where only the queue is known, an interval tells something when it lasted, or ran out sooner than expected. */
function observeQueue(f: Filter, i: Interval): void {
  const { before, now, dt, busy, expected, moved } = i;
  const hasRunOut = now.waiting < expected && (before.busy || expected > now.emptyBelow);
  if (!hasRunOut && !(before.busy && busy)) return;
  const change = (now.waiting - before.waiting) / dt;
  const slower = moved ? lastedAfterAll(f, i, change) : undefined;
  balance(f, i, change, learnedFrom(f, i, moved));
  if (slower !== undefined) correctService(f, slower);
}

/** y = Δq/Δ = λ − μ·n̄ */
function balance(f: Filter, i: Interval, change: number, service: Observation['service']): void {
  correct(f, flows(f, i, change, service));
}

function flows(f: Filter, i: Interval, change: number, service: Observation['service']): Observation {
  const { served } = i.now;
  return { y: change, hl: 1, hm: -served, r: queueNoise(f, i, served), service };
}

function wasToLast({ before, now, expected }: Interval): boolean {
  return before.busy && expected > now.emptyBelow;
}

/** What an interval behind a queue tells of μ, settled by what was known before the count. */
function learnedFrom(f: Filter, i: Interval, mayLearn: boolean): Observation['service'] {
  if (!mayLearn || !isLong(f, i, i.expected)) return 'kept';
  return i.moved ? 'doubted' : 'learned';
}

/**
 * A queue that is long although it was not to be says that μ is smaller: all were busy all the time, and yet it lasted.
 * What it says is taken from the filter before the count has its usual effect, so that neither lessens the other.
 */
function lastedAfterAll(f: Filter, i: Interval, change: number): ServiceNews | undefined {
  if (isLong(f, i, i.expected) || !isLong(f, i, i.now.waiting)) return undefined;
  return slowerService(f, flows(f, i, change, 'learned'));
}

/** A queue that is short against what comes and goes between two counts may be empty in between. */
function isLong(f: Filter, { before, now, dt }: Interval, then: number): boolean {
  return Math.min(before.waiting, then) > Math.sqrt((f.l + f.m * now.served) * dt);
}

/** R = (λ + 0.5·μ·n̄)/Δ + 2·(0.03·q + 0.3)²/Δ², with the last q, so that a longer queue never weighs less. */
function queueNoise(f: Filter, i: Interval, working: number): number {
  return f.l / i.dt + workNoise(f, i, working);
}

function workNoise({ m }: Filter, i: Interval, working: number): number {
  return (0.5 * m * working) / i.dt + countNoise(i);
}

function countNoise({ before, dt }: Interval): number {
  const counting = countDeviation(before.waiting);
  return (2 * counting * counting) / (dt * dt);
}

/** How far one count of a queue may be off, in messages. */
export function countDeviation(waiting: number): number {
  return COUNT_NOISE_SHARE * waiting + COUNT_NOISE;
}
