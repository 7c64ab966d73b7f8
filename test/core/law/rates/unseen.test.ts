import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runCell } from '../../../../bench/fast/run-cell.ts';
import { type FluidMemory, fluidLaw } from '../../../../src/core/law/fluid.ts';
import type { Estimate, Measurement } from '../../../../src/core/law/rates/estimate.ts';
import { update } from '../../../../src/core/law/rates/estimator.ts';
import { firstEstimate } from '../../../../src/core/law/rates/first-guess.ts';
import { isSuppositions } from '../../../../src/core/law/rates/suppositions.ts';
import { T0 } from '../../../support/builders.ts';
import { poisson, seeded } from '../../../support/seeded.ts';
import { lawInput } from '../law-input.ts';

const STEP_S = 0.5;

interface Course {
  readonly arrivals: (atS: number) => number;
  readonly service: number;
  readonly ready: (atS: number) => number;
  readonly seconds: number;
  readonly over?: Partial<Measurement>;
  readonly seed?: number;
}

interface Moment {
  readonly estimate: Estimate;
  /** Messages that wait or are worked on. */
  readonly there: number;
}

/** A queue of which only what waits is counted, every half second. */
function follow({ arrivals, service, ready, seconds, over = {}, seed = 1 }: Course): readonly Moment[] {
  const random = seeded(seed);
  const moments: Moment[] = [];
  let there = 0;
  let estimate: Estimate | undefined;
  for (let k = 0; k * STEP_S <= seconds; k++) {
    const n = ready(k * STEP_S);
    const m: Measurement = {
      atMs: T0 + k * STEP_S * 1000,
      waiting: Math.max(0, there - n),
      served: n,
      ready: n,
      emptyBelow: 1,
      working: undefined,
      arrived: undefined,
      most: 100,
      ...over,
    };
    estimate = estimate === undefined ? firstEstimate(m, undefined) : update(estimate, m);
    moments.push({ estimate, there });
    for (let i = 0; i < 20; i++) {
      there += poisson(random, (arrivals(k * STEP_S) * STEP_S) / 20);
      there -= Math.min(there, poisson(random, (service * Math.min(there, n) * STEP_S) / 20));
    }
  }
  return moments;
}

/** Work of ten seconds, as many arriving as keep thirty busy; the count of instances goes up and down. */
const slow: Pick<Course, 'arrivals' | 'service' | 'ready'> = {
  arrivals: () => 3,
  service: 0.1,
  ready: (t: number) => (t < 10 ? 2 : t % 60 < 30 ? 24 : 36),
};

