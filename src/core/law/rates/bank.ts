// core: λ and μ as people are told them: a bank of filters that differ in how fast λ may change (docs/design/law.md#what-is-shown).

import { above } from '../normal.ts';
import type { Estimate, Measurement } from './estimate.ts';
import { type Between, between, lasts, observeFlows } from './flows.ts';
import {
  type Change,
  confine,
  drift,
  FIT,
  G,
  GG,
  GM,
  L,
  LG,
  LL,
  LM,
  M,
  MM,
  type Noise,
  NUMBERS,
  type Passing,
  type Supposed,
  scaleOf,
} from './supposed.ts';

/** From a λ that hardly changes to one that does within seconds. */
const FASTEST: Change = { level: 0.3, growth: 0.2 };
const MIDDLE: Change = { level: 0.04, growth: 0.008 };
const CHANGES: readonly Change[] = [
  { level: 0.01, growth: 0.001 },
  MIDDLE,
  { level: 0.12, growth: 0.04 },
  FASTEST,
];
/** So long a past speaks for a supposition, and what was counted for μ. */
const FIT_FOR_S = 60;
const COUNTED_FOR_S = 120;
const GROWS_FOR_S = 20;
/** Who has foretold so much worse than the best begins anew with what that one knows. */
const LEAST_FIT = -12;
const ANEW_FIT = -6;
/** So many messages that were seen to be worked off tell μ, whatever λ does. */
const ENOUGH_COUNTED = 40;
/** Suppositions that are as close as this say the same, without counts and with them. */
const AGREES = 0.1;
const AGREES_COUNTED = 0.15;
/** σ_λ/λ of the middle one up to which λ is known though it may change; and of all where the one that it hardly does foretells best. */
const KNOWN_MOVING = 0.2;
const KNOWN_STILL = 0.15;
const FIRST_SURPRISE = 4;
/** Digits that are kept of a rate, and of its square. */
const RATE_DIGITS = 6;
const VARIANCE_DIGITS = 11;
const LEAST_ROUNDED = 1e-6;
/** 10 to the powers that this takes for every λ that there may be: eight an app in every round. */
const LEAST_POWER = -7;
const POWERS: readonly number[] = Array.from({ length: 31 }, (_, i) => 10 ** (i + LEAST_POWER));
/** What is known is right to such a share; λ with this chance, by all suppositions together. */
const CLOSE = 0.25;
const CLOSE_CHANCE = 0.9;

/**
 * The numbers of one supposition for each of CHANGES, in order, and then two that they share. One list, for in every
 * round it is made anew for every app: of objects, a pool of a thousand would make megabytes.
 *
 *     0 … 10      11 … 21      22 … 32      33 … 43      44         45
 *     λ g μ P …   λ g μ P …    λ g μ P …    λ g μ P …    counted    odd
 */
export type Bank = readonly number[];

/** Messages that were seen to be worked off, slowly forgotten. */
const COUNTED = CHANGES.length * NUMBERS;
/** Mean of the last one's squared surprises, in variances: 1 where noise is as large as it is taken to be. */
const ODD = COUNTED + 1;

export interface Rates {
  readonly arrivals: number;
  readonly service: number;
  readonly varArrivals: number;
  readonly varService: number;
  /** Whether messages were seen to be worked off; else μ follows from what else is known of the queue. */
  readonly isCounted: boolean;
  /** Whether what came was counted, or λ hardly changes: else a wrong scale of both explains as much. */
  readonly isArrivalsSure: boolean;
  readonly isServiceSure: boolean;
}

/** Whether it can be read, whoever wrote it. */
export function isBank(raw: unknown): raw is Bank {
  return Array.isArray(raw) && raw.length === ODD + 1 && raw.every((each) => typeof each === 'number');
}

/** As much as an estimate knows. */
export function firstBank({ arrivals: l, service: m, varArrivals, varService, covariance }: Estimate): Bank {
  const bank: number[] = [];
  for (const { growth } of CHANGES)
    bank.push(l, 0, m, varArrivals, 0, covariance, (10 * growth * l) ** 2, 0, varService, scaleOf(m), 0);
  bank.push(0, FIRST_SURPRISE);
  return bank;
}

/** The supposition that is being updated: each is read into it, brought up to date and written from it again. */
const f: Supposed = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const noise: Noise = { times: 1, odd: 1 };

