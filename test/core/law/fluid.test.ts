import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FluidMemory, type FluidOptions, fluidLaw } from '../../../src/core/law/fluid.ts';
import type { Estimate } from '../../../src/core/law/rates/estimate.ts';
import { T0 } from '../../support/builders.ts';
import { lawInput } from './law-input.ts';

const TARGET: FluidOptions = { goal: { kind: 'queueLength', messages: 100 }, metricDelayMs: 0 };

/** A law that knows: 19 messages/s arrive, an instance serves 5 of them, both without doubt. */
function knowing(over: Partial<Estimate> = {}, memory: Partial<FluidMemory> = {}): FluidMemory {
  return {
    law: 'Fluid',
    estimate: {
      arrivals: 19,
      service: 5,
      varArrivals: 1e-8,
      varService: 1e-8,
      covariance: 0,
      atMs: T0,
      waiting: 0,
      working: undefined,
      ready: 5,
      arrived: undefined,
      headMs: undefined,
      busy: true,
      meanReady: 5,
      proven: 0,
      above: 0,
      below: 0,
      ...over,
    },
    growth: 0,
    intervalS: 0.5,
    coldFrom: 5,
    coldAtMs: T0,
    asked: 5,
    fellAtMs: 0,
    probed: 1,
    ...memory,
  };
}

/** Asked again at the moment of the last count: the estimate stays as it is. */
const asked = (waiting: number, over: Parameters<typeof lawInput>[1] = {}, memory = knowing()) =>
  fluidLaw(lawInput(waiting, over), memory, TARGET);

