// core: what the default law tells people: rates once they are known, and what other counts would mean.

import { giveOrTake } from '../../api/words/figures.ts';
import { countText } from '../demand/messages.ts';
import { type Course, outcomeOf } from './alternatives.ts';
import type { Goal, LawInput } from './law.ts';
import type { Rates } from './rates/bank.ts';
import type { Estimate } from './rates/estimate.ts';

/** σ_λ/λ and σ_μ/μ up to which rates are shown: they are then within a quarter of the truth (`npm run bench -- rates`). */
const DOUBTFUL_ARRIVALS = 0.18;
const DOUBTFUL_SERVICE = 0.2;
/** With so many deviations either way the truth is in it nineteen times of twenty. */
export const MARGIN = 2;
/** Instances that serve sooner than this after they run serve at once. */
const LEAST_SHOWN_MS = 100;
/** What a person gave, which is taken to be right to 0.3, is as good as known for minutes in which nothing is learned of it. */
const AS_GIVEN = 0.35;

export interface Shown extends Omit<Course, 'arrivals' | 'service' | 'asked' | 'grows'> {
  readonly goal: Goal;
  readonly input: LawInput;
  readonly estimate: Estimate;
  readonly told: Rates;
  readonly shownRates: ShownRates;
  readonly ahead: { readonly whenReady: number };
}

/** @param grows whether the target is more the more instances there are; by default where it is a wait */
export function figuresOf(
  shown: Shown,
  wanted: number,
  grows: boolean = shown.goal.kind !== 'queueLength',
): Readonly<Record<string, number>> {
  const { input, excess } = shown;
  const { waiting, inFlight, splitMargin } = input.messages;
  const { arrivals: arrivalsPerS, service: servicePerS } = shown.told;
  const { shownRates: known } = shown;
  // One after the other: spread from parts that may be absent they take several times as long, in every round. And not from
  // the first one on: an empty object has room for four, one with a field for that alone.
  const figures: Record<string, number> = {};
  figures['waiting'] = waiting;
  if (inFlight !== undefined) figures['inFlight'] = inFlight;
  if (splitMargin > 0) figures['splitMargin'] = splitMargin;
  if (known.arrivals) {
    figures['arrivalsPerS'] = arrivalsPerS;
    figures['arrivalsPerSMargin'] = marginOf(shown.told.varArrivals);
  }
  if (known.service) {
    figures['servicePerS'] = servicePerS;
    figures['servicePerSMargin'] = marginOf(shown.told.varService);
  }
  figures['predicted'] = Math.max(0, excess);
  figures['predictedMargin'] = MARGIN * predictedSpread(shown);
  addDeadTime(figures, input);
  if (known.service) addAlternatives(figures, shown, { wanted, grows });
  return figures;
}

function marginOf(variance: number): number {
  return MARGIN * Math.sqrt(variance);
}

/** As that of what other counts would mean, without the time after L. */
function predictedSpread({ deviation, leadS, ahead, estimate, input }: Shown): number {
  const moved = ahead.whenReady + 0.5 * estimate.service * input.asked;
  return Math.sqrt((deviation * leadS) ** 2 + moved * leadS);
}

/** The median and what nine in ten do not exceed; a mean that no launch has shown yet is a guess. */
function addDeadTime(figures: Record<string, number>, input: LawInput): void {
  const { deadTimeMs, launchTimes, warmUpMs = 0, warmUpMarginMs = 0 } = input;
  if (launchTimes === undefined) {
    figures['deadTimeS'] = deadTimeMs / 1000;
  } else {
    figures['deadTimeS'] = (launchTimes.medianMs + warmUpMs) / 1000;
    figures['deadTime90S'] = (launchTimes.mostMs + warmUpMs) / 1000;
  }
  figures['launches'] = launchTimes?.launches ?? 0;
  if (warmUpMs < LEAST_SHOWN_MS) return;
  figures['warmUpS'] = warmUpMs / 1000;
  figures['warmUpSMargin'] = warmUpMarginMs / 1000;
}

