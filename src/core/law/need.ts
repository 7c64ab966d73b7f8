// core: how many instances the default law needs for what it knows, and when it acts on that (docs/design/law.md#decision).

import { clamp, count } from '../numbers.ts';
import { DEFAULT_MISS_TOLERANCE, type Goal, type LawInput } from './law.ts';
import { deviationsAbove } from './normal.ts';
import type { Ahead } from './outlook/ahead.ts';
import type { Bank, Rates } from './rates/bank.ts';
import type { Estimate } from './rates/estimate.ts';
import type { ShownRates } from './shown.ts';

/** What a round's decision is made of. Messages and seconds. */
export interface View {
  readonly input: LawInput;
  readonly goal: Goal;
  readonly bank: Bank;
  readonly told: Rates;
  readonly shownRates: ShownRates;
  readonly estimate: Estimate;
  /** What the next round goes on from. */
  readonly kept: Estimate;
  /** What was known before this count: what it says of its own worth must not make a shorter queue want more. */
  readonly known: Estimate;
  readonly intervalS: number;
  /** T. */
  readonly target: number;
  /** L = d̂ + Δ + s: the dead time, the interval and the age of the metric. */
  readonly leadS: number;
  /** H = max(4 s, L), or max(4 s, 3·L) for a target in time: when the queue is to be in its place. */
  readonly horizonS: number;
  /** λ_F. */
  readonly ahead: Ahead;
  /** Where the queue is to be. */
  readonly aim: number;
  /** x: what waits at the end of L; below 0, how many more would find somebody idle. */
  readonly excess: number;
  /** h: messages that an instance takes as soon as it serves, where that matters. */
  readonly atOnce: number;
  /** σ of λ − μ·ρ, before this count. */
  readonly deviation: number;
  /** Messages older than a `messageAge` target allows. */
  readonly overdue: number;
  /** Since when all counts found nothing; undefined while one finds something. */
  readonly unusedSinceMs: number | undefined;
}

/** Constants of docs/design/law.md#decision, shares of the target first. */
const AIM = 0.5;
/**
 * The aim is no further than that from the target, in deviations of what chance and doubt about the rates add within L; and
 * no further than is worth it, all the time above the target being worth so many times the instances that the app needs.
 */
const MARGIN = 2;
const MISS_WORTH = 3;
/** Who sees nothing but the queue sees nothing of one that is empty: it is to be nearer the target, where work is quick. */
const MARGIN_IF_BLIND = 1.6;
/**
 * So much of σ counts, and so much more where nothing is known of μ: σ allows for loads that change within seconds, and
 * most do not; but a μ that is only guessed may be wrong by far more than σ says.
 */
const DOUBT_COUNTS = 0.3;
const DOUBT_COUNTS_IF_COLD = 0.5;
/** The aim is for ε = 0.05, where a normal variable is above its mean by so many deviations. */
const USUAL_DEVIATIONS = deviationsAbove(DEFAULT_MISS_TOLERANCE);
const UP_ABOVE = 0.9;
const UP_ABOVE_IF_BLIND = 0.85;
/** Of a target in time. */
const EMPTIED_WITHIN = 0.8;
const DOWN_BELOW = 0;
const DOUBT_WHEN_FALLING = 2;
/** So much of the arrivals the queue may be left to take up, and no more: a wrong scale must not empty the app. */
const LEFT_TO_QUEUE = 0.05;
const ROUNDING = 0.15;

/** A wait of W behind n instances is a queue of W·μ·n: a target in time is one in messages that grows with n. */
export function targetOf(goal: Goal, { service }: Estimate, asked: number): number {
  return goal.kind === 'queueLength' ? goal.messages : (goal.ms / 1000) * service * Math.max(1, asked);
}

/**
 * a = T − z·max(0.5·T, m·√(1.5·λ·L + D²)), z the deviations that a normal variable exceeds with chance ε over those
 * that it exceeds with chance 0.05: the less may be missed, the further below the target. 0.5·T alone is too near a small
 * target, since chance alone moves the queue by √(1.5·λ·L) within L (Poisson arrivals, and half as much for the work),
 * and what is not known of the rates by D.
 */
export function aimOf(target: number, { arrivals, behind, service }: Estimate, of: Foreseen): number {
  const { missTolerance } = of.input;
  const strictness =
    missTolerance === DEFAULT_MISS_TOLERANCE
      ? 1
      : Math.max(0, deviationsAbove(missTolerance) / USUAL_DEVIATIONS);
  const doubt = doubtOf(of);
  const variance = 1.5 * arrivals * of.leadS;
  const shorter = arrivals * (of.horizonS + of.atOnce / service);
  const margin = isBlind(of.input)
    ? marginIfBlind(behind)
    : Math.min(MARGIN, worthwhile(shorter, Math.sqrt(variance)));
  const usual = Math.min(AIM * target, target - margin * Math.sqrt(variance + doubt * doubt));
  return target - strictness * (target - usual);
}

