import { describe, expect, it } from 'vitest';
import { serviceLearned } from '../../src/core/learned.ts';
import { ShippedLaw, VIEWS, type View } from '../../src/simulator/law/shipped.ts';
import { curveOf } from '../../src/simulator/load/curve.ts';
import { demandOf } from '../../src/simulator/load/demand.ts';
import { loadCurve } from '../../src/simulator/load/loads.ts';
import { aBehavior, aQueue } from '../support/builders.ts';
import { aConsumer, aWorld, theRemainder } from './worlds.ts';

/** A source that tells messages in flight apart, however many wait. */
const TELLS: View = {
  targetOf: (target) => target,
  sampleOf: ({ waiting, total, asOfMs }) => ({ state: 'ok', waiting, inFlight: total - waiting, asOfMs }),
};

/** What the law knows at the end of four minutes of a load that goes up and down. */
function learned(warmUpMs: number, seed = 7): { readonly warmUpS: number; readonly servicePerS: number } {
  const demand = demandOf(
    curveOf(240, (s) => 60 + 50 * Math.sin(s / 12)),
    seed,
    'warm-up',
  );
  const world = aWorld([aConsumer(2, demand, { max: 40 }), theRemainder(38)], {
    budget: { kind: 'slots', slots: 40 },
    delays: { startMs: 2_000, warmUpMs, stopMs: 500 },
    serviceSpread: 0.7,
  });
  const law = new ShippedLaw(TELLS);
  for (; !world.isOver; law.step(world)) world.step();
  const figures = law.last?.apps[0]?.figures ?? {};
  const [service] = serviceLearned(law.last?.memory, world.members[0]?.terms.id ?? '');
  return { warmUpS: figures['warmUpS'] ?? 0, servicePerS: service?.perS ?? 0 };
}

describe('instances that run before they serve', () => {
  it.each([0, 3_000, 8_000])('are known for it after a while, in nine of ten worlds: %d ms', (warmUpMs) => {
    const offs = Array.from({ length: 20 }, (_, i) => learned(warmUpMs, 7 + i).warmUpS * 1000 - warmUpMs);
    expect(offs.filter((off) => Math.abs(off) > 0.25 * warmUpMs).length).toBeLessThanOrEqual(2);
    // Who was seen late in one world is seen soon in others: none is far off.
    for (const off of offs) expect(Math.abs(off)).toBeLessThanOrEqual(0.4 * warmUpMs);
  });

  it('prove no larger service rate by what they worked off before it was seen that they work', () => {
    const demand = demandOf(loadCurve('walk', { capacity: 50, seed: 3, durationS: 200 }), 3, 'consumer');
    const targets = [{ queueLength: 50, metric: aQueue, algorithm: { type: 'Fluid' as const } }];
    const world = aWorld([aConsumer(4, demand, { targets, behavior: aBehavior({}) }), theRemainder(6)], {
      delays: { startMs: 2_000, warmUpMs: 2_000, stopMs: 500 },
      serviceSpread: 0.7,
    });
    const law = new ShippedLaw(VIEWS.source);
    let aboveS = 0;
    for (; !world.isOver; law.step(world)) {
      world.step();
      if ((world.members[0]?.series.waiting[world.k] ?? 0) > 50) aboveS += 0.1;
    }
    // 80 s where eight that had just begun were taken for one.
    expect(aboveS).toBeLessThan(10);
  });

  it('do not make the service rate look smaller', () => {
    const { servicePerS } = learned(3_000);
    expect(servicePerS).toBeGreaterThan(0.75 * 5);
    expect(servicePerS).toBeLessThan(1.25 * 5);
  });
});