/** Rates that are not known yet are not shown as if they were; what they come to in instances may be known first. */
export function reasonOf(shown: Shown): string {
  const { arrivals, service, varArrivals, varService } = shown.told;
  const { shownRates: known } = shown;
  const waiting = `${countText(shown.input.messages)} waiting`;
  if (!known.service) return `${waiting}${workText(shown.estimate)} (rates not known yet)`;
  const arriving = known.arrivals
    ? `, ${giveOrTake(arrivals, marginOf(varArrivals))}/s arriving`
    : workText(shown.estimate);
  return `${waiting}${arriving}, ${giveOrTake(service, marginOf(varService))}/s per instance`;
}

function workText(estimate: Estimate): string {
  const doubt = loadDoubt(estimate);
  if (!(estimate.arrivals > 0 && doubt <= DOUBTFUL_LOAD)) return '';
  const load = estimate.arrivals / estimate.service;
  return `, work for ${giveOrTake(load, MARGIN * doubt * load)} instances arriving`;
}

/** σ_ρ/ρ up to which ρ = λ/μ is shown, with the rates' covariance: what is wrong with both of them is not wrong with it. */
const DOUBTFUL_LOAD = 0.3;

/** σ_ρ/ρ; no number where nothing arrives. */
function loadDoubt({ arrivals, service, varArrivals, varService, covariance }: Estimate): number {
  const [a, s] = [varArrivals / (arrivals * arrivals), varService / (service * service)];
  return Math.sqrt(Math.max(0, a + s - (2 * covariance) / (arrivals * service)));
}

/**
 * What is not counted has to go with what the law finds, which is made otherwise: within so many deviations of both, and
 * where no queue tells how much is done, within this share.
 */
const NEAR = 1.5;
const NEAR_SHARE = 0.18;

function isNear({ service, varService }: Rates, estimate: Estimate): boolean {
  const apart = Math.abs(service - estimate.service);
  if (!estimate.busy && apart > NEAR_SHARE * service) return false;
  return apart <= NEAR * Math.sqrt(varService + estimate.varService);
}

/** Which rates are shown. */
export interface ShownRates {
  readonly arrivals: boolean;
  readonly service: boolean;
}

/** Arrivals that a given service rate tells are as good as that. */
export function shownOf(told: Rates, estimate: Estimate, isGiven: boolean): ShownRates {
  const { arrivals, service, varArrivals, varService, isArrivalsSure, isServiceSure } = told;
  if (isGiven) {
    const known = Math.sqrt(varService) <= AS_GIVEN * service;
    return { service: known, arrivals: known && Math.sqrt(varArrivals) <= AS_GIVEN * arrivals };
  }
  const isSure = isServiceSure && (told.isCounted || isNear(told, estimate));
  const known = isSure && Math.sqrt(varService) <= DOUBTFUL_SERVICE * service;
  return {
    service: known,
    arrivals: known && isArrivalsSure && Math.sqrt(varArrivals) <= DOUBTFUL_ARRIVALS * arrivals,
  };
}

/** What the count that is wanted within bounds means, one fewer and one more; and what is asked for now, where that is another. */
function addAlternatives(
  figures: Record<string, number>,
  { excess, atOnce, deviation, leadS, horizonS, target, ahead, estimate, input }: Shown,
  { wanted: unbounded, grows }: { readonly wanted: number; readonly grows: boolean },
): void {
  const { least = 0, most = Number.POSITIVE_INFINITY } = input;
  const wanted = Math.min(most, Math.max(least, unbounded));
  const { whenReady: arrivals } = ahead;
  const { asked } = input;
  const { service } = estimate;
  const course = { excess, asked, atOnce, arrivals, service, deviation, leadS, horizonS, target, grows };
  const { missChance, spread } = outcomeOf(course, wanted);
  figures['wantedByLaw'] = wanted;
  figures['missChance'] = missChance;
  figures['waitingMargin'] = MARGIN * spread;
  if (wanted > 0) {
    const fewer = outcomeOf(course, wanted - 1);
    figures['waitingWithOneFewer'] = fewer.waiting;
    figures['missChanceWithOneFewer'] = fewer.missChance;
  }
  const more = outcomeOf(course, wanted + 1);
  figures['waitingWithOneMore'] = more.waiting;
  figures['missChanceWithOneMore'] = more.missChance;
  if (asked === wanted) return;
  const now = outcomeOf(course, asked);
  figures['countAsIs'] = asked;
  figures['waitingAsIs'] = now.waiting;
  figures['missChanceAsIs'] = now.missChance;
}
