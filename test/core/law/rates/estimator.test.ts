import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Estimate, Measurement } from '../../../../src/core/law/rates/estimate.ts';
import { update } from '../../../../src/core/law/rates/estimator.ts';
import { firstEstimate, isRescaled, rescaled } from '../../../../src/core/law/rates/first-guess.ts';
import { T0 } from '../../../support/builders.ts';
import { poisson, seeded } from '../../../support/seeded.ts';

const STEP_S = 0.5;

interface Course {
  readonly arrivals: (atS: number) => number;
  readonly service: number;
  readonly ready: (atS: number) => number;
  readonly seconds: number;
  readonly inFlight?: boolean;
  readonly counter?: boolean;
  readonly taken?: boolean;
  readonly serviceRate?: number;
  readonly seed?: number;
}

/** A queue of Poisson arrivals and services in steps of 25 ms, counted every half second. */
function follow(course: Course): { readonly estimate: Estimate; readonly history: readonly Estimate[] } {
  const random = seeded(course.seed ?? 1);
  const history: Estimate[] = [];
  let there = 0;
  let arrived = 0;
  let done = 0;
  let takenBefore = 0;
  let estimate: Estimate | undefined;
  for (let k = 0; k * STEP_S <= course.seconds; k++) {
    const ready = course.ready(k * STEP_S);
    const working = Math.min(there, ready);
    const measurement: Measurement = {
      atMs: T0 + k * STEP_S * 1000,
      waiting: there - working,
      served: ready,
      ready,
      emptyBelow: 1,
      working: course.inFlight ? working : undefined,
      arrived: course.counter ? arrived : undefined,
      taken: course.taken ? done + working - takenBefore : undefined,
    };
    takenBefore = done + working;
    estimate =
      estimate === undefined ? firstEstimate(measurement, course.serviceRate) : update(estimate, measurement);
    history.push(estimate);
    for (let i = 0; i < 20; i++) {
      const n = poisson(random, (course.arrivals(k * STEP_S) * STEP_S) / 20);
      arrived += n;
      there += n;
      const left = Math.min(there, poisson(random, (course.service * Math.min(there, ready) * STEP_S) / 20));
      done += left;
      there -= left;
    }
  }
  return { estimate: estimate!, history };
}

describe('the first scale', () => {
  const grown = (over: Partial<Measurement>, serviceRate?: number): Estimate => {
    const m: Measurement = {
      atMs: T0,
      waiting: 0,
      served: 1,
      ready: 1,
      emptyBelow: 1,
      working: 0,
      arrived: undefined,
    };
    const later = { ...m, atMs: T0 + 2_000, waiting: 19, working: 1, ...over };
    return update(firstEstimate(m, serviceRate), later);
  };

  it('is such that a small share of what there may be would do', () => {
    // 20 more in 2 s: 10/s, which 0.25·40 - 1 instances more are to work off
    const { service, arrivals } = grown({ most: 40 });
    expect(service).toBeCloseTo(10 / 9, 1);
    expect(arrivals / service).toBeCloseTo(10, 0);
  });

  it.each([
    { name: 'nothing says how many there may be', over: {} },
    { name: 'more run already', over: { most: 40, served: 11 } },
    { name: 'the pool is small', over: { most: 3 } },
    { name: 'the queue has hardly grown', over: { most: 40, waiting: 3 } },
  ])('is not guessed where $name', ({ over }) => {
    expect(Math.abs(grown(over).service - 1)).toBeLessThan(0.5);
  });

  it('counts from the last moment at which nothing waited: time in which nothing came says nothing', () => {
    const m = { served: 1, ready: 1, emptyBelow: 1, working: 0, arrived: undefined, most: 40, waiting: 0 };
    let estimate = firstEstimate({ ...m, atMs: T0 }, undefined);
    for (let s = 1; s <= 60; s++) estimate = update(estimate, { ...m, atMs: T0 + s * 1_000 });
    const { service, arrivals } = update(estimate, { ...m, atMs: T0 + 62_000, waiting: 19, working: 1 });
    expect(service).toBeCloseTo(10 / 9, 1);
    expect(arrivals / service).toBeCloseTo(10, 0);
  });

  it('is not guessed where the service rate is given', () => {
    expect(grown({ most: 40 }, 30).service).toBeCloseTo(30, 0);
  });

  it('is guessed once', () => {
    const { first } = grown({ most: 40 });
    expect(first).toBeUndefined();
  });
});

