import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchLaws } from '../../../../bench/suite/laws.ts';
import { consumerTerms, remainderTerms } from '../../../../bench/terms.ts';
import { fluidLaw } from '../../../../src/core/law/fluid.ts';
import type { Estimate, Measurement } from '../../../../src/core/law/rates/estimate.ts';
import { update } from '../../../../src/core/law/rates/estimator.ts';
import { firstEstimate } from '../../../../src/core/law/rates/first-guess.ts';
import { believedToServe, isTrial } from '../../../../src/core/law/rates/trial.ts';
import { curveOf } from '../../../../src/simulator/load/curve.ts';
import { demandOf } from '../../../../src/simulator/load/demand.ts';
import { World } from '../../../../src/simulator/world/world.ts';
import { T0 } from '../../../support/builders.ts';
import { lawInput } from '../law-input.ts';

const STEP_S = 0.5;
const TOLD_AT_S = 5;

interface Course {
  /** Messages that wait, at a time of s. */
  readonly waiting: (atS: number) => number;
  readonly seconds: number;
  readonly over?: Partial<Measurement>;
}

function measured(atS: number, n: number, waiting: number): Measurement {
  return {
    ...{ atMs: T0 + atS * 1000, waiting, served: n, ready: n, emptyBelow: 1 },
    ...{ working: undefined, arrived: undefined, isUntold: true },
  };
}

/** One instance of 5/s serves, and three more run after five seconds. */
function follow({ waiting, seconds, over = {} }: Course): Estimate {
  let estimate: Estimate | undefined;
  for (let atS = 0; atS <= seconds; atS += STEP_S) {
    const m = { ...measured(atS, atS < TOLD_AT_S ? 1 : 4, waiting(atS)), ...over };
    estimate = estimate === undefined ? firstEstimate(m, 5) : update(estimate, m);
  }
  if (estimate === undefined) throw new Error('nothing was counted');
  return estimate;
}

/** 15/s come, and 5/s are worked off; from some time on 20/s. */
const rising = (servesAtS: number) => (atS: number) =>
  20 + 10 * Math.min(atS, servesAtS) - 5 * Math.max(0, atS - servesAtS);

const isOver = ({ trial }: Estimate): boolean => trial?.length === 0;

