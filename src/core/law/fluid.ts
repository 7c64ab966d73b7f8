// core: the default law: a fluid model of the queue, predicted over the dead time (docs/design/law.md).

import { averageLevel, levelAt } from '../demand/history.ts';
import { clamp, count } from '../numbers.ts';
import { type Ahead, type AheadMemory, lookAhead } from './ahead.ts';
import { DEFAULT_MISS_TOLERANCE, type Goal, HOLD_MS, type LawInput, type LawResult } from './law.ts';
import { deviationsAbove } from './normal.ts';
import { predictWaiting } from './prediction.ts';
import { type ProbeMemory, probe } from './probe.ts';
import type { Estimate, Head, ServiceRate } from './rates/estimate.ts';
import { update } from './rates/estimator.ts';
import { EXPECTED_SHARE, firstEstimate } from './rates/first-guess.ts';
import type { SeasonMemory } from './season.ts';
import { figuresOf, reasonOf } from './shown.ts';

export interface FluidOptions {
  readonly goal: Goal;
  /** First guess of μ, messages/s per instance. */
  readonly serviceRate?: number;
  /** Known age of the metric. */
  readonly metricDelayMs: number;
  /** Length of a repeating pattern, when there is one. */
  readonly seasonMs?: number;
}

export interface FluidMemory {
  readonly law: 'Fluid';
  readonly estimate: Estimate;
  readonly ahead: AheadMemory;
  readonly probe: ProbeMemory;
  /** Mean time between counts, s: Δ. */
  readonly intervalS: number;
  /** Cold start: the count at the start of the present lead time, and when that was. */
  readonly coldFrom: number;
  readonly coldAtMs: number;
  /** What was asked for at the last look, and when that last became less. */
  readonly asked: number;
  readonly fellAtMs: number;
}

/** What outlives the process: of the queue's nature, not of how things stood. */
export interface FluidLearned {
  readonly law: 'Fluid';
  readonly learned: { readonly service?: ServiceRate; readonly season?: SeasonMemory };
}

/** What a round's decision is made of. Messages and seconds. */
interface View {
  readonly input: LawInput;
  readonly goal: Goal;
  readonly estimate: Estimate;
  /** What was known before this count: what it says of its own worth must not make a shorter queue want more. */
  readonly known: Estimate;
  readonly intervalS: number;
  /** T. */
  readonly target: number;
  /** L = d̂ + Δ + s: the dead time, the interval and the age of the metric. */
  readonly leadS: number;
  /** H = max(4 s, 3·L, 1.4/μ): the time in which the queue is brought to its place. */
  readonly horizonS: number;
  /** λ_F. */
  readonly ahead: Ahead;
  /** Where the queue is to be. */
  readonly aim: number;
  /** q_p. */
  readonly predicted: number;
  /** σ_λ. */
  readonly deviation: number;
  /** Messages older than a `messageAge` target allows. */
  readonly overdue: number;
  /** Whether the policy gives the service rate. */
  readonly isGiven: boolean;
}

type Known = FluidOptions & Pick<FluidLearned, 'learned'>;

const NOTHING: FluidLearned['learned'] = {};

/** Constants of docs/design/law.md#decision, shares of the target first. */
const AIM = 0.5;
/** The aim is that far from the target, in deviations of what chance adds within L. */
const MARGIN = 2;
/** The aim is for ε = 0.05, where a normal variable is above its mean by so many deviations. */
const USUAL_DEVIATIONS = deviationsAbove(DEFAULT_MISS_TOLERANCE);
const PULL = 0.4;
const UP_ABOVE = 0.8;
const DOWN_BELOW = 0;
const DOUBT_WHEN_FALLING = 2;
const DOUBT_IN_NEED = 0.6;
/** So much of the arrivals the queue may be left to take up, and no more: a wrong scale must not empty the app. */
const LEFT_TO_QUEUE = 0.1;
/** As the recent past is forgotten its needs fall one by one: falls closer than this are made one change. */
const FALLS_APART_MS = 1_500;
const ROUNDING = 0.15;
const LEAST_HORIZON_S = 4;
const HORIZON_LEADS = 3;
/** In less than this many services of one message nothing can be brought anywhere. */
const HORIZON_SERVICES = 1.4;
/** How long a lower need must last. */
const LEAST_HOLD_MS = 3_000;
const HOLD_LEADS = 1.4;
const UNSURE = 0.5;
/** How fast a count may grow in each lead time while μ is not known: below the target, and above it. */
const COLD_FACTOR = 4;
const HURRIED_FACTOR = 6;
const ROUGHLY = 0.25;