describe('Fluid decides', () => {
  // d 2 s, Δ 0.5 s, s 0: L = 2.5 s, H = 4 s, H_v = 1 s; λ 19, μ 5, T 100, a 50, five instances serve 25/s
  it.each([
    // x = 90 + 2.5·(19 - 25) = 75; 75 + 4·(19 - 25) = 51 < 80
    { name: 'stays while five will do', waiting: 90, wanted: 5 },
    // x = 145 - 15 = 130; 130 - 24 = 106 > 80; need = 5 + (-24 + 100 - 50)/(5·4 + 1) + 30/(5 + 1) = 11.24
    { name: 'rises by what is above the target', waiting: 145, wanted: 12 },
    // x = 235; need = 5 + 26/21 + 135/6 = 28.74
    { name: 'rises by more the longer the queue', waiting: 250, wanted: 29 },
    // x = 3.8 - 5; -1.2 + 4·(19 - 25) < 0; need = (19 - 0.1·19)/5 = 3.42
    { name: 'gives back what an empty queue does not need', waiting: 0, wanted: 4 },
  ])('$name', ({ waiting, wanted }) => {
    expect(asked(waiting).wanted).toBe(wanted);
  });

  it('says of a queue above its target why no more are asked for', () => {
    const enough = asked(145, { asked: 6, ready: 5, pending: [[T0 - 1_900, 1]] });
    // 73 at the end of L + H = 6.5 s, √((19 + 0.5·30)·6.5) = 14.9 either way, twice
    expect(enough.reason).toMatch(/; with those asked for 73 \(43 to 103\) are expected in 6\.5 s$/);
    const within = asked(90);
    expect([within.wanted, within.reason]).toEqual([5, expect.not.stringContaining('expected')]);
    const cold = asked(250, {}, knowing({ varService: 16 }, { coldFrom: 0, coldAtMs: T0 - 500 }));
    expect(cold.wanted).toBe(5);
    expect(cold.reason).toMatch(/; no more than these for 2 s, while it is not known how much one does$/);
  });

  it('counts on an instance that is on its way', () => {
    // ready in 0.1 s it serves 2.4 s of the 2.5: x = 117; 117 + 4·(19 - 30) = 73 < 80
    expect(asked(145, { asked: 6, ready: 5, pending: [[T0 - 1_900, 1]] }).wanted).toBe(6);
  });

  it('looks further ahead when instances take longer to start', () => {
    const three = { asked: 3, ready: 3 };
    expect(asked(145, three).figures['predicted']).toBeCloseTo(145 + 2.5 * 4, 9);
    expect(asked(145, { ...three, deadTimeMs: 10_000 }).figures['predicted']).toBeCloseTo(145 + 10.5 * 4, 9);
  });

  it('gives back less while arrivals are in doubt', () => {
    const sure = asked(0, { asked: 12 }, knowing()).wanted;
    const unsure = asked(0, { asked: 12 }, knowing({ varArrivals: 64 })).wanted;
    expect(sure).toBe(4);
    // σ 8: to (19 - 0.95 + 0.3·8)/5 = 4.09
    expect(unsure).toBe(5);
    // and not at all while 19 + 2·8 - 30 > 0
    expect(asked(0, { asked: 6 }, knowing({ varArrivals: 64 })).wanted).toBe(6);
  });

  it('holds a lower need for as long as giving back too early would cost', () => {
    const unsaid = { giveBackAfterMs: undefined, messages: { inFlight: 0 } };
    const held = (deadTimeMs: number) => asked(0, { ...unsaid, deadTimeMs });
    expect(held(3_000)).toMatchObject({ holdMs: 4_200, leastHoldMs: 2_800 });
    expect(held(500)).toMatchObject({ holdMs: 3_000, leastHoldMs: 2_000 });
    expect(held(30_000)).toMatchObject({ holdMs: 36_600, leastHoldMs: 24_400 });
  });

  it('holds it less long where nothing tells how many work, unless needs are soon back', () => {
    const held = (deadTimeMs: number) => asked(0, { giveBackAfterMs: undefined, deadTimeMs });
    expect(held(2_000)).toMatchObject({ holdMs: 5_000, leastHoldMs: 1_900 });
    expect(held(30_000)).toMatchObject({
      holdMs: expect.closeTo(34_770, 3),
      leastHoldMs: expect.closeTo(23_180, 3),
    });
  });

  it('gives few back only once that is worth a change, most of all where nothing tells how many work', () => {
    expect(asked(0, { asked: 10 }).fallWorth).toEqual({ instanceS: 4, nextS: 1 });
    expect(asked(0, { asked: 100 }).fallWorth).toEqual({ instanceS: 20, nextS: 1 });
    const told = { messages: { inFlight: 0 } };
    expect(asked(0, { ...told, asked: 10 }).fallWorth).toEqual({ instanceS: 1, nextS: 1 });
    expect(asked(0, { ...told, asked: 300 }).fallWorth).toEqual({ instanceS: 20, nextS: 1 });
  });

  it('gives back less often once there were many changes, and asks for more at once all the same', () => {
    const restless = knowing({}, { changesPerMin: 12, roseAtMs: T0, fellAtMs: T0 });
    const worth = (over: Parameters<typeof lawInput>[1]) => asked(0, over, restless).fallWorth;
    expect(worth({ asked: 5, messages: { inFlight: 0 } })).toEqual({
      instanceS: 2,
      nextS: 1,
      changesPerMin: 12,
    });
    expect(worth({ asked: 5 })).toEqual({ instanceS: 4.5, nextS: 1, changesPerMin: 12 });
    expect(asked(250, {}, restless).wanted).toBe(asked(250).wanted);
  });

  describe('on a rise by two soon after another', () => {
    const told = { messages: { inFlight: 5 } };
    const risen = (agoMs: number, over: Partial<FluidMemory> = {}) =>
      knowing({ varArrivals: 2_500 }, { roseAtMs: T0 - agoMs, ...over });

    // 2·5/s·(1 s + 0.5 s) are 15 % of the target
    it.each([
      { name: 'waits for more', agoMs: 900, wanted: 5 },
      { name: 'waits no longer than two would be missed', agoMs: 1_000, wanted: 7 },
    ])('$name', ({ agoMs, wanted }) => {
      expect(asked(105, told, risen(agoMs)).wanted).toBe(wanted);
    });

    it('says from when on it is made', () => {
      const why = /; 2 more are worth a change once waiting may have left 15 messages undone$/;
      expect(asked(105, told, risen(900)).reason).toMatch(why);
      expect(asked(105, told, risen(1_000)).reason).not.toMatch(/worth a change/);
    });

    it('does not wait where many are missing', () => {
      expect(asked(250, told, risen(0)).wanted).toBeGreaterThan(20);
    });

    it('knows of a rise, whoever made it', () => {
      const { memory, wanted } = asked(105, told, risen(60_000, { asked: 4 }));
      expect([memory.roseAtMs, wanted]).toEqual([T0, 5]);
    });

    it('does not wait where nothing tells how many work', () => {
      const rise = (agoMs: number) => asked(130, {}, risen(agoMs)).wanted;
      expect([rise(0), rise(60_000)]).toEqual([rise(0), rise(0)]);
      expect(rise(0)).toBeGreaterThan(5);
    });
  });

  it('judges a probe by a count that was made after it', () => {
    const empty = knowing({ busy: false, arrivals: 24 });
    const at = (nowMs: number, atMs: number, memory: FluidMemory) =>
      asked(0, { asked: 4, nowMs, atMs, deadTimeMs: 20_000 }, memory);
    // By what is known 4/s more come than four work off, which would be far above the target after 20 s.
    const soon = at(T0 + 1_000, T0, empty);
    expect(soon.wanted).toBe(4);
    expect(at(T0 + 2_000, T0, soon.memory).wanted).toBe(4);
    const before = knowing({ busy: false, arrivals: 24 }, { asked: 4, fellAtMs: T0 - 1 });
    expect(at(T0 + 1_000, T0, before).wanted).toBeGreaterThan(4);
  });

  it('holds it for as long as the policy says, or as it is worth', () => {
    const held = (giveBackAfterMs: number, deadTimeMs = 2_000) => asked(0, { giveBackAfterMs, deadTimeMs });
    expect(held(10_000)).toMatchObject({ holdMs: 10_000, leastHoldMs: 10_000 });
    expect(held(0)).toMatchObject({ holdMs: 3_000, leastHoldMs: 2_000 });
    expect(held(10_000, 30_000)).toMatchObject({ holdMs: 36_600, leastHoldMs: 24_400 });
  });

  it('looks further ahead on an old count', () => {
    const old = fluidLaw(lawInput(90, { nowMs: T0 + 3_000, atMs: T0 }), knowing({ arrivals: 30 }), TARGET);
    const fresh = fluidLaw(lawInput(90), knowing({ arrivals: 30 }), TARGET);
    // 3 s more of 30 - 25 messages/s
    expect(old.figures['predicted']! - fresh.figures['predicted']!).toBeCloseTo(15, 6);
  });

  it('takes a known delay of the metric as its age', () => {
    const delayed = fluidLaw(lawInput(90), knowing({ arrivals: 30 }), { ...TARGET, metricDelayMs: 3_000 });
    const fresh = fluidLaw(lawInput(90), knowing({ arrivals: 30 }), TARGET);
    expect(delayed.figures['predicted']! - fresh.figures['predicted']!).toBeCloseTo(15, 6);
  });

  it('does not shrink because the queue is predicted empty while more arrive than are served', () => {
    expect(asked(0, {}, knowing({ arrivals: 26 })).wanted).toBeGreaterThanOrEqual(5);
  });
});