describe('a scale that was guessed from few messages', () => {
  const at = (s: number, over: Partial<Measurement> = {}): Measurement => ({
    atMs: T0 + s * 1_000,
    waiting: 2,
    served: 1,
    ready: 1,
    emptyBelow: 2.5,
    working: undefined,
    arrived: undefined,
    most: 5,
    ...over,
  });
  /** One instance has done all that came, but for sixteen messages: μ is taken for a tenth of what it is. */
  const guessed = (): Estimate => update(firstEstimate(at(0), undefined), at(5, { waiting: 16 }));
  const jumpedTo = (waiting: number, over: Partial<Measurement> = {}): Estimate =>
    update(guessed(), at(10, { waiting, ...over }));
  /** 175/s come and four do 50/s each. */
  const served = (s: number, waiting: number, over: Partial<Measurement> = {}): Measurement =>
    at(s, { waiting, served: 4, ready: 4, ...over });

  it('is guessed anew once far more comes than all that may run could do by it', () => {
    expect(guessed().service).toBeLessThan(4);
    const jumped = jumpedTo(630);
    expect(jumped.service).toBeLessThan(8);
    const { service } = update(jumped, served(15, 627));
    expect(service).toBeGreaterThan(20);
    expect(service).toBeLessThan(65);
  });

  it('lets the next counts tell the rate', () => {
    let estimate = jumpedTo(630);
    for (const [k, waiting] of [627, 497, 372].entries())
      estimate = update(estimate, served(15 + 5 * k, waiting));
    expect(estimate.service).toBeGreaterThan(35);
    expect(estimate.service).toBeLessThan(65);
  });

  it.each([
    { name: 'as much could be done by it', over: {}, waiting: 40 },
    { name: 'nothing says how many there may be', over: { most: undefined }, waiting: 630 },
  ])('stays where $name', ({ over, waiting }) => {
    expect(update(jumpedTo(waiting), served(15, waiting, over)).service).toBeLessThan(10);
  });

  it('stays where it was measured', () => {
    const measured = { ...jumpedTo(630), varService: 0.1 };
    expect(update(measured, served(15, 627)).service).toBeLessThan(10);
  });

  it('is seen to be another one, also where the next count says at once that half of it is true', () => {
    const before = { ...guessed(), arrivals: 47, service: 1, varService: 0.26, waiting: 486, meanReady: 5.9 };
    const known: Estimate = { ...before, ready: 6, working: 6, arrived: 0, varArrivals: 784, covariance: 0 };
    const now = at(10, { waiting: 1193, served: 7, ready: 7, working: 4, arrived: 271, most: 13 });
    const { service: anew } = rescaled(known, now.most);
    expect(anew).toBeGreaterThan(3.5);
    const next = update(known, now);
    expect(next.service).toBe(anew / 2);
    expect(isRescaled(known, next, now.most)).toBe(true);
    expect(isRescaled(known, update(known, { ...now, most: 40 }), 40)).toBe(false);
    expect(isRescaled(known, known, now.most)).toBe(false);
  });

  it('supposes anew what nobody sees', () => {
    const known = guessed();
    const { unseen } = update(jumpedTo(630), served(15, 627));
    expect(known.unseen?.[0]).toBeLessThan(2);
    // The least of five, each twice the one before.
    expect(unseen?.[0]).toBeGreaterThan(3);
  });
});

