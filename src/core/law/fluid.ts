// core: the default law: a fluid model of the queue, predicted over the dead time (docs/design/law.md).

import { type Changes, changesPerMinOf, followChanges, priceOf } from '../demand/giving-back/changes.ts';
import type { FallWorth } from '../demand/giving-back/idle.ts';
import { averageLevel, levelAt } from '../demand/history.ts';
import { type ColdMemory, coldLimit } from './cold-start.ts';
import type { Goal, LawInput, LawResult } from './law.ts';
import {
  aimOf,
  atLeast,
  falls,
  isBlind,
  needOf,
  overdueOf,
  rises,
  targetOf,
  type View,
  whole,
  worthAnInstance,
} from './need.ts';
import { type AheadMemory, lookAhead } from './outlook/ahead.ts';
import { predictExcess } from './outlook/prediction.ts';
import type { SeasonMemory } from './outlook/season.ts';
import { type ProbeMemory, probe } from './probe.ts';
import { type ArrivalsSeen, type Bank, firstBank, ratesOf, updateBank } from './rates/bank.ts';
import type { Estimate, Head, Measurement, ServiceRate } from './rates/estimate.ts';
import { actedBy, update } from './rates/estimator.ts';
import { firstEstimate, isRescaled } from './rates/first-guess.ts';
import { believedToServe } from './rates/trial.ts';
import { riseOf, whyNoMore } from './rise.ts';
import { figuresOf, reasonOf, shownOf } from './shown.ts';
import { isUnused, unusedSince } from './unused.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface FluidOptions {
  readonly goal: Goal;
  /** First guess of μ, messages/s per instance. */
  readonly serviceRate?: number;
  /** Known age of the metric. */
  readonly metricDelayMs: number;
  /** Length of a repeating pattern, when there is one. */
  readonly seasonMs?: number;
}

export interface FluidMemory extends ColdMemory, AheadMemory, ProbeMemory, Changes {
  readonly law: 'Fluid';
  /** What people are told the rates by; absent in memories of before it was kept. */
  readonly bank?: Bank;
  /** Mean time between counts, s: Δ. */
  readonly intervalS: number;
  /** Since when all counts found nothing; absent while one finds something. */
  readonly unusedSinceMs?: number | undefined;
}

/** What outlives the process: of the queue's nature, not of how things stood. */
export interface FluidLearned {
  readonly law: 'Fluid';
  readonly learned: { readonly service?: ServiceRate; readonly season?: SeasonMemory };
}

type Learned = FluidLearned['learned'];

const NOTHING: Learned = {};

/** Constants of docs/design/law.md#decision. */
const DOUBT_IN_NEED = 0.3;
/** As the recent past is forgotten its needs fall one by one: falls closer than this are made one change. */
const FALLS_APART_MS = 1_500;
const LEAST_HORIZON_S = 4;
/** A target in time grows with the count itself: who hurries to it runs after what they move. */
const HORIZON_LEADS_IN_TIME = 3;
/** How long a lower need must last, in lead times of at least this: where needs are soon back, and where they last long. */
const LEAST_LEAD_MS = 2_500;
const HOLD_LEADS = 1.2;
const LEAST_HOLD_LEADS = 0.8;
/** … and where nothing tells how many instances work: this share of it, but no less than this where needs are soon back. */
const HELD_IF_BLIND = 0.95;
const LEAST_HELD_IF_BLIND_MS = 5_000;
/** Who is needed no more goes once so many seconds of all that are asked for were idle, or will have been in two looks … */
const IDLE_S = 0.1;
/** … and where nobody sees who is idle, since needs come down step by step. */
const IDLE_IF_BLIND_S = 0.4;
const MOST_IDLE_INSTANCE_S = 20;
const SOON_INTERVALS = 2;
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
  const view = look(input, memory, options, learned);
  const { asked } = input;
  const need = needOf(view);
  const cold = coldLimit(view, memory, learned.service);
  const changes = followChanges(memory, input, input.nowMs - FALLS_APART_MS);
  const { fellAtMs, roseAtMs } = changes;
  const mayFall = input.nowMs - fellAtMs >= FALLS_APART_MS;
  const probing = probe(view.input, memory, isEmpty(view));
  const least = worthAnInstance(view) ? 1 : 0;
  const isLastUnused = isUnused(view) && !expectsMore(view);
  const kept = asked === 0 || isLastUnused ? 0 : 1;
  const fewest =
    isLastUnused && !isBlind(input)
      ? 0
      : whole(need + (DOUBT_IN_NEED * view.deviation) / view.estimate.service);
  const down = Math.max(least, kept, Math.min(fewest, probing.floor));

  // A probe is judged by a count that was made after it, not by what made it worth trying.
  const isTried = isBlind(input) && isEmpty(view) && input.atMs <= fellAtMs;
  const more = Math.max(asked, least, Math.min(atLeast(need), cold.most));
  const rise = riseOf(view, more, roseAtMs);
  const up = rises(view) && !isTried && rise.isWorthIt ? more : asked;
  const lower = mayFall && (falls(view) || probing.floor < asked);
  const wanted = up === asked && lower ? Math.min(asked, down) : up;
  return {
    wanted,
    need: Math.max(down, up > asked ? up : 0),
    holdMs: holdOf(view, HOLD_LEADS, LEAST_HELD_IF_BLIND_MS),
    leastHoldMs: holdOf(view, LEAST_HOLD_LEADS),
    fallWorth: fallWorthOf(view, changesPerMinOf(changes, input.nowMs)),
    memory: {
      law: 'Fluid',
      estimate: view.kept,
      growth: view.ahead.growth,
      season: view.ahead.season,
      intervalS: view.intervalS,
      coldFrom: cold.from,
      coldAtMs: cold.atMs,
      asked,
      fellAtMs,
      roseAtMs,
      changesPerMin: changes.changesPerMin,
      unusedSinceMs: view.unusedSinceMs,
      probed: probing.probed,
      bank: view.bank,
    },
    figures: figuresOf(view, wanted),
    reason: wanted === asked ? reasonOf(view) + whyNoMore(view, rise, cold) : reasonOf(view),
  };
}