describe('Fluid, while instances warm up', () => {
  it('does not hurry as long as nobody knows how long that takes', () => {
    const over = { asked: 5, ready: 2, pending: [[T0 - 1_900, 3]], messages: { inFlight: 2 } } as const;
    expect(asked(200, { ...over, isUntried: true }).wanted).toBeLessThan(asked(200, over).wanted);
    expect(asked(200, { ...over, isUntried: true }).wanted).toBeGreaterThan(5);
  });
});

describe('Fluid, unsure of its rates', () => {
  const told = { messages: { inFlight: 5 } };
  const unsure = knowing({ varArrivals: 2_500 });

  it('keeps further below the target', () => {
    // x = 90 + 5 - 15 - 5 = 75; 75 - 24 = 51. D = (0.3 + 0)·50·2.5 = 37.5: a = 100 - 2·√(71.25 + 37.5²) = 23.1, and 51 > 23.1 + 40
    // is false; with 105 messages 66 is more, and need = 5 + (-24 + 90 - 23.1)/(5·4 + 1) = 7.04
    expect(asked(90, told, unsure).wanted).toBe(5);
    expect(asked(105, told).wanted).toBe(5);
    expect(asked(105, told, unsure).wanted).toBe(7);
  });

  it('keeps further below it still while μ is only guessed', () => {
    // ρ·σ_μ = 19/5·σ_μ is a part of σ; σ_μ/μ = 0.4, so that D = (0.3 + 0.2)·σ·2.5
    const sure = knowing({ varArrivals: 2_500 + (3.8 * 2) ** 2 });
    const guessed = knowing({ varArrivals: 2_500, varService: 4 });
    expect(asked(90, told, sure).wanted).toBe(5);
    expect(asked(90, told, guessed).wanted).toBeGreaterThan(5);
  });

  it('does not where nothing but the queue is known, or for a target in time', () => {
    expect(asked(105, {}, unsure).wanted).toBe(asked(105).wanted);
    const inTime = (memory: FluidMemory) =>
      fluidLaw(lawInput(105, told), memory, { goal: { kind: 'drainTime', ms: 4_000 }, metricDelayMs: 0 })
        .wanted;
    expect(inTime(unsure)).toBe(inTime(knowing()));
  });
});

