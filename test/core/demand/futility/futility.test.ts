import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Futility, followFutility } from '../../../../src/core/demand/futility/futility.ts';
import { type FutilityMemory, isFutility } from '../../../../src/core/demand/futility/memory.ts';
import type { QueueLook } from '../../../../src/core/demand/futility/pace.ts';
import { T0 } from '../../../support/builders.ts';
import { poisson, seeded } from '../../../support/seeded.ts';

interface Setup {
  readonly arrivalsS: number | ((second: number) => number);
  readonly eachS: number;
  /** Messages a second that all together get done, at a second. */
  readonly mostS: (second: number) => number;
  readonly counter: boolean;
  /** How many messages are seen at the front of the queue, at a second; absent: none ever is. */
  readonly front?: (second: number) => number;
  /** Messages that are taken and given back, again and again. */
  readonly poison?: boolean;
  readonly seconds: number;
  readonly law?: number;
  readonly seed?: number;
  /** How much of its work each gets done, at a second, while nothing tells what that is any more. */
  readonly slowed?: (second: number) => number;
}

interface Seen {
  readonly second: number;
  readonly asked: number;
  readonly answer: Futility;
}

/** A law that wants 12 while the queue is above 50, and what the limit makes of it; a change takes two seconds. */
function run(setup: Setup): readonly Seen[] {
  const { arrivalsS, eachS, mostS, counter, front, seconds, law = 12, seed = 1, slowed } = setup;
  const comesS = typeof arrivalsS === 'number' ? () => arrivalsS : arrivalsS;
  const random = seeded(seed);
  const seen: Seen[] = [];
  let memory: FutilityMemory | undefined;
  let backlog = 400;
  let done = 0;
  let asked = law;
  let settledS = 0;
  for (let second = 0; second < seconds; second++) {
    backlog += poisson(random, comesS(second));
    const taken = Math.min(
      backlog,
      poisson(random, Math.min(mostS(second), (slowed?.(second) ?? 1) * eachS * Math.min(asked, backlog))),
    );
    const again = setup.poison === true && second >= 100 ? taken : 0;
    const finished = taken - again;
    backlog -= finished;
    done += finished;
    const there = front?.(second) ?? 0;
    const sinceMs = T0 + 1000 * (second - 1);
    const wanted = backlog > 50 ? law : 2;
    const look: QueueLook = {
      nowMs: T0 + 1000 * second,
      target: 0,
      asked,
      settled: second >= settledS,
      wanted,
      min: 1,
      missed: backlog > 50,
      backlog,
      done: counter ? done : undefined,
      asOfMs: T0 + 1000 * second,
      taken: taken < there ? { sinceMs, count: taken, seen: there, again } : undefined,
      held: 1,
      perInstanceS: slowed === undefined ? eachS : undefined,
      atLeastS: slowed === undefined ? eachS : backlog > 50 ? undefined : 0.6 * eachS,
      deadTimeMs: 2_000,
    };
    const answer = followFutility(memory, look);
    memory = answer.memory;
    seen.push({ second, asked, answer });
    const next = Math.min(wanted, answer.cap ?? wanted);
    if (next !== asked) settledS = second + 3;
    asked = next;
  }
  return seen;
}

/** Served well for a hundred seconds; then 60/s come, up to half of `spread` more or fewer within tens of seconds. */
function overloaded(seed: number, spread: number): (second: number) => number {
  const random = seeded(seed);
  const heights = Array.from({ length: 200 }, () => 60 + spread * (random() - 0.5));
  return (second) => (second < 100 ? 10 : (heights[Math.floor(second / 15)] ?? 60));
}

const TRIED = { phase: 'try', sinceMs: 1, target: 0, tries: 0, cap: 4 };
const isLimited = ({ answer }: Seen): boolean => answer.known === true;
const NO_LIMIT = () => Number.POSITIVE_INFINITY;

