// core: λ and μ as people are told them: a bank of filters that differ in how fast λ may change (docs/design/law.md#what-is-shown).

import type { Estimate, Measurement } from './estimate.ts';
import { type Between, between, lasts, observeFlows } from './flows.ts';
import {
  type Change,
  confine,
  drift,
  FIT,
  L,
  LL,
  M,
  MM,
  type Noise,
  type Supposed,
  type Updating,
} from './supposed.ts';

/** From a λ that hardly changes to one that does within seconds. */
const FASTEST: Change = { level: 0.12, growth: 0.04 };
const CHANGES: readonly Change[] = [{ level: 0.01, growth: 0.001 }, { level: 0.04, growth: 0.008 }, FASTEST];
/** So long a past speaks for a supposition, and what was counted for μ. */
const FIT_FOR_S = 60;
const COUNTED_FOR_S = 120;
const GROWS_FOR_S = 20;
const LEAST_FIT = -12;
/** So many messages that were seen to be worked off tell μ, whatever λ does. */
const ENOUGH_COUNTED = 40;
/** Without counts, suppositions that are as close as this say the same. */
const AGREES = 0.1;
const FIRST_SURPRISE = 4;

export interface Bank {
  /** One for each of CHANGES, in order. */
  readonly supposed: readonly Supposed[];
  /** Messages that were seen to be worked off, slowly forgotten. */
  readonly counted: number;
  /** Mean of the last one's squared surprises, in variances: 1 where noise is as large as it is taken to be. */
  readonly odd: number;
}

export interface Rates {
  readonly arrivals: number;
  readonly service: number;
  readonly varArrivals: number;
  readonly varService: number;
  /** Whether what came was counted, or λ hardly changes: else a wrong scale of both explains as much. */
  readonly isArrivalsSure: boolean;
  readonly isServiceSure: boolean;
}

/** As much as an estimate knows. */
export function firstBank({ arrivals, service, varArrivals, varService, covariance }: Estimate): Bank {
  const start = { l: arrivals, m: service, ll: varArrivals, mm: varService, lm: covariance };
  const { l, m, ll, mm, lm } = start;
  return {
    supposed: CHANGES.map(({ growth }) => [l, 0, m, ll, 0, lm, (10 * growth * l) ** 2, 0, mm, m, 0]),
    counted: 0,
    odd: FIRST_SURPRISE,
  };
}

export function updateBank(bank: Bank, before: Estimate, now: Measurement): Bank {
  const b = between(before, now);
  const { dt } = b;
  if (!(dt > 0)) return bank;
  const { supposed: known, counted } = bank;
  const noise: Noise = { times: Math.max(1, bank.odd), odd: bank.odd };
  const { fit, counts, growth } = keptOver(dt);
  const time = { dt, served: now.served, kept: growth };
  const supposed = known.map((each, i) => {
    const f: Updating = [...each];
    // Each by itself: that of the fastest changes, the last one, has the say.
    noise.odd = bank.odd;
    drift(f, CHANGES[i] ?? FASTEST, time);
    f[FIT] *= fit;
    observeFlows(f, b, noise);
    confine(f);
    return f;
  });
  let best = Number.NEGATIVE_INFINITY;
  for (const f of supposed) best = Math.max(best, f[FIT]);
  for (const f of supposed) f[FIT] = roughly(Math.max(LEAST_FIT, f[FIT] - best));
  return {
    supposed,
    counted: roughly(counted * counts + doneIn(b, supposed[0])),
    odd: roughly(noise.odd),
  };
}

/** The shares that are left after a time. */
interface Kept {
  readonly dt: number;
  /** Of how well a supposition foretold, of messages that were counted, and of the growth of λ. */
  readonly fit: number;
  readonly counts: number;
  readonly growth: number;
}

let kept = keptAfter(0);

/** Most queues are read as often as the one before: what an interval leaves is mostly known. */
function keptOver(dt: number): Kept {
  if (kept.dt !== dt) kept = keptAfter(dt);
  return kept;
}

function keptAfter(dt: number): Kept {
  return {
    dt,
    fit: Math.exp(-dt / FIT_FOR_S),
    counts: Math.exp(-dt / COUNTED_FOR_S),
    growth: Math.exp(-dt / GROWS_FOR_S),
  };
}

/** What need not be exact is short in a memory that is. */
function roughly(value: number): number {
  return Math.round(value * 1000) / 1000 + 0;
}

/** As far as it was counted, or follows from when messages came. */
function doneIn(b: Between, f: Supposed | undefined): number {
  const { arrived, front, dt, grown } = b;
  if (arrived !== undefined) return Math.max(0, arrived - grown);
  if (front === undefined || f === undefined || !lasts(f, b)) return 0;
  return Math.max(0, front.perS * dt - grown);
}

/** All suppositions together, each by how well it foretold: their mean, with the variance within and between them. */
export function ratesOf({ supposed, counted }: Bank): Rates {
  let sum = 0;
  let arrivals = 0;
  let service = 0;
  let varArrivals = 0;
  let varService = 0;
  for (const each of supposed) {
    const weight = Math.exp(each[FIT]);
    sum += weight;
    const share = weight / sum;
    const otherArrivals = each[L] - arrivals;
    const otherService = each[M] - service;
    arrivals += share * otherArrivals;
    service += share * otherService;
    varArrivals += share * (each[LL] + otherArrivals * (each[L] - arrivals) - varArrivals);
    varService += share * (each[MM] + otherService * (each[M] - service) - varService);
  }
  const isCounted = counted >= ENOUGH_COUNTED;
  return {
    arrivals,
    service,
    varArrivals,
    varService,
    isArrivalsSure: isCounted || agree(supposed, L),
    isServiceSure: isCounted || agree(supposed, M),
  };
}

/** The supposition that λ hardly changes foretells best, and the next one says the same. */
function agree(supposed: readonly Supposed[], rate: typeof L | typeof M): boolean {
  const still = supposed[0];
  const moving = supposed[1];
  if (still === undefined || moving === undefined || still[FIT] < 0) return false;
  return Math.abs(still[rate] - moving[rate]) <= AGREES * still[rate];
}