describe('Fluid, told how often a target may be missed', () => {
  it('keeps further below it the less that is', () => {
    // x = 110 - 15 = 95; 95 - 24 = 71, which is above the aim of -13 + 30, below that of 50 + 30
    expect(asked(110, { missTolerance: 1e-4 }).wanted).toBe(9);
    expect(asked(110).wanted).toBe(5);
  });

  it('goes nearer to it where much may be missed', () => {
    // x = 130; 130 - 24 = 106 is above 50 + 30, below 100 + 30
    expect(asked(145).wanted).toBe(12);
    expect(asked(145, { missTolerance: 0.5 }).wanted).toBe(5);
  });

  it('never wants more for a larger share, nor fewer for a smaller one', () => {
    const goals: readonly FluidOptions['goal'][] = [
      { kind: 'queueLength', messages: 100 },
      { kind: 'drainTime', ms: 10_000 },
      { kind: 'messageAge', ms: 10_000 },
    ];
    fc.assert(
      fc.property(
        fc.record({
          goal: fc.constantFrom(...goals),
          past: fc.array(fc.nat(400), { maxLength: 8 }),
          waiting: fc.nat(400),
          count: fc.integer({ min: 0, max: 20 }),
          inFlight: fc.constantFrom(undefined, 1, 5),
          shares: fc.tuple(
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.double({ min: 0, max: 1, noNaN: true }),
          ),
        }),
        ({ goal, past, waiting, count, inFlight, shares }) => {
          const options: FluidOptions = { goal, metricDelayMs: 0 };
          const at = (k: number) => ({ asked: count, nowMs: T0 + 500 * k, messages: { inFlight } });
          let memory: FluidMemory | undefined;
          past.forEach((q, k) => {
            memory = fluidLaw(lawInput(q, at(k)), memory, options).memory;
          });
          const [strict, lenient] = [Math.min(...shares), Math.max(...shares)].map((missTolerance) =>
            fluidLaw(lawInput(waiting, { ...at(past.length), missTolerance }), memory, options),
          );
          expect(strict!.wanted).toBeGreaterThanOrEqual(lenient!.wanted);
          expect(strict!.need).toBeGreaterThanOrEqual(lenient!.need);
          expect(strict!.holdMs).toBeGreaterThanOrEqual(lenient!.holdMs);
        },
      ),
    );
  });
});