describe('a service rate that became another one', () => {
  const slower = (after: number, seed: number) => {
    const random = seeded(seed);
    let arrived = 0;
    let waiting = 60;
    let estimate: Estimate | undefined;
    const rates: number[] = [];
    for (let k = 0; k <= 90; k++) {
      const ready = 40;
      const m = { waiting, served: ready, ready, emptyBelow: 1, working: undefined, arrived };
      const now: Measurement = { ...m, atMs: T0 + k * 500 };
      estimate = estimate === undefined ? firstEstimate(now, 5) : update(estimate, now);
      rates.push(estimate.service);
      const came = poisson(random, 100);
      arrived += came;
      waiting += came - poisson(random, ((k < 60 ? 5 : after) * ready) / 2);
    }
    return rates;
  };

  it.each([1, 2, 3])(
    'is followed within three seconds where a counter tells what was done, seed %d',
    (seed) => {
      const rates = slower(2, seed);
      expect(rates[60]).toBeGreaterThan(4.5);
      expect(rates[66]).toBeLessThan(3);
    },
  );

  it.each([1, 2, 3])('stays known while it is the same, seed %d', (seed) => {
    for (const rate of slower(5, seed).slice(20)) expect(Math.abs(rate - 5)).toBeLessThan(0.75);
  });

  it('is told by nothing where nothing can be done', () => {
    const m = { waiting: 0, served: 1, ready: 1, emptyBelow: 1, working: 0 };
    let estimate = firstEstimate({ ...m, atMs: T0, arrived: 0 }, undefined);
    for (let k = 1; k < 20; k++) estimate = update(estimate, { ...m, atMs: T0 + k * 5_000, arrived: 0 });
    expect(estimate.service).toBeGreaterThan(0);
    expect(Number.isFinite(estimate.varService)).toBe(true);
  });
});