describe('new instances of which nobody tells whether they work', () => {
  it('say nothing of μ while the queue goes on as it did', () => {
    const { trial, service } = follow({ waiting: rising(1e9), seconds: 9 });
    expect(trial).toHaveLength(6);
    expect(service).toBeCloseTo(5, 0);
    const told = follow({ waiting: rising(1e9), seconds: 9, over: { isUntold: false } });
    expect(told).not.toHaveProperty('trial');
    expect(told.service).toBeLessThan(0.7 * service);
  });

  it.each([
    { name: 'at once', servesAtS: 5, tried: 5, over: 8 },
    { name: 'after a while', servesAtS: 9, tried: 8.5, over: 12 },
  ])('are seen to serve $name by a queue that grows less', ({ servesAtS, tried, over }) => {
    expect(isOver(follow({ waiting: rising(servesAtS), seconds: tried }))).toBe(false);
    const after = follow({ waiting: rising(servesAtS), seconds: over });
    expect(isOver(after)).toBe(true);
    expect(after.service).toBeGreaterThan(3.5);
  });

  it('have a small μ where nothing is seen of them for long', () => {
    expect(isOver(follow({ waiting: rising(1e9), seconds: 15 }))).toBe(false);
    const after = follow({ waiting: rising(1e9), seconds: 20 });
    expect(isOver(after)).toBe(true);
    expect(after.service).toBeLessThan(4);
  });

  it('do not hide that more comes than came before', () => {
    const steep = (atS: number): number => rising(1e9)(atS) + 30 * Math.max(0, atS - TOLD_AT_S);
    const usual = follow({ waiting: rising(1e9), seconds: 9 });
    const more = follow({ waiting: steep, seconds: 9 });
    expect(more.arrivals).toBeGreaterThan(usual.arrivals + 15);
  });

  it.each([
    { name: 'counts come seldom', everyS: 2 },
    { name: 'they are too slow for it to be seen', everyS: 0.5 },
  ])('are not tried where $name', ({ everyS }) => {
    const service = everyS > 1 ? 5 : 0.05;
    const one = update(firstEstimate(measured(0, 1, 100), service), measured(everyS, 1, 110));
    expect(update(one, measured(2 * everyS, 4, 120))).not.toHaveProperty('trial');
  });

  it('are believed for a second, and then those before them are', () => {
    const trial = [T0, 1, T0, 100, 10, 4] as const;
    expect(believedToServe(trial, 4, T0 + 900)).toBe(4);
    expect(believedToServe(trial, 4, T0 + 1_000)).toBe(1);
    expect(believedToServe(trial, 0, T0 + 1_000)).toBe(0);
    expect(believedToServe([], 4, T0 + 1_000)).toBe(4);
    expect(believedToServe(undefined, 4, T0)).toBe(4);
  });

  it('never have a longer queue mean fewer instances', () => {
    const options = { goal: { kind: 'queueLength', messages: 50 }, metricDelayMs: 0 } as const;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20, max: 40 }), { minLength: 4, maxLength: 24 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(undefined, 4),
        (moves, longer, inFlight) => {
          let memory: Parameters<typeof fluidLaw>[1];
          let waiting = 100;
          const asked = (length: number, k: number) => {
            const ready = k < 4 ? 1 : 4;
            const messages = {
              waiting: length,
              ...(inFlight !== undefined && { inFlight: Math.min(inFlight, ready) }),
            };
            const nowMs = T0 + k * 500;
            const readyBefore = ready === 1 ? [T0 - 60_000, 1] : [T0 - 60_000, 1, T0 + 2_000, 4];
            const input = lawInput(length, { nowMs, asked: 4, ready, readyBefore, isUntold: true, messages });
            return fluidLaw({ ...input, atMs: nowMs }, memory, options);
          };
          for (const [k, move] of moves.entries()) {
            waiting = Math.max(0, waiting + move);
            const said = asked(waiting, k);
            expect(asked(waiting + longer, k).wanted).toBeGreaterThanOrEqual(said.wanted);
            ({ memory } = said);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are not remembered by what is no memory of them', () => {
    expect([[], [T0, 1, T0, 100, 10, 4]].every(isTrial)).toBe(true);
    expect([undefined, [1], [1, 2, 3, 4, '5'], { 0: 1 }].some(isTrial)).toBe(false);
  });
});

it.each(['fluid-inflight', 'fluid-counters'])(
  'a first rise of instances that begin to work 2 s after they run asks for no more than an oracle does: %s',
  (id) => {
    const peaks = Array.from({ length: 10 }, (_, seed) => {
      const curve = curveOf(40, () => 15);
      const world = new World({
        apps: [
          {
            terms: consumerTerms(10, 50),
            initial: 1,
            demand: demandOf(curve, seed, 'demo'),
            heldPerInstance: 1,
          },
          { terms: remainderTerms(10), initial: 9, heldPerInstance: 1 },
        ],
        budget: { kind: 'slots', slots: 10 },
        delays: { startMs: 2_000, warmUpMs: 2_000, stopMs: 500 },
        serviceRate: 5,
        serviceSpread: 0.7,
        metricAgeMs: 0,
        metricError: 0,
        intervalMs: 500,
        steps: curve.steps,
        spare: 0,
      });
      const [law] = benchLaws([id]);
      const driver = law?.start();
      let peak = 0;
      while (!world.isOver) {
        world.step();
        driver?.step(world);
        peak = Math.max(peak, world.members[0]?.instances.requested ?? 0);
      }
      return peak;
    });
    expect(peaks.reduce((sum, peak) => sum + peak, 0) / peaks.length).toBeLessThan(7);
  },
);
