// core: what the default law tells people: rates once they are known, and what other counts would mean.

import type { Alternative } from '../../api/words/alternatives.ts';
import { brief } from '../../api/words/figures.ts';
import { type Course, outcomeOf } from './alternatives.ts';
import type { Goal, LawInput } from './law.ts';
import type { Rates } from './rates/bank.ts';
import type { Estimate } from './rates/estimate.ts';

/** σ_λ/λ and σ_μ/μ up to which rates are shown: they are then within a quarter of the truth (`npm run bench -- rates`). */
const DOUBTFUL_ARRIVALS = 0.18;
const DOUBTFUL_SERVICE = 0.2;
/** Instances that serve sooner than this after they run serve at once. */
const LEAST_SHOWN_MS = 100;
/** What a person gave is as good as known until it is measured. */
const AS_GIVEN = 0.3;

export interface Shown extends Omit<Course, 'arrivals' | 'service' | 'asked' | 'grows'> {
  readonly goal: Goal;
  readonly input: LawInput;
  readonly estimate: Estimate;
  readonly told: Rates;
  readonly ahead: { readonly whenReady: number };
  /** Whether the policy gives the service rate. */
  readonly isGiven: boolean;
}

/** @param grows whether the target is more the more instances there are; by default where it is a wait */
export function figuresOf(
  shown: Shown,
  wanted: number,
  grows: boolean = shown.goal.kind !== 'queueLength',
): Readonly<Record<string, number>> {
  const { input, excess } = shown;
  const { waiting, inFlight } = input.messages;
  const { arrivals: arrivalsPerS, service: servicePerS } = shown.told;
  const { deadTimeMs, warmUpMs = 0 } = input;
  const deadTimeS = deadTimeMs / 1000;
  const known = knownOf(shown);
  // One after the other: spread from parts that may be absent they take several times as long, in every round.
  const figures: Record<string, number> = { waiting };
  if (inFlight !== undefined) figures['inFlight'] = inFlight;
  if (known.arrivals) figures['arrivalsPerS'] = arrivalsPerS;
  if (known.service) figures['servicePerS'] = servicePerS;
  figures['predicted'] = Math.max(0, excess);
  figures['deadTimeS'] = deadTimeS;
  if (warmUpMs >= LEAST_SHOWN_MS) figures['warmUpS'] = warmUpMs / 1000;
  return known.service ? Object.assign(figures, alternativesOf(shown, wanted, grows)) : figures;
}

/** Rates that are not known yet are not shown as if they were; what they come to in instances may be known first. */
export function reasonOf(shown: Shown): string {
  const { arrivals, service } = shown.told;
  const known = knownOf(shown);
  const waiting = `${brief(shown.input.messages.waiting)} waiting`;
  const work = isLoadKnown(shown.estimate)
    ? `, work for ${brief(shown.estimate.arrivals / shown.estimate.service)} instances arriving`
    : '';
  if (!known.service) return `${waiting}${work} (rates not known yet)`;
  return `${waiting}${known.arrivals ? `, ${brief(arrivals)}/s arriving` : work}, ${brief(service)}/s per instance`;
}

/** σ_ρ/ρ up to which ρ = λ/μ is shown, with the rates' covariance: what is wrong with both of them is not wrong with it. */
const DOUBTFUL_LOAD = 0.3;

function isLoadKnown({ arrivals, service, varArrivals, varService, covariance }: Estimate): boolean {
  if (arrivals <= 0) return false;
  const [a, s] = [varArrivals / (arrivals * arrivals), varService / (service * service)];
  return a + s - (2 * covariance) / (arrivals * service) <= DOUBTFUL_LOAD * DOUBTFUL_LOAD;
}

/** What is not counted has to go with what the law finds, which is made otherwise: within so many deviations of both. */
const NEAR = 1.5;

function isNear({ service, varService }: Rates, estimate: Estimate): boolean {
  return Math.abs(service - estimate.service) <= NEAR * Math.sqrt(varService + estimate.varService);
}

/** Arrivals that a given service rate tells are as good as that. */
function knownOf({ told, isGiven, estimate }: Shown): {
  readonly arrivals: boolean;
  readonly service: boolean;
} {
  const { arrivals, service, varArrivals, varService, isArrivalsSure, isServiceSure } = told;
  if (isGiven) {
    const known = Math.sqrt(varService) <= AS_GIVEN * service;
    return { service: known, arrivals: known };
  }
  const isSure = isServiceSure && (told.isCounted || isNear(told, estimate));
  const known = isSure && Math.sqrt(varService) <= DOUBTFUL_SERVICE * service;
  return {
    service: known,
    arrivals: known && isArrivalsSure && Math.sqrt(varArrivals) <= DOUBTFUL_ARRIVALS * arrivals,
  };
}

/** What one fewer and one more than `wanted` would have meant, beside what it means itself. */
function alternativesOf(
  shown: Shown,
  wanted: number,
  grows: boolean,
): Readonly<Partial<Record<Alternative, number>>> {
  const { excess, atOnce, deviation, leadS, horizonS, target, ahead, estimate } = shown;
  const { whenReady: arrivals } = ahead;
  const { asked } = shown.input;
  const { service } = estimate;
  const course = { excess, asked, atOnce, arrivals, service, deviation, leadS, horizonS, target, grows };
  const { missChance } = outcomeOf(course, wanted);
  const more = outcomeOf(course, wanted + 1);
  const others = { waitingWithOneMore: more.waiting, missChanceWithOneMore: more.missChance };
  if (wanted <= 0) return { missChance, ...others };
  const fewer = outcomeOf(course, wanted - 1);
  return {
    missChance,
    waitingWithOneFewer: fewer.waiting,
    missChanceWithOneFewer: fewer.missChance,
    ...others,
  };
}