const FIRST_INTERVAL_S = 0.5;
const NEWEST_INTERVAL = 0.2;

export function fluidLaw(
  input: LawInput,
  remembered: FluidMemory | FluidLearned | undefined,
  options: FluidOptions,
): LawResult<FluidMemory> {
  const learned = remembered !== undefined && 'learned' in remembered ? remembered.learned : NOTHING;
  const memory = remembered !== undefined && 'estimate' in remembered ? remembered : undefined;
  const view = look(input, memory, { ...options, learned });
  const { asked } = input;
  const need = needOf(view);
  const cold = coldLimit(view, memory, learned.service);
  const fellAtMs = lastFall(input, memory);
  const mayFall = input.nowMs - fellAtMs >= FALLS_APART_MS;
  const probing = probe(view.input, memory?.probe, isEmpty(view));
  const least = worthAnInstance(view) ? 1 : 0;
  const fewest = ceil(need + (DOUBT_IN_NEED * view.deviation) / view.estimate.service);
  const down = Math.max(least, Math.min(fewest, probing.floor));

  const up = rises(view) ? Math.max(asked, least, Math.min(ceil(need - ROUNDING), cold.most)) : asked;
  const lower = mayFall && (falls(view) || probing.floor < asked);
  const wanted = up === asked && lower ? Math.min(asked, down) : up;
  return {
    wanted,
    need: Math.max(down, up > asked ? up : 0),
    holdMs: holdOf(view),
    memory: {
      law: 'Fluid',
      estimate: view.estimate,
      ahead: view.ahead.memory,
      intervalS: view.intervalS,
      coldFrom: cold.from,
      coldAtMs: cold.atMs,
      asked,
      fellAtMs,
      probe: probing.memory,
    },
    figures: figuresOf(view, wanted),
    reason: reasonOf(view),
  };
}

/**
 * To give back too early costs the queue one lead time, to give back late costs the remainder as long as it lasts:
 * which is worth more is not known before, so both are let cost about as much (the rental of skis). Where the policy
 * says how long, that holds, but for no less than one lead time. Where nothing tells how many instances work, every fall
 * is a probe, and probes are to be rare.
 */
function holdOf({ input, leadS }: View): number {
  const leadMs = leadS * 1000;
  if (input.giveBackAfterMs !== undefined) return Math.max(input.giveBackAfterMs, leadMs);
  const { inFlight, arrivedTotal } = input.messages;
  const isBlind = inFlight === undefined && arrivedTotal === undefined;
  return Math.max(isBlind ? HOLD_MS : LEAST_HOLD_MS, HOLD_LEADS * leadMs);
}

function lastFall({ asked, nowMs }: LawInput, memory: FluidMemory | undefined): number {
  if (memory === undefined) return nowMs - FALLS_APART_MS;
  return asked < memory.asked ? nowMs : memory.fellAtMs;
}

function look(input: LawInput, memory: FluidMemory | undefined, options: Known): View {
  const estimate = estimateFrom(input, memory, options);
  const intervalS =
    memory === undefined || input.atMs <= memory.estimate.atMs
      ? (memory?.intervalS ?? FIRST_INTERVAL_S)
      : memory.intervalS + NEWEST_INTERVAL * ((input.atMs - memory.estimate.atMs) / 1000 - memory.intervalS);
  const ageS = (input.nowMs - input.atMs + options.metricDelayMs) / 1000;
  const deadTimeS = input.deadTimeMs / 1000;
  const leadS = deadTimeS + intervalS + ageS;
  const { goal } = options;
  const target = targetOf(goal, estimate, input.asked);
  const known = memory?.estimate ?? estimate;
  const deviation = deviationOf(known);
  const { seasonMs, learned } = options;
  const before = memory?.ahead ?? (learned.season && { growth: 0, season: learned.season });
  const ahead = aheadOf(input, memory?.estimate, { before, estimate, deviation, leadS, seasonMs });
  return {
    input,
    goal,
    estimate,
    known,
    intervalS,
    target,
    aim: aimOf(target, Math.sqrt(1.5 * estimate.arrivals * leadS), input.missTolerance),
    leadS,
    ahead,
    horizonS: Math.max(LEAST_HORIZON_S, HORIZON_LEADS * leadS, HORIZON_SERVICES / estimate.service),
    predicted: predictWaiting({
      waiting: input.messages.waiting + input.messages.fetchedAhead,
      arrivals: ahead.soon,
      service: estimate.service,
      ready: Math.min(input.ready, input.asked),
      pending: input.pending,
      nowMs: input.nowMs,
      deadTimeS,
      leadS,
    }),
    deviation,
    overdue: overdueOf(goal, input),
    isGiven: options.serviceRate !== undefined,
  };
}