export function updateBank(bank: Bank, before: Estimate, now: Measurement): Bank {
  const b = between(before, now);
  const { dt } = b;
  if (!(dt > 0)) return bank;
  const odd = bank[ODD] ?? FIRST_SURPRISE;
  noise.times = Math.max(1, odd);
  const kept = keptOver(dt);
  const next = bank.slice();
  let done = 0;
  read(f, bank, 0);
  const isBlind = isUnseen(b, f);
  for (let i = 0; i < CHANGES.length; i++) {
    read(f, bank, i);
    // Each by itself: that of the fastest changes, the last one, has the say.
    noise.odd = odd;
    drift(f, changeOf(i, isBlind), kept, now.served);
    f[FIT] *= kept.fit;
    observeFlows(f, b, noise);
    confine(f);
    if (i === 0) done = doneIn(b, f);
    write(f, next, i);
  }
  compare(next);
  next[COUNTED] = roughly((bank[COUNTED] ?? 0) * kept.counts + done);
  next[ODD] = roughly(noise.odd);
  return next;
}

function read(into: Supposed, bank: Bank, i: number): void {
  for (let k = 0; k < NUMBERS; k++) into[k] = bank[i * NUMBERS + k] ?? 0;
}

/** With as many digits as they need: an app's memory is at most 4 KiB. */
function write(from: Readonly<Supposed>, bank: number[], i: number): void {
  const at = i * NUMBERS;
  for (let k = 0; k < NUMBERS; k++) bank[at + k] = from[k] ?? 0;
  const l = digitsOf(from[L]);
  const m = digitsOf(from[M]);
  const rates = tenTo(RATE_DIGITS - l);
  const variances = tenTo(VARIANCE_DIGITS - 2 * l);
  bank[at + L] = Math.round(from[L] * rates) / rates;
  bank[at + G] = Math.round(from[G] * rates) / rates + 0;
  bank[at + LL] = Math.ceil(from[LL] * variances) / variances;
  bank[at + LG] = Math.round(from[LG] * variances) / variances + 0;
  bank[at + GG] = Math.ceil(from[GG] * variances) / variances;
  const service = tenTo(RATE_DIGITS - m);
  const both = tenTo(VARIANCE_DIGITS - l - m);
  const serviceVariance = tenTo(VARIANCE_DIGITS - 2 * m);
  bank[at + M] = Math.round(from[M] * service) / service;
  bank[at + LM] = Math.round(from[LM] * both) / both + 0;
  bank[at + GM] = Math.round(from[GM] * both) / both + 0;
  bank[at + MM] = Math.ceil(from[MM] * serviceVariance) / serviceVariance;
}

function digitsOf(rate: number): number {
  return Math.ceil(Math.log10(Math.max(rate, LEAST_ROUNDED)));
}

function tenTo(power: number): number {
  return POWERS[power - LEAST_POWER] ?? 10 ** power;
}

/** What nobody sees may change faster than it does where it is seen to hardly change. */
function changeOf(i: number, isBlind: boolean): Change {
  return (isBlind && i === 0 ? MIDDLE : CHANGES[i]) ?? FASTEST;
}

/** Nothing is counted, and no queue lasts whose length would tell. */
function isUnseen(b: Between, still: Readonly<Supposed>): boolean {
  return b.arrived === undefined && b.now.working === undefined && !lasts(still, b);
}

/**
 * Each beside the best. One that was wrong about a change has put it down to μ, and would be the best again as soon as λ
 * rests, since it expects the least: it takes over what the best has learned meanwhile (the mixing of H. A. P. Blom and
 * Y. Bar-Shalom, The interacting multiple model algorithm, 1988).
 */
function compare(bank: number[]): void {
  let best = 0;
  for (let at = NUMBERS; at < COUNTED; at += NUMBERS)
    if ((bank[at + FIT] ?? 0) > (bank[best + FIT] ?? 0)) best = at;
  const most = bank[best + FIT] ?? 0;
  for (let at = 0; at < COUNTED; at += NUMBERS) {
    const behind = (bank[at + FIT] ?? 0) - most;
    if (behind < LEAST_FIT) bank.copyWithin(at, best, best + NUMBERS);
    bank[at + FIT] = behind < LEAST_FIT ? ANEW_FIT : roughly(behind);
  }
}

