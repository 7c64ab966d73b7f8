import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bank,
  firstBank,
  type Rates,
  ratesOf,
  updateBank,
} from '../../../../src/core/law/rates/bank.ts';
import type { Estimate, Measurement } from '../../../../src/core/law/rates/estimate.ts';
import { update } from '../../../../src/core/law/rates/estimator.ts';
import { firstEstimate } from '../../../../src/core/law/rates/first-guess.ts';
import { FIT, M, NUMBERS } from '../../../../src/core/law/rates/supposed.ts';
import { T0 } from '../../../support/builders.ts';
import { poisson, seeded } from '../../../support/seeded.ts';

const STEP_S = 0.5;
const SERVICE = 5;
/** Somebody's, who was wrong by half. */
const GUESS = 2.5;

interface Course {
  readonly arrivals: (atS: number) => number;
  readonly ready: (atS: number) => number;
  readonly seconds: number;
  readonly tells: 'counter' | 'taken' | 'in flight';
}

function watched(measurements: readonly Measurement[]): { readonly bank: Bank; readonly estimate: Estimate } {
  let estimate: Estimate | undefined;
  let bank: Bank | undefined;
  for (const each of measurements) {
    bank =
      bank === undefined || estimate === undefined
        ? firstBank(firstEstimate(each, GUESS))
        : updateBank(bank, estimate, each);
    estimate = estimate === undefined ? firstEstimate(each, GUESS) : update(estimate, each);
  }
  if (bank === undefined || estimate === undefined) throw new RangeError('nothing was measured');
  return { bank, estimate };
}

/** A queue of Poisson arrivals and services in steps of 25 ms, counted every half second. */
function ratesAfter({ arrivals, ready, seconds, tells }: Course): Rates {
  const random = seeded(1);
  const measurements: Measurement[] = [];
  let [there, arrived, done, before] = [0, 0, 0, 0];
  for (let k = 0; k * STEP_S <= seconds; k++) {
    const n = ready(k * STEP_S);
    const working = Math.min(there, n);
    measurements.push({
      atMs: T0 + k * STEP_S * 1000,
      waiting: there - working,
      served: n,
      ready: n,
      emptyBelow: 1,
      working,
      arrived: tells === 'counter' ? arrived : undefined,
      taken: tells === 'taken' && there > working ? done + working - before : undefined,
    });
    before = done + working;
    for (let i = 0; i < 20; i++) {
      const come = poisson(random, (arrivals(k * STEP_S) * STEP_S) / 20);
      arrived += come;
      there += come;
      const finished = Math.min(there, poisson(random, (SERVICE * Math.min(there, n) * STEP_S) / 20));
      there -= finished;
      done += finished;
    }
  }
  return ratesOf(watched(measurements).bank);
}

/** 10 arrive and are worked off in each half second, with 10 waiting and 4 at work. */
function measured(k: number): Measurement {
  return {
    atMs: T0 + k * STEP_S * 1000,
    waiting: 10,
    served: 4,
    ready: 4,
    emptyBelow: 1,
    working: 4,
    arrived: 10 * k,
    taken: undefined,
  };
}

function steady(rounds: number): readonly Measurement[] {
  return Array.from({ length: rounds + 1 }, (_, k) => measured(k));
}

/** A load that rises and falls, and as many instances as it takes, a little late: the queue hardly moves. */
const wave = (atS: number): number => 20 + 15 * Math.sin(atS / 8);
const following = (atS: number): number => Math.max(1, Math.round(wave(atS - 2) / SERVICE));

describe('the rates that people are told', () => {
  it.each(['counter', 'taken'] as const)('are known from a queue under load: %s', (tells) => {
    const rates = ratesAfter({ arrivals: () => 24, ready: () => 4, seconds: 30, tells });
    expect(rates.isServiceSure && rates.isArrivalsSure).toBe(true);
    expect(Math.abs(rates.service - SERVICE)).toBeLessThan(0.1 * SERVICE);
    expect(Math.abs(rates.arrivals - 24)).toBeLessThan(6);
    expect(Math.sqrt(rates.varService)).toBeLessThan(0.18 * rates.service);
  });

  it('are not taken for known while λ and the count go together and nothing counts what comes', () => {
    const rates = ratesAfter({ arrivals: wave, ready: following, seconds: 90, tells: 'in flight' });
    expect(rates.isServiceSure).toBe(false);
  });

  it('are known in the same waves where what comes is counted', () => {
    const rates = ratesAfter({ arrivals: wave, ready: following, seconds: 90, tells: 'counter' });
    expect(rates.isServiceSure).toBe(true);
    expect(Math.abs(rates.service - SERVICE)).toBeLessThan(0.1 * SERVICE);
  });

  it('are what the best supposition knows where another one has foretold much worse', () => {
    const { bank, estimate } = watched(steady(40));
    const wrong = bank.with(M, 0.6 * (bank[M] ?? 0)).with(FIT, -40);
    const next = updateBank(wrong, estimate, measured(41));
    const best = [0, NUMBERS, 2 * NUMBERS].find((at) => next[at + FIT] === 0) ?? 0;
    expect(best).toBeGreaterThan(0);
    expect(next[M]).toBe(next[best + M]);
    expect(next[FIT]).toBeGreaterThan(-12);
  });

  it('are not known of arrivals that nobody sees', () => {
    const { bank } = watched(steady(60));
    expect(ratesOf(bank, { isCounted: false, isSeen: true }).isArrivalsSure).toBe(true);
    expect(ratesOf(bank, { isCounted: false, isSeen: false }).isArrivalsSure).toBe(false);
  });

  it('are not known of arrivals that have just changed', () => {
    const { bank, estimate } = watched(steady(60));
    const jumped = { ...measured(61), arrived: (measured(60).arrived ?? 0) + 60 };
    expect(
      ratesOf(updateBank(bank, estimate, jumped), { isCounted: true, isSeen: true }).isArrivalsSure,
    ).toBe(false);
  });

  it('are finite and positive whatever is measured, and the same after a look through JSON', () => {
    const count = fc.integer({ min: 0, max: 1_000_000 });
    const seen = fc.record({
      afterMs: fc.integer({ min: 0, max: 600_000 }),
      waiting: count,
      served: fc.integer({ min: 0, max: 1000 }),
      working: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
      arrived: fc.option(count, { nil: undefined }),
      taken: fc.option(count, { nil: undefined }),
      age: fc.option(fc.double({ min: -10, max: 1e6, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 30 }), (all) => {
        let atMs = T0;
        const { bank } = watched(
          all.map(({ afterMs, age, ...each }) => {
            atMs += afterMs;
            const head =
              age === undefined
                ? undefined
                : { insertedAtMs: atMs - 1000 * age, ageS: age, behind: each.waiting };
            return { ...each, atMs, ready: each.served, emptyBelow: 1, head };
          }),
        );
        const { arrivals, service, varArrivals, varService } = ratesOf(bank);
        expect([arrivals, service, varArrivals, varService].every(Number.isFinite)).toBe(true);
        expect(Math.min(arrivals, varArrivals, varService)).toBeGreaterThanOrEqual(0);
        expect(service).toBeGreaterThan(0);
        expect(JSON.parse(JSON.stringify(bank))).toEqual(bank);
      }),
    );
  });
});