describe('Fluid, cold', () => {
  const unsure = knowing({ varService: 25 });

  it.each([
    { name: 'goes to 4·n + 1 below the target', waiting: 95, estimate: { arrivals: 500 }, wanted: 21 },
    { name: 'goes to 6·n + 1 above it', waiting: 5_000, estimate: { arrivals: 500 }, wanted: 31 },
  ])('$name while the service rate is unknown', ({ waiting, estimate, wanted }) => {
    expect(asked(waiting, {}, knowing({ varService: 25, ...estimate })).wanted).toBe(wanted);
  });

  it('goes at once to what is needed even if the service rate is twice as high, where the first guess is bounded', () => {
    const estimate = knowing({ varService: 25, arrivals: 500 });
    // x = 95 + 2.5·500 - …; with μ 10 the queue above the target alone takes more than a hundred
    const { wanted } = asked(95, { most: 400 }, estimate);
    expect(wanted).toBeGreaterThan(100);
    expect(wanted).toBeLessThan(asked(95, { most: 400 }, knowing({ arrivals: 500 })).wanted);
  });

  it('stays within that for a whole lead time', () => {
    const later = { asked: 31, ready: 5, nowMs: T0 + 1_000, atMs: T0 };
    expect(fluidLaw(lawInput(5_000, later), unsure, TARGET).wanted).toBe(31);
    const after = knowing({ varService: 25 }, { coldAtMs: T0 - 2_500 });
    expect(asked(5_000, { asked: 31, ready: 31 }, after).wanted).toBe(187);
  });

  it('has no such limit once it knows', () => {
    expect(asked(5_000).wanted).toBeGreaterThan(500);
  });

  it('begins with a guess, and learns', () => {
    const first = fluidLaw(lawInput(10), undefined, { ...TARGET, serviceRate: 4 });
    expect(first.figures['servicePerS']).toBe(4);
    // What arrives follows from the guess only once the queue has told something.
    expect(first.memory.estimate.arrivals).toBe(20);
    expect(first.figures).not.toHaveProperty('arrivalsPerS');
  });
});

describe('Fluid, where only the queue is known', () => {
  it('probes downwards while the queue is empty', () => {
    const empty = knowing({ busy: false, arrivals: 26 });
    const result = asked(0, {}, empty);
    expect(result.wanted).toBe(4);
    expect(result.need).toBe(4);
  });

  it('does not probe where messages in flight tell', () => {
    const result = asked(0, { messages: { inFlight: 5 } }, knowing({ busy: false, arrivals: 26 }));
    expect(result.wanted).toBe(5);
  });

  it('probes with a counter only while the service rate is in doubt', () => {
    const counted = { messages: { arrivedTotal: 100 } };
    expect(asked(0, counted, knowing({ busy: false, arrivals: 26 })).wanted).toBe(5);
    expect(asked(0, counted, knowing({ busy: false, arrivals: 26, varService: 4 })).wanted).toBe(4);
  });
});

describe('Fluid with a target in time', () => {
  const drain: FluidOptions = { goal: { kind: 'drainTime', ms: 30_000 }, metricDelayMs: 0 };
  const age: FluidOptions = { goal: { kind: 'messageAge', ms: 30_000 }, metricDelayMs: 0 };

  it.each([
    // five instances empty 600 in 24 s: four fifths of the target
    { name: 'stays while what waits is drained in time', waiting: 500, wanted: 5 },
    // q_p = 2400 - 15, rate 2385/24 = 99.5/s = 19.9 instances
    { name: 'rises to drain what waits', waiting: 2_400, wanted: 20 },
    { name: 'gives back when nothing waits', waiting: 0, wanted: 4 },
  ])('$name', ({ waiting, wanted }) => {
    expect(fluidLaw(lawInput(waiting), knowing(), drain).wanted).toBe(wanted);
  });

  it('treats the age of messages as a drain time', () => {
    expect(fluidLaw(lawInput(2_400), knowing(), age).wanted).toBe(20);
  });

  it('hurries when the oldest message is too old', () => {
    const young = fluidLaw(lawInput(300, { messages: { oldestAgeMs: 20_000 } }), knowing(), age);
    const old = fluidLaw(lawInput(300, { messages: { oldestAgeMs: 60_000 } }), knowing(), age);
    expect(young.wanted).toBe(5);
    // half of the 300 are older than 30 s: (19 - 1.9 + 150)/5 = 33.42
    expect(old.wanted).toBe(34);
  });

  it('does not lose its head over one message that nobody can process', () => {
    const poison = fluidLaw(lawInput(1, { messages: { oldestAgeMs: 86_400_000 } }), knowing(), age);
    expect(poison.wanted).toBeLessThanOrEqual(6);
  });
});