function aheadOf(
  { nowMs, atMs, deadTimeMs }: LawInput,
  last: Estimate | undefined,
  now: Pick<View, 'estimate' | 'deviation' | 'leadS'> & {
    readonly before: AheadMemory | undefined;
    readonly seasonMs: number | undefined;
  },
): Ahead {
  const before = last ?? now.estimate;
  const present = {
    nowMs,
    atMs,
    sinceMs: Math.max(0, now.estimate.atMs - before.atMs),
    arrivals: now.estimate.arrivals,
    arrivalsBefore: before.arrivals,
    deviation: now.deviation,
    deadTimeMs,
    leadMs: now.leadS * 1000,
  };
  return lookAhead(now.before, present, now.seasonMs);
}

function estimateFrom(input: LawInput, memory: FluidMemory | undefined, options: Known): Estimate {
  const { waiting, inFlight, perBusyInstance, fetchedAhead, arrivedTotal } = input.messages;
  const delayMs = options.metricDelayMs;
  const fromMs = memory?.estimate.atMs ?? input.atMs;
  const served = averageLevel(input.readyBefore, fromMs - delayMs, input.atMs - delayMs);
  const measurement = {
    atMs: input.atMs,
    waiting: waiting + fetchedAhead,
    served,
    emptyBelow: options.goal.kind === 'queueLength' ? Math.max(1, 0.01 * options.goal.messages) : 1,
    working: inFlight === undefined ? undefined : (inFlight - fetchedAhead) / perBusyInstance,
    ready: levelAt(input.readyBefore, input.atMs - delayMs),
    arrived: arrivedTotal,
    head: headOf(input, delayMs),
    most: input.most,
  };
  if (memory !== undefined) return update(memory.estimate, measurement);
  const { service } = options.learned;
  return firstEstimate(measurement, service?.rate ?? options.serviceRate, service?.doubt);
}

/**
 * Of those whose times are known the one in the middle, for one alone may be a message that nobody can process; else the
 * oldest.
 */
function headOf({ atMs, messages }: LawInput, delayMs: number): Head | undefined {
  const { waiting, arrivals, oldestAgeMs } = messages;
  const trueAtMs = atMs - delayMs;
  const middle = arrivals === undefined ? 0 : (arrivals.length - 1) >> 1;
  const insertedAtMs = arrivals?.[middle] ?? (oldestAgeMs === undefined ? undefined : atMs - oldestAgeMs);
  if (insertedAtMs === undefined) return undefined;
  return { insertedAtMs, ageS: (trueAtMs - insertedAtMs) / 1000, behind: waiting - middle };
}

/** Of λ − μ·ρ with ρ = λ/μ: what counts is the doubt about the balance, not about the scale of both. */
function deviationOf({ arrivals, service, varArrivals, varService, covariance }: Estimate): number {
  const rho = arrivals / service;
  return Math.sqrt(Math.max(0, varArrivals - 2 * rho * covariance + rho * rho * varService));
}

/** A wait of W behind n instances is a queue of W·μ·n: a target in time is one in messages that grows with n. */
function targetOf(goal: Goal, { service }: Estimate, asked: number): number {
  return goal.kind === 'queueLength' ? goal.messages : (goal.ms / 1000) * service * Math.max(1, asked);
}

/**
 * a = T − z·max(0.5·T, 2·√(1.5·λ·L)), z the deviations that a normal variable exceeds with chance ε over those that it
 * exceeds with chance 0.05: the less may be missed, the further below the target.
 */
function aimOf(target: number, chance: number, missTolerance: number): number {
  const strictness = Math.max(0, deviationsAbove(missTolerance) / USUAL_DEVIATIONS);
  const usual = Math.min(AIM * target, target - MARGIN * chance);
  return target - strictness * (target - usual);
}

