import { describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../../src/api/policy.ts';
import { ShippedLaw, VIEWS } from '../../../src/simulator/law/shipped.ts';
import { curveOf } from '../../../src/simulator/load/curve.ts';
import { demandOf } from '../../../src/simulator/load/demand.ts';
import { aConsumer, aWorld, theRemainder } from '../../simulator/worlds.ts';
import { aBehavior, aQueue, T0 } from '../../support/builders.ts';

const AT_MOST_50: TargetSpec = { queueLength: 50, metric: aQueue, algorithm: { type: 'Fluid' } };
const WITHIN_10_S: TargetSpec = { drainTime: '10s', metric: aQueue, algorithm: { type: 'Fluid' } };

interface Course {
  readonly view?: keyof typeof VIEWS;
  /** Arrivals/s at each second. */
  readonly rate: (s: number) => number;
  readonly seconds: number;
  readonly target?: TargetSpec;
  readonly min?: number;
  /** Messages/s that an instance works off. */
  readonly serviceRate?: number;
  /** How often the queue is counted. */
  readonly intervalMs?: number;
  /** From and until when, s, the queue cannot be read. */
  readonly unread?: readonly [number, number];
}

/** How many instances were asked for at the end of each second. */
function requestedIn({
  view = 'inFlight',
  rate,
  seconds,
  target = AT_MOST_50,
  min = 0,
  serviceRate = 5,
  intervalMs = 500,
  unread = [0, 0],
}: Course): readonly number[] {
  const terms = { min, max: 10, targets: [target], behavior: aBehavior({}) };
  const consumer = aConsumer(4, demandOf(curveOf(seconds, rate), 3, 'consumer'), terms);
  const world = aWorld([consumer, theRemainder(6)], { serviceRate, serviceSpread: 0.7, intervalMs });
  const { targetOf, sampleOf } = VIEWS[view];
  const law = new ShippedLaw({
    targetOf,
    sampleOf: (queue, spec, before) =>
      world.k >= 10 * unread[0] && world.k < 10 * unread[1]
        ? { state: 'unavailable', reason: 'nobody answers', sinceMs: T0 }
        : sampleOf(queue, spec, before),
  });
  const counts: number[] = [];
  for (; !world.isOver; law.step(world)) {
    world.step();
    if (world.k % 10 === 9) counts.push(world.members[0]?.series.requested[world.k] ?? Number.NaN);
  }
  return counts;
}

/** Ten messages/s for a minute, then what is given. */
const then = (rate: number) => (s: number) => (s < 60 ? 10 : rate);

describe('the last instance, with nothing that needs it', () => {
  it.each([
    { view: 'inFlight', target: AT_MOST_50 },
    { view: 'inFlight', target: WITHIN_10_S },
    { view: 'counters', target: AT_MOST_50 },
    { view: 'source', target: AT_MOST_50 },
  ] as const)('goes five minutes after the last message: $view, $target', ({ view, target }) => {
    const requested = requestedIn({ view, target, rate: then(0), seconds: 420 });
    expect(requested.slice(70, 355)).not.toContain(0);
    expect(new Set(requested.slice(380))).toEqual(new Set([0]));
  });

  it('goes also where the policy wants counts further apart than a minute', () => {
    const requested = requestedIn({ rate: then(0), seconds: 1800, intervalMs: 120_000 });
    expect(requested.slice(70, 355)).not.toContain(0);
    expect(requested.at(-1)).toBe(0);
  });

  it('stays where the policy wants one', () => {
    expect(requestedIn({ rate: then(0), seconds: 420, min: 1 })).not.toContain(0);
  });

  it('stays while a message comes now and then', () => {
    expect(requestedIn({ rate: then(0.1), seconds: 1200 })).not.toContain(0);
  });

  it('stays while something came, also where nobody saw it wait or be worked on', () => {
    const quick = requestedIn({ view: 'counters', rate: then(0.05), seconds: 1200, serviceRate: 500 });
    expect(quick).not.toContain(0);
  });

  it('stays until five minutes were looked at, of which those without counts are none', () => {
    const requested = requestedIn({ rate: then(0), seconds: 780, unread: [120, 420] });
    expect(requested.slice(70, 715)).not.toContain(0);
    expect(requested.at(-1)).toBe(0);
  });

  it.each(['inFlight', 'counters', 'source'] as const)(
    'waits with those that a season is known to need, until it does: %s',
    (view) => {
      const fluid = { season: '10m' } as const;
      const target: TargetSpec = { ...AT_MOST_50, algorithm: { type: 'Fluid', fluid } };
      const requested = requestedIn({ view, target, rate: (s) => (s % 600 < 150 ? 20 : 0), seconds: 4230 });
      const before = requested.slice(4170, 4200);
      expect(before[0]).toBe(0);
      expect(before.at(-1)).toBeGreaterThan(2);
      expect(before.slice(before.findIndex((count) => count > 0))).not.toContain(0);
    },
  );

  it('stays while it may work on the last message, where nothing tells messages in flight', () => {
    const fluid = { serviceRate: 0.02 };
    const target: TargetSpec = { ...AT_MOST_50, algorithm: { type: 'Fluid', fluid } };
    // Two come within twenty seconds, and each takes fifty.
    const rate = (s: number) => (s < 20 ? 0.1 : 0);
    const requested = requestedIn({ view: 'queue', target, rate, seconds: 900, serviceRate: 0.02 });
    expect(requested.slice(0, 240)).not.toContain(0);
    expect(requested.at(-1)).toBe(0);
  });

  it('comes back for the first message where a target in time needs it', () => {
    const rate = (s: number) => (s < 60 || s >= 420 ? 10 : 0);
    const requested = requestedIn({ rate, seconds: 440, target: WITHIN_10_S });
    expect(requested[415]).toBe(0);
    expect(requested[425]).toBeGreaterThan(0);
  });
});