describe.each([{ counter: true }, { counter: false }])('with a counter: $counter', ({ counter }) => {
  it('gives back what gets no more done, and says so with numbers', () => {
    // What nobody counts takes longer to be seen.
    const seen = run({ arrivalsS: 40, eachS: 5, mostS: () => 16, counter, seconds: counter ? 600 : 1_500 });
    const limited = seen.filter(isLimited);
    expect(limited.length).toBeGreaterThan(60);
    expect(limited[0]?.answer.cap).toBeGreaterThanOrEqual(3);
    expect(limited[0]?.answer.cap).toBeLessThanOrEqual(counter ? 6 : 8);
    expect(limited[0]?.answer.reason).toMatch(
      /^\d+ more got [\d.]+ ± [\d.]+\/s more done, where [\d.]+ ± [\d.]+\/s could be expected; more are tried in/,
    );
  });

  it('gives nothing back where every instance is of use', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const seen = run({ arrivalsS: 70, eachS: 5, mostS: NO_LIMIT, counter, seconds: 900, seed });
      expect(seen.filter(isLimited)).toEqual([]);
    }
  });

  it('costs little where every instance is of use: fewer work in a tenth of the time at most', () => {
    const seen = run({ arrivalsS: 70, eachS: 5, mostS: NO_LIMIT, counter, seconds: 3600 });
    expect(seen.filter(({ asked }) => asked < 12).length).toBeLessThan(360);
  });

  it('tries more again, and keeps them once they are of use', () => {
    const seen = run({
      arrivalsS: 40,
      eachS: 5,
      mostS: (second) => (second < 400 ? 16 : 1000),
      counter,
      seconds: 1800,
    });
    expect(seen.some(isLimited)).toBe(true);
    expect(seen.slice(900).some(({ asked }) => asked === 12)).toBe(true);
    expect(seen.slice(1200).filter(isLimited)).toEqual([]);
  });

  it('waits twice as long each time', () => {
    const seen = run({ arrivalsS: 40, eachS: 5, mostS: () => 16, counter, seconds: 3600 });
    const spells: number[] = [];
    for (const [i, each] of seen.entries())
      if (isLimited(each)) {
        if (i > 0 && isLimited(seen[i - 1]!)) spells[spells.length - 1]!++;
        else spells.push(1);
      }
    expect(spells.length).toBeGreaterThanOrEqual(3);
    expect(spells[1]).toBeGreaterThan(1.8 * spells[0]!);
    expect(spells[2]).toBeGreaterThan(1.8 * spells[1]!);
  });
});

describe('messages that nobody can get done', () => {
  it('are noticed where the counter stands still', () => {
    const mostS = (second: number) => (second < 100 ? 1000 : 0);
    const seen = run({ arrivalsS: 10, eachS: 5, mostS, counter: true, seconds: 600 });
    expect(seen.filter(isLimited).at(0)?.answer.cap).toBe(1);
  });
});

describe('messages that are seen at the front of the queue', () => {
  /** As the demo's producers: another level every 15 s. */
  const drifting = (seed: number) => {
    const random = seeded(seed + 1000);
    const levels = Array.from({ length: 100 }, () => 150 * random());
    return (second: number) => levels[Math.floor(second / 15)] ?? 75;
  };
  const setup = { eachS: 5, mostS: () => 5, counter: false, seconds: 300 };
  const firstAt = (given: Partial<Setup>, seed: number) =>
    run({ ...setup, arrivalsS: drifting(seed), seed, ...given }).find(isLimited)?.second ?? Infinity;
  const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

  it('tell within five minutes what arrivals that change hide', () => {
    const with32 = seeds.map((seed) => firstAt({ front: () => 32 }, seed));
    const without = seeds.map((seed) => firstAt({}, seed));
    expect(with32.filter(Number.isFinite).length).toBeGreaterThanOrEqual(16);
    expect(without.filter(Number.isFinite).length).toBeLessThanOrEqual(12);
  });

  it('have nothing given back where every instance is of use', () => {
    for (const seed of seeds) {
      const given = { arrivalsS: drifting(seed), eachS: 1, mostS: NO_LIMIT, seconds: 900, seed };
      expect(run({ ...setup, ...given, front: () => 32 }).filter(isLimited)).toEqual([]);
    }
  });

  it('are no help where so few are seen that more are mostly taken', () => {
    const few = seeds.map((seed) => firstAt({ front: () => 7 }, seed));
    expect(few).toEqual(seeds.map((seed) => firstAt({}, seed)));
  });

  it('are compared only with what was counted as well', () => {
    const until = (end: number) => (second: number) => (second < end ? 32 : 0);
    const seen = run({ ...setup, arrivalsS: () => 20, front: until(65) });
    expect(seen.some(({ answer }) => answer.memory.phase === 'try')).toBe(true);
    expect(seen.filter(isLimited)).toEqual([]);
    expect(seen.at(-1)?.answer.memory.phase).toBe('rest');
  });

  it('are still of help where readings are lost, but not where most are', () => {
    const lossy = (every: number) => (second: number) => (second % every === 0 ? 32 : 0);
    const some = (second: number) => (second % 4 === 0 ? 0 : 32);
    expect(
      seeds.map((seed) => firstAt({ front: some }, seed)).filter(Number.isFinite).length,
    ).toBeGreaterThan(15);
    expect(firstAt({ front: lossy(3) }, 1)).toBe(firstAt({}, 1));
  });

  it('are no help where as many are taken as are seen', () => {
    const often = (second: number) =>
      run({ ...setup, arrivalsS: 60, mostS: () => 10, seed: second, front: () => 12 });
    const known = (memory: FutilityMemory) => (memory.takes?.[1] ?? 0) / 60_000;
    const atTrial = seeds.map((seed) => often(seed).find(({ second }) => second === 59)!.answer.memory);
    expect(atTrial.every((memory) => known(memory) < 0.95)).toBe(true);
    expect(
      often(1).find(({ answer }) => answer.memory.before)?.answer.memory.before?.counted,
    ).toBeUndefined();
  });

  it('are not done when they are only given back', () => {
    const given = { arrivalsS: 10, mostS: NO_LIMIT, seconds: 600, poison: true };
    const seen = run({ ...setup, ...given, front: () => 80 });
    expect(seen.find(isLimited)?.answer.reason).toMatch(/more got 0 ± [\d.]+\/s more done/);
  });
});