/**
 * To give back too early costs the queue one lead time, to give back late costs the remainder as long as it lasts:
 * which is worth more is not known before, so both are let cost about as much (the rental of skis), and less is held
 * the less often it was worth it (core/demand/giving-back/lulls.ts). What the policy says is the least. Where nothing
 * tells how many instances work, nobody sees how many do not: each probe is worth more, and waits less, unless needs
 * are soon back.
 */
function holdOf({ input, leadS }: View, leads: number, leastIfBlindMs = 0): number {
  const { giveBackAfterMs } = input;
  const leadMs = leadS * 1000;
  if (giveBackAfterMs !== undefined) return Math.max(giveBackAfterMs, leads * leadMs);
  const heldMs = leads * Math.max(LEAST_LEAD_MS, leadMs);
  return isBlind(input) ? Math.max(leastIfBlindMs, HELD_IF_BLIND * heldMs) : heldMs;
}

function fallWorthOf({ input, intervalS }: View, changesPerMin: number): FallWorth {
  const blind = isBlind(input);
  const instanceS = Math.min(MOST_IDLE_INSTANCE_S, (blind ? IDLE_IF_BLIND_S : IDLE_S) * input.asked);
  const price = priceOf(changesPerMin, blind);
  const worth = { instanceS: price * instanceS, nextS: SOON_INTERVALS * intervalS };
  return price > 1 ? { ...worth, changesPerMin } : worth;
}

/** That nothing came says nothing of a load that the season foretells: who is there for it is to be there when it comes. */
function expectsMore({ ahead, estimate }: View): boolean {
  return atLeast((ahead.whenReady - estimate.arrivals) / estimate.service) > 0;
}

/** What the estimates need of the rounds before. */
export type Seen = Pick<
  FluidMemory,
  'estimate' | 'growth' | 'season' | 'bank' | 'intervalS' | 'unusedSinceMs'
>;

/** What is known of a queue with this count of it, whatever is decided by that. */
export function look(
  input: LawInput,
  memory: Seen | undefined,
  options: FluidOptions,
  learned: Learned = NOTHING,
): View {
  const measurement = measurementOf(input, memory?.estimate.atMs ?? input.atMs, options);
  const kept =
    memory === undefined ? firstFrom(measurement, options, learned) : update(memory.estimate, measurement);
  const estimate = actedBy(kept);
  const bank = bankFrom(measurement, memory, kept);
  const intervalS =
    memory === undefined || input.atMs <= memory.estimate.atMs
      ? (memory?.intervalS ?? FIRST_INTERVAL_S)
      : memory.intervalS + NEWEST_INTERVAL * ((input.atMs - memory.estimate.atMs) / 1000 - memory.intervalS);
  const ageS = (input.nowMs - input.atMs + options.metricDelayMs) / 1000;
  const leadS = input.deadTimeMs / 1000 + intervalS + ageS;
  const { goal } = options;
  const target = targetOf(goal, estimate, input.asked);
  const known = memory === undefined ? estimate : actedBy(memory.estimate);
  const deviation = deviationOf(known);
  const before = memory ?? (learned.season && { growth: 0, season: learned.season });
  const ahead = lookAhead(
    before,
    {
      nowMs: input.nowMs,
      atMs: input.atMs,
      sinceMs: Math.max(0, estimate.atMs - known.atMs),
      arrivals: estimate.arrivals,
      arrivalsBefore: known.arrivals,
      deviation,
      deadTimeMs: input.deadTimeMs,
      leadMs: leadS * 1000,
    },
    options.seasonMs,
  );
  const told = ratesOf(bank, seenBy(input, estimate));
  const inMessages = goal.kind === 'queueLength';
  const horizonS = Math.max(LEAST_HORIZON_S, inMessages ? leadS : HORIZON_LEADS_IN_TIME * leadS);
  const excess = excessOf(input, estimate, options, ahead.soon, leadS);
  const view: Writable<View> = {
    input,
    goal,
    kept,
    estimate,
    bank,
    told,
    shownRates: shownOf(told, estimate, options.serviceRate !== undefined),
    known,
    intervalS,
    target,
    aim: target,
    leadS,
    ahead,
    horizonS,
    excess: inMessages ? excess : Math.max(0, excess),
    atOnce: inMessages ? input.messages.perBusyInstance : 0,
    deviation,
    overdue: overdueOf(goal, input),
    unusedSinceMs: unusedSince(measurement, memory),
  };
  // Of what is in it already: made for itself it would be half of it once more.
  view.aim = aimOf(target, estimate, view);
  return view;
}