describe('the estimate of arrivals and service rate', () => {
  it('knows arrivals and service rate once the ready count has moved behind a queue', () => {
    const { estimate } = follow({
      arrivals: () => 60,
      service: 5,
      ready: (t) => (Math.floor(t / 10) % 2 === 0 ? 9 : 14),
      seconds: 200,
    });
    expect(estimate.service).toBeGreaterThan(3.5);
    expect(estimate.service).toBeLessThan(6.5);
    expect(estimate.arrivals / estimate.service).toBeGreaterThan(10.5);
    expect(estimate.arrivals / estimate.service).toBeLessThan(13.5);
  });

  it.each([0.2, 1, 5, 25])(
    'finds the offered load from messages in flight, whatever its guess (%d/s)',
    (guess) => {
      const { estimate } = follow({
        arrivals: () => 60,
        service: 5,
        ready: () => 20,
        seconds: 60,
        inFlight: true,
        serviceRate: guess,
      });
      expect(estimate.arrivals / estimate.service).toBeGreaterThan(9);
      expect(estimate.arrivals / estimate.service).toBeLessThan(15);
    },
  );

  it('takes arrivals from a counter, and the service rate from a queue that is worked off', () => {
    const { estimate } = follow({
      arrivals: (t) => (t < 5 ? 200 : 40),
      service: 5,
      ready: () => 12,
      seconds: 30,
      counter: true,
    });
    expect(estimate.arrivals).toBeGreaterThan(33);
    expect(estimate.arrivals).toBeLessThan(47);
    expect(estimate.service).toBeGreaterThan(3.5);
    expect(estimate.service).toBeLessThan(5.6);
  });

  it.each([
    { known: 'those that are worked on', inFlight: true },
    { known: 'those that wait', inFlight: false },
  ])('does not take slow work for done when many new instances have begun it ($known)', ({ inFlight }) => {
    const { history } = follow({
      arrivals: () => 6,
      service: 0.1,
      ready: (t) => (t < 20 ? 5 : t < 30 ? 60 : 110),
      seconds: 40,
      counter: true,
      inFlight,
    });
    for (const { service } of history.slice(40)) {
      expect(service).toBeLessThan(0.16);
      expect(service).toBeGreaterThan(0.04);
    }
  });

  it('takes the service rate from messages in flight beside a counter while none waits', () => {
    const { estimate } = follow({
      arrivals: () => 60,
      service: 5,
      ready: () => 40,
      seconds: 60,
      counter: true,
      inFlight: true,
      serviceRate: 20,
    });
    expect(estimate.service).toBeGreaterThan(4);
    expect(estimate.service).toBeLessThan(6.2);
  });

  it('follows a step of the arrivals within two seconds', () => {
    const { history } = follow({
      arrivals: (t) => (t < 30 ? 20 : 120),
      service: 5,
      ready: (t) => (t < 10 ? 3 : t < 20 ? 6 : 4),
      seconds: 32,
    });
    const before = history[60]!.arrivals;
    expect(before).toBeGreaterThan(12);
    expect(before).toBeLessThan(30);
    expect(history.at(-1)!.arrivals).toBeGreaterThan(85);
  });

  it('does not let the service rate drift while the ready count stays', () => {
    const { estimate, history } = follow({
      arrivals: () => 45,
      service: 5,
      ready: () => 8,
      seconds: 300,
      serviceRate: 5,
    });
    expect(estimate.service).toBeCloseTo(history[40]!.service, 6);
    expect(estimate.arrivals - 8 * estimate.service).toBeGreaterThan(0);
  });

  it('takes what left the queue as proof of the service rate', () => {
    const count = (waiting: number, k: number): Measurement => ({
      atMs: T0 + k * 500,
      waiting,
      served: 10,
      ready: 10,
      emptyBelow: 1,
      working: undefined,
      arrived: undefined,
    });
    const first = firstEstimate(count(1_000, 0), 0.1);
    const drained = update(first, count(800, 1));
    // (200 - 3·(0.03·1000 + 0.7) - √200) / (10 · 0.5 s) = 18.75/s
    expect(drained.proven).toBeCloseTo((200 - 3 * 30.7 - Math.sqrt(200)) / 5, 6);
    expect(drained.service).toBeGreaterThanOrEqual(0.8 * drained.proven);
    // or of all that may have served, where some of those that run do not yet
    const doubtful = update(first, { ...count(800, 1), servedAtMost: 40 });
    expect(doubtful.proven).toBeCloseTo(drained.proven / 4, 6);
    // and slowly forgets it: by a factor e in 300 s
    const later = update(drained, { ...count(800, 1), atMs: T0 + 300_500 });
    expect(later.proven).toBeCloseTo(drained.proven / Math.E, 6);
  });

  it('knows that a queue that stays empty lets no more arrive than is served', () => {
    const { history } = follow({
      arrivals: (t) => (t < 10 ? 100 : 5),
      service: 5,
      ready: () => 20,
      seconds: 60,
      serviceRate: 5,
    });
    for (const e of history.slice(-40)) expect(e.arrivals).toBeLessThanOrEqual(e.service * 20 + 1e-9);
  });

  it.each([
    { name: 'does not know them', taken: false, isKnown: false },
    { name: 'knows them from what was taken', taken: true, isKnown: true },
  ])('of a queue that grows behind instances that never move $name', ({ taken, isKnown }) => {
    const { estimate } = follow({ arrivals: () => 60, service: 5, ready: () => 9, seconds: 60, taken });
    const isClose = Math.abs(estimate.arrivals - 60) < 9 && Math.abs(estimate.service - 5) < 0.75;
    expect(isClose).toBe(isKnown);
  });

  it('changes nothing on a count that is not newer', () => {
    const { estimate } = follow({ arrivals: () => 10, service: 5, ready: () => 3, seconds: 5 });
    const same: Measurement = { ...estimate, waiting: 999, served: 3, emptyBelow: 1 };
    expect(update(estimate, same)).toBe(estimate);
    expect(update(estimate, { ...same, atMs: estimate.atMs - 1 })).toBe(estimate);
  });

  it('forgives a counter that begins again', () => {
    const m = { waiting: 0, served: 5, ready: 5, emptyBelow: 1, working: undefined };
    const first = firstEstimate({ ...m, atMs: T0, arrived: 1_000_000 }, 5);
    const next = update(first, { ...m, atMs: T0 + 500, arrived: 3 });
    expect(next.arrivals).toBeGreaterThanOrEqual(0);
    expect(next.arrived).toBe(3);
  });

  it.each([1, 2, 3, 4, 5])('stays positive, finite and with a covariance that is one (seed %d)', (seed) => {
    const random = seeded(seed);
    let estimate = firstEstimate(
      { atMs: T0, waiting: 0, served: 0, ready: 0, emptyBelow: 1, working: 0, arrived: undefined },
      undefined,
    );
    for (let k = 1; k < 2_000; k++) {
      const served = Math.floor(random() * 10);
      const wild = random() < 0.02 ? 1e9 : 100;
      estimate = update(estimate, {
        atMs: estimate.atMs + Math.ceil(random() * 3_000),
        waiting: Math.floor(random() * wild),
        served,
        ready: served,
        emptyBelow: 1,
        working: random() * served,
        arrived: undefined,
      });
      expect(estimate.arrivals).toBeGreaterThanOrEqual(0);
      expect(estimate.service).toBeGreaterThan(0);
      expect(estimate.varArrivals).toBeGreaterThan(0);
      expect(estimate.varService).toBeGreaterThan(0);
      expect(estimate.covariance ** 2).toBeLessThanOrEqual(estimate.varArrivals * estimate.varService);
      for (const value of Object.values(estimate))
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
    }
  });

  it.each([
    { known: 'the queue', inFlight: false, counter: false },
    { known: 'messages in flight', inFlight: true, counter: false },
    { known: 'arrivals', inFlight: true, counter: true },
    { known: 'arrivals and what waits', inFlight: false, counter: true },
    { known: 'messages in flight and what was taken', inFlight: true, counter: false, taken: true },
    { known: 'what waits and what was taken', inFlight: false, counter: false, taken: true },
  ])('never is of fewer arrivals or of a quicker service for a longer queue ($known)', (known) => {
    const round = fc.record({
      there: fc.oneof(fc.nat(30), fc.nat(400)),
      ready: fc.integer({ min: 0, max: 20 }),
      afterMs: fc.constantFrom(250, 500, 1_000, 3_000),
      arrived: fc.nat(60),
    });
    fc.assert(
      fc.property(
        fc.array(round, { minLength: 2, maxLength: 9 }),
        fc.option(fc.constantFrom(0.5, 2, 20), { nil: undefined }),
        fc.array(fc.nat(60), { minLength: 2, maxLength: 12 }),
        (rounds, guess, last) => {
          let [atMs, arrived] = [T0, 0];
          const measured = rounds.map(({ there, ready, afterMs, arrived: more }): Measurement => {
            atMs += afterMs;
            arrived += more;
            return count({ there, ready, atMs, arrived });
          });
          const [first, ...others] = measured.slice(0, -1);
          const before = others.reduce(update, firstEstimate(first!, guess));
          const { ready } = rounds.at(-1)!;
          let shorter: Estimate | undefined;
          for (const there of [...last].sort((a, b) => a - b)) {
            const longer = update(before, count({ there, ready, atMs, arrived }));
            const least = shorter ?? longer;
            expect(longer.arrivals).toBeGreaterThanOrEqual(least.arrivals * (1 - 1e-9));
            expect(longer.service).toBeLessThanOrEqual(least.service * (1 + 1e-9));
            shorter = longer;
          }
        },
      ),
      {
        numRuns: 1_000,
        // Found once: a queue that lasted by the messages that wait but not by all of them, and an empty one that
        // bounded arrivals by the service rate that it had just taught.
        examples: [
          [
            [
              { there: 3, ready: 1, afterMs: 250, arrived: 0 },
              { there: 19, ready: 13, afterMs: 3_000, arrived: 0 },
              { there: 0, ready: 12, afterMs: 500, arrived: 0 },
            ],
            undefined,
            [5, 15],
          ],
          [
            [
              { there: 0, ready: 0, afterMs: 250, arrived: 0 },
              { there: 5, ready: 0, afterMs: 250, arrived: 0 },
              { there: 0, ready: 0, afterMs: 250, arrived: 0 },
              { there: 0, ready: 5, afterMs: 250, arrived: 0 },
            ],
            undefined,
            [1, 0],
          ],
        ],
      },
    );

    function count(c: { there: number; ready: number; atMs: number; arrived: number }): Measurement {
      const working = known.inFlight ? Math.min(c.there, c.ready) : undefined;
      return {
        atMs: c.atMs,
        waiting: c.there - (working ?? 0),
        served: c.ready,
        ready: c.ready,
        emptyBelow: 1,
        working,
        arrived: known.counter ? c.arrived : undefined,
        // Some number that is the same however long the queue is.
        taken: 'taken' in known ? c.arrived % 13 : undefined,
      };
    }
  });
});