/** Arrivals spread evenly over the age of the oldest; a single message that nobody can process stays one. */
function overdueOf(goal: Goal, { messages }: LawInput): number {
  if (goal.kind !== 'messageAge' || messages.oldestAgeMs === undefined) return 0;
  return messages.oldestAgeMs <= goal.ms ? 0 : messages.waiting * (1 - goal.ms / messages.oldestAgeMs);
}

/**
 * need = [λ_F + min(q_p − a, 0.4·T)/H + max(0, q_p − T)/H_v] / μ with H_v = max(1 s, 0.3·L) and the aim
 * a = min(0.5·T, T − 2·√(1.5·λ·L)): 0.5·T alone is too near a small target, since chance alone
 * moves the queue by √(1.5·λ·L) within L (Poisson arrivals, and half as much for the work). For a target in
 * time the last term is what empties the queue in four fifths of it (Little's law), since T itself grows
 * with the answer; messages that are overdue come on top.
 */
function needOf({ goal, estimate, ahead, aim, target, predicted, horizonS, leadS, overdue }: View): number {
  const pull = Math.min(predicted - aim, PULL * target) / horizonS;
  const steered = ahead.whenReady + Math.max(pull, -LEFT_TO_QUEUE * estimate.arrivals);
  const hurryS = Math.max(1, 0.3 * leadS);
  if (goal.kind === 'queueLength')
    return (steered + Math.max(0, predicted - target) / hurryS) / estimate.service;
  const emptied = predicted / Math.max(0.1, (UP_ABOVE * goal.ms) / 1000);
  return Math.max(steered + overdue / hurryS, emptied) / estimate.service;
}

/**
 * Behind no instance every wait is endless: for a target in time one message is enough to need one. A queue above
 * its target needs one, however little that is of what one can do: with none it stays above.
 */
function worthAnInstance({ goal, input, target }: View): boolean {
  const { waiting } = input.messages;
  return goal.kind === 'queueLength' ? input.asked === 0 && waiting > target : waiting > 0;
}

function rises(v: View): boolean {
  if (v.input.asked === 0 && worthAnInstance(v)) return true;
  const later = v.predicted + (v.ahead.whenReady - v.estimate.service * v.input.asked) * v.horizonS;
  return later > v.aim + (UP_ABOVE - AIM) * v.target || v.overdue >= 1;
}

function falls(v: View): boolean {
  const surely = v.ahead.whenReady + DOUBT_WHEN_FALLING * v.deviation;
  const later = v.predicted + (surely - v.estimate.service * v.input.asked) * v.horizonS;
  return later < v.aim - (AIM - DOWN_BELOW) * v.target;
}

/** Whether nothing waits and nothing else says how many instances that takes. */
function isEmpty({ input, estimate, known }: View): boolean {
  const { inFlight, arrivedTotal } = input.messages;
  const counted = arrivedTotal !== undefined && Math.sqrt(known.varService) < ROUGHLY * known.service;
  return inFlight === undefined && !counted && !estimate.busy;
}

/**
 * While σ_μ/μ > 0.5: at most 4·n + 1 in each lead time; while the queue is above the target 6·n + 1, or as many as the
 * first guess takes for what the load needs.
 */
function coldLimit(
  { input, leadS, target }: View,
  memory: FluidMemory | undefined,
  learned: ServiceRate | undefined,
): { readonly most: number; readonly from: number; readonly atMs: number } {
  // As sure as before this count, too.
  const known = memory?.estimate;
  const doubt = known === undefined ? learned?.doubt : Math.sqrt(known.varService) / known.service;
  const sure = doubt !== undefined && doubt <= UNSURE;
  const goesOn = memory !== undefined && input.nowMs - memory.coldAtMs < leadS * 1000;
  const from = goesOn ? Math.min(memory.coldFrom, input.asked) : input.asked;
  const atMs = goesOn ? memory.coldAtMs : input.nowMs;
  if (sure) return { most: Number.POSITIVE_INFINITY, from, atMs };
  if (input.messages.waiting <= target) return { most: COLD_FACTOR * from + 1, from, atMs };
  return {
    most: Math.max(HURRIED_FACTOR * from + 1, Math.ceil(EXPECTED_SHARE * (input.most ?? 0))),
    from,
    atMs,
  };
}

function ceil(need: number): number {
  return count(Math.ceil(clamp(need, 0, 1e9)));
}