/** The shares that are left after a time. */
interface Kept extends Passing {
  /** Of how well a supposition foretold, and of messages that were counted. */
  readonly fit: number;
  readonly counts: number;
}

let last = keptAfter(0);

/** Most queues are read as often as the one before: what an interval leaves is mostly known. */
function keptOver(dt: number): Kept {
  if (last.dt !== dt) last = keptAfter(dt);
  return last;
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
function doneIn(b: Between, f: Readonly<Supposed>): number {
  const { arrived, front, dt, grown } = b;
  if (arrived !== undefined) return Math.max(0, arrived - grown);
  if (front === undefined || !lasts(f, b)) return 0;
  return Math.max(0, front.perS * dt - grown);
}

/** Who tells of arrivals. */
export interface ArrivalsSeen {
  /** Whether a counter does. */
  readonly isCounted: boolean;
  /** Whether anything does: else what was known of them may be over. */
  readonly isSeen: boolean;
}

const SEEN: ArrivalsSeen = { isCounted: false, isSeen: true };

/** All suppositions together, each by how well it foretold: their mean, with the variance within and between them. */
export function ratesOf(bank: Bank, seen = SEEN): Rates {
  let sum = 0;
  let arrivals = 0;
  let service = 0;
  let varArrivals = 0;
  let varService = 0;
  for (let at = 0; at < COUNTED; at += NUMBERS) {
    const weight = Math.exp(bank[at + FIT] ?? 0);
    sum += weight;
    const share = weight / sum;
    const l = bank[at + L] ?? 0;
    const m = bank[at + M] ?? 0;
    const otherArrivals = l - arrivals;
    const otherService = m - service;
    arrivals += share * otherArrivals;
    service += share * otherService;
    varArrivals += share * ((bank[at + LL] ?? 0) + otherArrivals * (l - arrivals) - varArrivals);
    varService += share * ((bank[at + MM] ?? 0) + otherService * (m - service) - varService);
  }
  const isCounted = (bank[COUNTED] ?? 0) >= ENOUGH_COUNTED;
  const isKnown = isCounted
    ? follows(bank, arrivals, seen.isCounted)
    : agree(bank, L) && Math.sqrt(varArrivals) <= KNOWN_STILL * arrivals;
  return {
    arrivals,
    service,
    varArrivals,
    varService,
    isCounted,
    isArrivalsSure: seen.isSeen && isKnown,
    isServiceSure: isCounted || (agree(bank, M) && areNear(bank, service)),
  };
}

/** λ may just have changed: then the supposition that follows it sooner says something else. */
function follows(bank: Bank, arrivals: number, isArrivalsCounted: boolean): boolean {
  const moving = bank[NUMBERS + L] ?? 0;
  if (Math.abs(moving - arrivals) > AGREES_COUNTED * arrivals) return false;
  if (!isArrivalsCounted && Math.sqrt(bank[NUMBERS + LL] ?? 0) > KNOWN_MOVING * arrivals) return false;
  return closeChance(bank, arrivals) >= CLOSE_CHANCE;
}

/** The chance that λ is close to `arrivals`: each supposition's normal variable, by how well it foretold. */
function closeChance(bank: Bank, arrivals: number): number {
  let sum = 0;
  let chance = 0;
  for (let at = 0; at < COUNTED; at += NUMBERS) {
    const weight = Math.exp(bank[at + FIT] ?? 0);
    const off = ((bank[at + L] ?? 0) - arrivals) / Math.sqrt(bank[at + LL] ?? 0);
    const reach = (CLOSE * arrivals) / Math.sqrt(bank[at + LL] ?? 0);
    sum += weight;
    chance += weight * (above(-off - reach) - above(reach - off));
  }
  return chance / sum;
}

/** However fast λ is supposed to change, μ is about the same. */
function areNear(bank: Bank, service: number): boolean {
  for (let at = 0; at < COUNTED; at += NUMBERS)
    if (Math.abs((bank[at + M] ?? 0) - service) > CLOSE * service) return false;
  return true;
}

/** The supposition that λ hardly changes foretells best, and the next one says the same. */
function agree(bank: Bank, rate: typeof L | typeof M): boolean {
  if ((bank[FIT] ?? 0) < 0) return false;
  const still = bank[rate] ?? 0;
  const moving = bank[NUMBERS + rate] ?? 0;
  return Math.abs(still - moving) <= AGREES * still;
}