function seenBy({ messages }: LawInput, { busy }: Estimate): ArrivalsSeen {
  const isCounted = messages.arrivedTotal !== undefined;
  return { isCounted, isSeen: isCounted || messages.inFlight !== undefined || busy };
}

/** Those fetched ahead are among those in flight. Where nothing counts these, all that serve work on some behind a queue, and else as many as the rates say. */
function excessOf(
  { messages, ready, readyBefore, asked, pending, nowMs, atMs, deadTimeMs }: LawInput,
  { arrivals, service, behind, trial }: Estimate,
  { metricDelayMs }: FluidOptions,
  arrivalsSoon: number,
  leadS: number,
): number {
  const { waiting, inFlight, perBusyInstance: perInstance } = messages;
  const staying = Math.min(believedToServe(trial, ready, nowMs), asked);
  const working = waiting > 0 ? staying : Math.min(staying, arrivals / service);
  const backlog = behind?.there ?? waiting + (inFlight ?? working * perInstance);
  return predictExcess({
    backlog,
    arrivals: arrivalsSoon,
    service,
    perInstance,
    ready: staying,
    readyBefore,
    pending,
    nowMs,
    trueAtMs: atMs - metricDelayMs,
    deadTimeS: deadTimeMs / 1000,
    leadS,
  });
}

function firstFrom(measurement: Measurement, { serviceRate }: FluidOptions, { service }: Learned): Estimate {
  return firstEstimate(measurement, service?.rate ?? serviceRate, service?.doubt);
}

/** It begins anew as soon as the scale of the rates is guessed. */
function bankFrom(
  measurement: Measurement,
  memory: Pick<FluidMemory, 'estimate' | 'bank'> | undefined,
  estimate: Estimate,
): Bank {
  const known = memory?.estimate;
  const isScaled =
    known !== undefined &&
    (known.first === undefined
      ? isRescaled(known, estimate, measurement.most)
      : estimate.first === undefined);
  return memory?.bank === undefined || isScaled
    ? firstBank(estimate)
    : updateBank(memory.bank, memory.estimate, measurement);
}

function measurementOf(
  input: LawInput,
  fromMs: number,
  { goal, metricDelayMs: delayMs }: FluidOptions,
): Measurement {
  const { waiting, inFlight, perBusyInstance, fetchedAhead, arrivedTotal, taken } = input.messages;
  const { runningBefore } = input;
  const [sinceMs, untilMs] = [fromMs - delayMs, input.atMs - delayMs];
  return {
    atMs: input.atMs,
    waiting: waiting + fetchedAhead,
    served: averageLevel(input.readyBefore, sinceMs, untilMs),
    servedAtMost: runningBefore === undefined ? undefined : averageLevel(runningBefore, sinceMs, untilMs),
    emptyBelow: goal.kind === 'queueLength' ? Math.max(1, 0.01 * goal.messages) : 1,
    working: inFlight === undefined ? undefined : (inFlight - fetchedAhead) / perBusyInstance,
    ready: levelAt(input.readyBefore, input.atMs - delayMs),
    held: perBusyInstance,
    isBeside: input.isBeside,
    arrived: arrivedTotal,
    head: headOf(input, delayMs),
    taken: taken?.sinceMs === fromMs ? taken?.count : undefined,
    most: input.most,
    isUntold: input.isUntold,
  };
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

/** Whether nothing waits and nothing else says how many instances that takes. */
function isEmpty({ input, estimate, known }: View): boolean {
  const { inFlight, arrivedTotal } = input.messages;
  const counted = arrivedTotal !== undefined && Math.sqrt(known.varService) < ROUGHLY * known.service;
  return inFlight === undefined && !counted && !estimate.busy;
}