describe('when messages came', () => {
  const counted = (atS: number, over: Partial<Measurement>): Measurement => ({
    atMs: T0 + atS * 1_000,
    waiting: 0,
    served: 2,
    ready: 2,
    emptyBelow: 1,
    working: 2,
    arrived: undefined,
    ...over,
  });

  /** 20 come each second, two instances work off 5 each; the message that tells its age is the oldest. */
  function backlog(headAt: ((atS: number) => number) | undefined): Estimate {
    let estimate = firstEstimate(counted(0, {}), undefined);
    for (let t = 0.5; t <= 20; t += 0.5) {
      const insertedAtS = headAt?.(t);
      const head = insertedAtS !== undefined && {
        insertedAtMs: T0 + insertedAtS * 1_000,
        // An age in whole seconds is half of one too much.
        ageS: t - insertedAtS + 0.5,
        behind: 10 * t,
      };
      estimate = update(estimate, counted(t, { waiting: 10 * t, ...(head && { head }) }));
    }
    return estimate;
  }

  it('tells arrivals that are worked off as they come', () => {
    // The first 10·t of them are done by t.
    const { arrivals } = backlog((t) => t / 2);
    expect(arrivals).toBeGreaterThan(16);
    expect(arrivals).toBeLessThan(24);
  });

  it('is what tells them', () => {
    expect(backlog(undefined).arrivals).toBeLessThan(14);
  });

  it('tells nothing by a message that does not go', () => {
    expect(backlog(() => -600)).toEqual({ ...backlog(undefined), headMs: T0 - 600_000 });
  });
});