describe('a limit', () => {
  it('is not looked for while the target is met', () => {
    const seen = run({ arrivalsS: 5, eachS: 5, mostS: NO_LIMIT, counter: true, seconds: 600 });
    expect(seen.slice(120).every(({ answer }) => answer.cap === undefined)).toBe(true);
  });

  it('is found out from one queue, whichever asks for most meanwhile', () => {
    const look: QueueLook = {
      nowMs: T0,
      target: 0,
      asked: 12,
      settled: true,
      wanted: 12,
      min: 1,
      missed: true,
      backlog: 900,
      done: 100,
      asOfMs: T0,
      taken: undefined,
      held: 1,
      perInstanceS: 5,
      atLeastS: 5,
      deadTimeMs: 2_000,
    };
    const stuck = { ...look, nowMs: T0 + 60_000, done: 1_000 };
    const first = followFutility(followFutility(undefined, look).memory, look).memory;
    expect(followFutility(first, stuck).memory.phase).toBe('try');
    expect(followFutility(first, { ...stuck, target: 1 }).memory.phase).toBe('watch');
  });

  it('is looked for as soon where the law wanted fewer for a moment, but not while it does', () => {
    const at = (second: number, wanted: number): QueueLook => ({
      nowMs: T0 + 1000 * second,
      target: 0,
      asked: 12,
      settled: true,
      wanted,
      min: 1,
      missed: true,
      backlog: 900,
      done: 15 * second,
      asOfMs: T0 + 1000 * second,
      taken: undefined,
      held: 1,
      perInstanceS: 5,
      atLeastS: 5,
      deadTimeMs: 2_000,
    });
    const begun = [0, 30].map((second) => at(second, second === 30 ? 5 : 12));
    const phaseAfter = (looks: readonly QueueLook[]) =>
      looks.reduce<FutilityMemory | undefined>(
        (memory, look) => followFutility(memory, look).memory,
        undefined,
      )?.phase;
    expect(phaseAfter([...begun, at(60, 12)])).toBe('try');
    expect(phaseAfter([...begun, at(60, 5)])).toBe('watch');
  });

  it('is never below the minimum, nor above what is asked for, whatever the queue shows', () => {
    const look = fc.record({
      target: fc.constantFrom(0, 0, 0, 1),
      asked: fc.integer({ min: 0, max: 50 }),
      settled: fc.boolean(),
      wanted: fc.integer({ min: 0, max: 50 }),
      missed: fc.constantFrom(true, true, true, false, undefined),
      backlog: fc.nat(100_000),
      done: fc.option(fc.nat(1_000_000), { nil: undefined }),
      taken: fc.option(fc.record({ count: fc.nat(40), seen: fc.nat(32), again: fc.nat(40) }), {
        nil: undefined,
      }),
      held: fc.integer({ min: 1, max: 100 }),
      perInstanceS: fc.option(fc.double({ min: 0.001, max: 100, noNaN: true }), { nil: undefined }),
      atLeastS: fc.option(fc.double({ min: 0.001, max: 100, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(look, fc.integer({ min: -5_000, max: 200_000 })), { maxLength: 60 }),
        (looks) => {
          let memory: FutilityMemory | undefined;
          let nowMs = T0;
          for (const [{ taken, ...each }, byMs] of looks) {
            nowMs += byMs;
            const front = taken && { ...taken, sinceMs: nowMs - Math.abs(byMs) };
            const now = { nowMs, asOfMs: nowMs, taken: front, min: 3, deadTimeMs: 1_000 };
            const answer = followFutility(memory, { ...each, ...now });
            memory = answer.memory;
            expect(isFutility(JSON.parse(JSON.stringify(memory)))).toBe(true);
            if (answer.cap !== undefined) expect(answer.cap).toBeGreaterThanOrEqual(3);
          }
        },
      ),
    );
  });

  it.each([
    [{}],
    [{ phase: 'nap', sinceMs: 1, target: 0, tries: 0 }],
    [{ phase: 'try', sinceMs: 'x', target: 0, tries: 0 }],
    [{ phase: 'try', sinceMs: 1, tries: 0 }],
    [{ phase: 'try', sinceMs: 1, target: 0, tries: 0 }],
    [{ phase: 'limited', sinceMs: 1, target: 0, tries: 0, cap: 3 }],
    [{ phase: 'limited', sinceMs: 1, target: 0, tries: 0, cap: '3', untilMs: 9 }],
    [{ phase: 'limited', sinceMs: 1, target: 0, tries: 0, cap: 3, untilMs: 9, useless: { instances: 1 } }],
    [{ phase: 'watch', sinceMs: 1, target: 0, tries: 0, from: [1, 2, 3] }],
    [{ phase: 'watch', sinceMs: 1, target: 0, tries: 0, from: [1, 2, 3, 'all'] }],
    [{ phase: 'watch', sinceMs: 1, target: 0, tries: 0, takes: [1, 2, 3] }],
    [{ phase: 'watch', sinceMs: 1, target: 0, tries: 0, takes: [1, 2, -3, 0] }],
    [{ phase: 'watch', sinceMs: 1, target: 0, tries: 0, healthyS: Number.NaN }],
    [{ ...TRIED, before: { asked: 6, perS: 5, variance: 1 } }],
    [{ ...TRIED, before: { asked: 6, perS: 5, variance: 1, eachS: 1, counted: 'yes' } }],
    [{ phase: 'rest', sinceMs: -1, target: 0, tries: 0 }],
    [null],
    ['watch'],
  ])('is not read from %j', (raw) => {
    expect(isFutility(raw)).toBe(false);
  });
});

describe('where nobody counts, and only what each did before is known', () => {
  it.each([1, 0.5, 0.25])('nothing is given back while each does %f of that, whatever comes', (share) => {
    const slowed = (second: number): number => (second < 100 ? 1 : share);
    for (let seed = 1; seed <= 12; seed++) {
      const arrivalsS = overloaded(seed, 60);
      const seen = run({
        arrivalsS,
        eachS: 5,
        mostS: NO_LIMIT,
        counter: false,
        slowed,
        seconds: 1_800,
        seed,
      });
      expect(seen.filter(isLimited)).toEqual([]);
    }
  });

  it('what gets no more done is given back, once that is seen through all that comes and goes', () => {
    const mostS = (second: number): number => (second < 100 ? 1e9 : 10);
    const found = Array.from({ length: 12 }, (_, i) => {
      const setup = { arrivalsS: overloaded(i + 1, 5), eachS: 5, mostS, counter: false, slowed: () => 1 };
      return run({ ...setup, seconds: 2_400, seed: i + 1 }).some(isLimited);
    });
    expect(found.filter((each) => each).length).toBeGreaterThanOrEqual(4);
  });

  it('what each did is known from below, as soon as that is to within half', () => {
    const seen = run({
      arrivalsS: 10,
      eachS: 5,
      mostS: NO_LIMIT,
      counter: false,
      slowed: () => 1,
      seconds: 60,
    });
    expect(seen.at(-1)?.answer.memory.healthyS).toBe(3);
  });
});