describe('messages behind an empty queue', () => {
  it('are followed while nothing waits', () => {
    const moments = follow({ ...slow, seconds: 600 });
    const known = moments.filter(({ estimate }, k) => k > 240 && estimate.waiting === 0);
    const off = known.map(({ estimate, there }) => Math.abs((estimate.behind?.there ?? 0) - there) / there);
    expect(known.length).toBeGreaterThan(50);
    expect(off.reduce((sum, each) => sum + each, 0) / off.length).toBeLessThan(0.25);
  });

  it.each([1, 2, 3, 4, 5, 6])('tell the work that arrives and what μ is about (seed %d)', (seed) => {
    const { behind } = follow({ ...slow, seconds: 600, seed }).at(-1)?.estimate ?? {};
    const { arrivals = 0, service = 1 } = behind ?? {};
    expect(arrivals / service).toBeGreaterThan(15);
    expect(arrivals / service).toBeLessThan(50);
    expect(service).toBeGreaterThan(0.04);
    expect(service).toBeLessThan(0.25);
  });

  it('are all that are held, where an instance holds several', () => {
    const one = follow({ ...slow, seconds: 60 }).at(-1);
    const four = follow({ ...slow, seconds: 60, over: { held: 4 } }).at(-1);
    expect(four?.estimate.behind?.there).toBeGreaterThan(2 * (one?.estimate.behind?.there ?? Infinity));
  });

  it.each([
    { name: 'work is quick', course: { ...slow, arrivals: () => 300, service: 10 } },
    { name: 'somebody counts those that are worked on', course: { ...slow, over: { working: 3 } } },
    { name: 'somebody counts what comes', course: { ...slow, over: { arrived: 3 } } },
    { name: 'somebody sees what is taken', course: { ...slow, over: { taken: 1 } } },
  ])('are not supposed where $name', ({ course }) => {
    expect(follow({ ...course, seconds: 120 }).at(-1)?.estimate.behind).toBeUndefined();
  });

  it('are followed on while somebody sees what is taken, and are there again once nobody does', () => {
    const known = follow({ ...slow, seconds: 600 }).at(-1)?.estimate;
    if (known === undefined) throw new Error('nobody looked');
    const later = (ms: number, over: Partial<Measurement>): Measurement => ({
      ...{ atMs: known.atMs + ms, waiting: 0, served: known.ready, ready: known.ready, emptyBelow: 1 },
      ...{ working: undefined, arrived: undefined, ...over },
    });
    const told = update(known, later(500, { waiting: 1, taken: 1 }));
    expect(told.behind).toBeUndefined();
    const { behind } = update(told, later(1_000, {}));
    expect(behind?.service).toBeCloseTo(known.behind?.service ?? 0, 2);
    expect(behind?.varService).toBeLessThan(1.5 * (known.behind?.varService ?? 0));
  });

  it.each([
    { name: 'a service rate that was measured, where work is quick', service: 5, doubt: 0.1, told: true },
    { name: 'one that is in doubt', service: 5, doubt: 0.5, told: false },
    { name: 'one by which work is slow', service: 1.25, doubt: 0.1, told: false },
  ])('are supposed by $name: $told', ({ service, doubt, told }) => {
    const known = follow({ ...slow, seconds: 60 }).at(-1)?.estimate;
    if (known?.unseen === undefined) throw new Error('nothing is supposed');
    // 2.5/s is believed, of 0.625 to 10/s
    const shares = [0.02, 0.03, 0.9, 0.03, 0.02];
    const unseen = known.unseen.map((each, i) =>
      i === 0 ? 0.625 : (i - 1) % 8 === 0 ? (shares[(i - 1) / 8] ?? 0) : each,
    );
    const believing = { ...known, service, varService: (doubt * service) ** 2, unseen };
    const next = {
      atMs: known.atMs + 500,
      waiting: 0,
      served: known.ready,
      ready: known.ready,
      emptyBelow: 1,
    };
    const { behind } = update(believing, { ...next, working: undefined, arrived: undefined });
    expect(behind?.service).toBeGreaterThan(told ? 4 : 2);
    expect(behind?.service).toBeLessThan(told ? 6 : 3);
  });

  it('are not supposed before anything says how much comes', () => {
    const moments = follow({ ...slow, arrivals: (t) => (t < 30 ? 0 : 3), seconds: 60 });
    expect(moments[40]?.estimate.unseen).toBeUndefined();
    expect(moments.at(-1)?.estimate.unseen).toBeDefined();
  });

  it('are known as well by a memory that went through JSON, and by no other list', () => {
    const unseen = follow({ ...slow, seconds: 60 }).at(-1)?.estimate.unseen;
    expect(isSuppositions(JSON.parse(JSON.stringify(unseen)))).toBe(true);
    expect(isSuppositions(unseen?.slice(1))).toBe(false);
    expect(isSuppositions(unseen?.map(() => 'x'))).toBe(false);
    expect(isSuppositions(unseen?.map((each, i) => (i === 0 ? 0 : each)))).toBe(false);
  });

  it.each([0.02, 0.1, 0.4])(
    'are believed wholly in every round, also where another one takes a place (μ %d)',
    (service) => {
      const moments = follow({ ...slow, arrivals: () => 30 * service, service, seconds: 600 });
      const believed = moments.flatMap(({ estimate: { unseen } }) =>
        unseen === undefined ? [] : [[1, 9, 17, 25, 33].reduce((sum, at) => sum + (unseen[at] ?? 0), 0)],
      );
      expect(believed.length).toBeGreaterThan(500);
      expect(believed.filter((all) => Math.abs(all - 1) > 1e-3)).toEqual([]);
    },
  );

  it('stay numbers through pauses, floods and silence', () => {
    fc.assert(
      fc.property(histories(), ({ rounds }) => {
        const { estimate } = decided(rounds);
        const { unseen = [1], behind } = estimate;
        const numbers = [...unseen, ...Object.values(behind ?? {})];
        expect(numbers.every((each) => Number.isFinite(each))).toBe(true);
        expect(isSuppositions(unseen) || estimate.unseen === undefined).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('never mean fewer instances where more wait', () => {
    fc.assert(
      fc.property(histories(), fc.nat(300), fc.nat(300), ({ rounds, next }, x, y) => {
        const memory = decided(rounds);
        const then = (waiting: number) => askedFor({ ...next, waiting }, memory);
        const [fewer, more] = [then(Math.min(x, y)), then(Math.max(x, y))];
        expect(more.wanted).toBeGreaterThanOrEqual(fewer.wanted);
        const [short, long] = [fewer.memory.estimate.behind, more.memory.estimate.behind];
        if (short === undefined || long === undefined) return;
        expect(long.there).toBeGreaterThanOrEqual(short.there - 1e-9);
        expect(long.arrivals).toBeGreaterThanOrEqual(short.arrivals - 1e-9);
        // The first scale is by this very count.
        if (memory.estimate.unseen !== undefined) expect(long.service).toBe(short.service);
      }),
      { numRuns: 2_000, examples: [[fromNone, 21, 41]] },
    );
  });
});

/** Nobody runs, and the next count is the first one above zero. */
const fromNone = {
  rounds: [1, 2, 3].map((k) => ({ atMs: T0 + k * 500, waiting: 0, ready: 0 })),
  next: { atMs: T0 + 2_000, ready: 0 },
};

interface Round {
  readonly atMs: number;
  readonly waiting: number;
  readonly ready: number;
}

/** Counts and instances as they may come, from a pool of forty; some intervals are long. */
function histories(): fc.Arbitrary<{
  readonly rounds: readonly Round[];
  readonly next: Omit<Round, 'waiting'>;
}> {
  const waiting = fc.oneof(fc.constant(0), fc.nat(20), fc.nat(300));
  const afterMs = fc.constantFrom(500, 2_000, 5_000, 500, 2_000, 3_600_000);
  const round = fc.tuple(afterMs, waiting, fc.integer({ min: 0, max: 40 }));
  return fc.array(round, { minLength: 3, maxLength: 14 }).map((all) => {
    let atMs = T0;
    const rounds = all.map(([ms, each, ready]) => {
      atMs += ms;
      return { atMs, waiting: each, ready };
    });
    return { rounds, next: { atMs: atMs + 500, ready: rounds.at(-1)?.ready ?? 1 } };
  });
}

function askedFor({ atMs, waiting, ready }: Round, memory: FluidMemory | undefined) {
  const input = lawInput(waiting, {
    nowMs: atMs,
    ready,
    asked: ready,
    most: 40,
    readyBefore: [atMs - 60_000, ready],
    giveBackAfterMs: undefined,
  });
  return fluidLaw(input, memory, { goal: { kind: 'queueLength', messages: 20 }, metricDelayMs: 0 });
}

function decided(rounds: readonly Round[]): FluidMemory {
  let memory = askedFor({ atMs: T0, waiting: 0, ready: 1 }, undefined).memory;
  for (const round of rounds) ({ memory } = askedFor(round, memory));
  return memory;
}

describe('where nothing but the queue is counted and work is slow', () => {
  it('the target is kept about as well as by somebody who knows μ and counts what comes', () => {
    const cell = { slots: 40, serviceRate: 0.1, startS: 2, scaleS: 12, start: 'cold', pollS: 0.5 } as const;
    const rows = [1, 2].map((seed) =>
      runCell({ index: 0, cell, seed, laws: ['fluid-queue', 'oracle-seen'] }),
    );
    const mean = (law: string, of: 'V' | 'R') =>
      rows.reduce((sum, each) => sum + (each.find((row) => row.law === law)?.[of] ?? Number.NaN), 0) /
      rows.length;
    expect(mean('fluid-queue', 'V') - mean('oracle-seen', 'V')).toBeLessThan(5);
    expect(mean('fluid-queue', 'R') / mean('oracle-seen', 'R')).toBeGreaterThan(0.8);
  });
});