/**
 * One instance more shortens the queue by h = μ·H + c, which makes it less likely by φ(m)·h/σ that it is above a target m
 * deviations away: that is worth an instance as long as 3·ρ·φ(m)·h/σ > 1. By what chance does alone: who doubts more must not
 * hold less.
 *
 * @param shorter ρ·h
 * @returns m with 3·ρ·φ(m)·h/σ = 1, 0 where even φ(0) is too little
 */
function worthwhile(shorter: number, deviation: number): number {
  const most = (MISS_WORTH * shorter) / (Math.sqrt(2 * Math.PI) * deviation);
  return most > 1 ? Math.sqrt(2 * Math.log(most)) : 0;
}

function marginIfBlind(behind: Estimate['behind']): number {
  return behind === undefined ? MARGIN_IF_BLIND : MARGIN;
}

type Foreseen = Pick<View, 'goal' | 'input' | 'leadS' | 'deviation' | 'known' | 'horizonS' | 'atOnce'>;

/**
 * D = (0.3 + 0.5·min(1, σ_μ/μ))·σ·L, by what was known before this count. Who sees nothing but the queue never knows the
 * rates well, and would hold all there is; a target in time grows with the count itself.
 */
function doubtOf({ goal, input, leadS, deviation, known }: Foreseen): number {
  if (goal.kind !== 'queueLength' || isBlind(input)) return 0;
  const unknown = Math.min(1, Math.sqrt(known.varService) / known.service);
  return (DOUBT_COUNTS + DOUBT_COUNTS_IF_COLD * unknown) * deviation * leadS;
}

/** Whether nothing tells how many instances work. */
export function isBlind({ messages }: LawInput): boolean {
  return messages.inFlight === undefined && messages.arrivedTotal === undefined;
}

/** Arrivals spread evenly over the age of the oldest; a single message that nobody can process stays one. */
export function overdueOf(goal: Goal, { messages }: LawInput): number {
  if (goal.kind !== 'messageAge' || messages.oldestAgeMs === undefined) return 0;
  return messages.oldestAgeMs <= goal.ms ? 0 : messages.waiting * (1 - goal.ms / messages.oldestAgeMs);
}

/**
 * need = n_c + [(λ_F − μ·n_c)·H + min(x, T) − a] / (μ·H + h) + max(0, x − T) / (μ·H_v + h) with H_v = max(1 s, 0.3·L): in
 * H one instance more takes its first messages at once and works off μ·H. For a target in time the last term is what
 * empties the queue in four fifths of it (Little's law), since T itself grows with the answer; messages that are overdue
 * come on top. The last term is left out while instances run of which nobody knows how long they take until they serve.
 *
 * @param service μ
 */
export function needOf(v: View, service = v.estimate.service): number {
  const { goal, input, target, excess, leadS, horizonS, atOnce } = v;
  const { whenReady } = v.ahead;
  const pull = (whenReady - service * input.asked) * horizonS + Math.min(excess, target) - v.aim;
  const pulled = input.asked + pull / (service * horizonS + atOnce);
  const steady = Math.max(pulled, (whenReady - LEFT_TO_QUEUE * v.estimate.arrivals) / service);
  const hurryS = Math.max(1, 0.3 * leadS);
  // More would come too late to help those that are about to serve at any moment.
  if (goal.kind === 'queueLength' && isUntried(v)) return steady;
  if (goal.kind === 'queueLength') return steady + Math.max(0, excess - target) / (service * hurryS + atOnce);
  const emptied = excess / (Math.max(0.1, (EMPTIED_WITHIN * goal.ms) / 1000) * service);
  return Math.max(steady + v.overdue / (hurryS * service), emptied);
}

/** Instances run of which nobody knows whether they serve yet, as far as was known before this count. */
function isUntried({ input, known: { trial } }: View): boolean {
  return input.isUntried === true || (trial !== undefined && trial.length > 0);
}

/** So many instances do: a little less than one is none. */
export function atLeast(need: number): number {
  return whole(need - ROUNDING);
}

export function whole(need: number): number {
  return count(Math.ceil(clamp(need, 0, 1e9)));
}

/**
 * Behind no instance every wait is endless: for a target in time one message is enough to need one. A queue above
 * its target needs one, however little that is of what one can do: with none it stays above.
 */
export function worthAnInstance({ goal, input, target }: View): boolean {
  const { waiting } = input.messages;
  return goal.kind === 'queueLength' ? input.asked === 0 && waiting > target : waiting > 0;
}

export function rises(v: View): boolean {
  if (v.input.asked === 0 && worthAnInstance(v)) return true;
  const upAbove = isBlind(v.input) ? UP_ABOVE_IF_BLIND : UP_ABOVE;
  return later(v, v.ahead.whenReady) > v.aim + (upAbove - AIM) * v.target || v.overdue >= 1;
}

export function falls(v: View): boolean {
  const surely = v.ahead.whenReady + DOUBT_WHEN_FALLING * v.deviation;
  return later(v, surely) < v.aim - (AIM - DOWN_BELOW) * v.target;
}

/** At the end of H, with as many as are asked for. */
function later({ excess, estimate, input, horizonS }: View, arrivals: number): number {
  return excess + (arrivals - estimate.service * input.asked) * horizonS;
}