describe('messages in flight while none waits', () => {
  it.each([0.3, 0.5])('tell that one takes long (%d/s)', (service) => {
    const { estimate } = follow({
      arrivals: () => 12 * service,
      service,
      ready: () => 40,
      seconds: 60 / service,
      inFlight: true,
    });
    expect(estimate.service).toBeGreaterThan(service / 2);
    expect(estimate.service).toBeLessThan(service * 2);
    expect(estimate.arrivals / estimate.service).toBeGreaterThan(8);
    expect(estimate.arrivals / estimate.service).toBeLessThan(17);
  });
});

describe('a queue that does what it was not to do', () => {
  const at = (atS: number, waiting: number): Measurement => {
    const all = { served: 10, ready: 10, emptyBelow: 1, working: 10, arrived: undefined };
    return { atMs: T0 + atS * 1_000, waiting, ...all };
  };
  const before = update(firstEstimate(at(0, 1_000), 50), at(1, 1_000));

  it('is served more slowly than was known when it lasts', () => {
    const behind = { ...before, arrivals: 20, covariance: 0 };
    // 500/s were to be served: it was to be empty after two seconds
    expect(update(behind, at(6, 900)).service).toBeLessThan(before.service * 0.9);
  });

  it('is filled by at least what it grows by', () => {
    const behind = {
      ...before,
      arrivals: 20,
      covariance: 0.9 * Math.sqrt(before.varArrivals * before.varService),
    };
    const { arrivals } = update(behind, at(6, 3_000));
    // 2000 more in 5 s, less the noise of the counts and of chance
    expect(arrivals).toBeGreaterThan(350);
  });
});

describe('a queue that stays empty though it was to grow', () => {
  const known = (): Estimate => ({
    arrivals: 40,
    service: 5,
    varArrivals: 25,
    varService: 0.01,
    covariance: 0,
    atMs: T0,
    waiting: 0,
    working: undefined,
    ready: 3,
    arrived: undefined,
    headMs: undefined,
    busy: false,
    meanReady: 3,
    proven: 0,
    above: 0,
    below: 0,
  });
  const arrivalsSeenWith = (waiting: number, over: Partial<Measurement> = {}): number =>
    update(known(), {
      atMs: T0 + 500,
      waiting,
      served: 3,
      ready: 3,
      emptyBelow: 1,
      working: undefined,
      arrived: undefined,
      ...over,
    }).arrivals;

  it('says that fewer come, where nothing but the queue is known', () => {
    expect(arrivalsSeenWith(0)).toBeLessThan(38);
    expect(arrivalsSeenWith(6)).toBeGreaterThan(arrivalsSeenWith(0));
  });

  it('says nothing where enough serve for all that come', () => {
    expect(arrivalsSeenWith(0, { served: 9, ready: 9 })).toBe(40);
  });
});