describe('Fluid says', () => {
  it('its numbers', () => {
    const known = knowing({ varArrivals: 1, varService: 0.04 });
    const result = asked(400, { messages: { inFlight: 5 } }, known);
    expect(result.reason).toBe('400 waiting, 19 ± 2/s arriving, 5 ± 0.4/s per instance');
    expect(result.figures).toMatchObject({
      waiting: 400,
      inFlight: 5,
      arrivalsPerS: 19,
      arrivalsPerSMargin: 2,
      servicePerS: 5,
      deadTimeS: 2,
      launches: 0,
    });
  });

  it('how long launches take, and from how many it knows', () => {
    const launchTimes = { medianMs: 2_100, mostMs: 7_000, launches: 16 };
    const { figures } = asked(90, { launchTimes, warmUpMs: 400, warmUpMarginMs: 150 });
    const warmUp = { warmUpS: 0.4, warmUpSMargin: 0.15 };
    expect(figures).toMatchObject({ deadTimeS: 2.5, deadTime90S: 7.4, launches: 16, ...warmUp });
  });

  it('what the count that is asked for now would have meant, where another one is wanted', () => {
    const { wanted, figures } = asked(400);
    expect(wanted).toBeGreaterThan(5);
    expect(figures).toMatchObject({ wantedByLaw: wanted, countAsIs: 5 });
    expect(figures['waitingAsIs']).toBeGreaterThan(figures['waitingWithOneFewer']!);
    expect(figures['missChanceAsIs']).toBeGreaterThan(figures['missChance']!);
    expect(asked(90).figures).not.toHaveProperty('countAsIs');
  });

  it('what the count within the bounds would have meant, for it gets no other', () => {
    expect(asked(4_000, { most: 10 }).figures).toMatchObject({ wantedByLaw: 10, countAsIs: 5 });
    expect(asked(0, { least: 5, asked: 5 }).figures).toMatchObject({ wantedByLaw: 5 });
  });

  it('no rates that it does not know', () => {
    const result = asked(400, {}, knowing({ varService: 1.2 }));
    expect(result.reason).toBe('400 waiting, work for 3.8 ± 1.7 instances arriving (rates not known yet)');
    expect(Object.keys(result.figures)).toEqual([
      'waiting',
      'predicted',
      'predictedMargin',
      'deadTimeS',
      'launches',
    ]);
  });

  it('no work in instances either, while λ and μ may be wrong each on its own', () => {
    const apart = asked(400, {}, knowing({ varService: 6, varArrivals: 90, covariance: 0 }));
    expect(apart.reason).toBe('400 waiting (rates not known yet)');
    const together = asked(400, {}, knowing({ varService: 6, varArrivals: 87, covariance: 22.8 }));
    expect(together.reason).toMatch(
      /^400 waiting, work for [\d.]+ ± [\d.]+ instances arriving \(rates not known yet\)$/,
    );
  });

  it('what one fewer and one more would have meant', () => {
    const { figures } = asked(90);
    // 75 with five, each of which holds one, and 4 s of 19 - 5·4 and 19 - 5·6
    expect(figures['waitingWithOneFewer']).toBeCloseTo(75 + 1 - 4, 6);
    expect(figures['waitingWithOneMore']).toBeCloseTo(75 - 1 - 44, 6);
    expect(figures['missChanceWithOneFewer']).toBeGreaterThan(figures['missChance']!);
    expect(figures['missChanceWithOneMore']).toBeLessThan(figures['missChance']!);
  });
});
