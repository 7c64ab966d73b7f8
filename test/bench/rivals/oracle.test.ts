import { describe, expect, it } from 'vitest';
import { OracleLaw } from '../../../bench/rivals/oracle.ts';
import type { Driver } from '../../../src/simulator/law/law.ts';
import { curveOf } from '../../../src/simulator/load/curve.ts';
import type { World } from '../../../src/simulator/world/world.ts';
import { aConsumer, aWorld, theRemainder } from '../../simulator/worlds.ts';

/** A step from 10/s to 40/s at 20 s, without chance. */
function stepWorld(): World {
  const curve = curveOf(40, (t) => (t < 20 ? 10 : 40));
  const steps = curve.steps;
  const arrivals = curve.rate.map((rate) => rate / 10);
  const demand = { curve, arrivals, luck: new Float64Array(steps), error: new Float64Array(steps) };
  return aWorld([aConsumer(2, demand, { max: 20 }), theRemainder(18, { max: 20 })], {
    budget: { kind: 'slots', slots: 20 },
  });
}

function firstRise(driver: Driver): { atS: number; peak: number; end: number } {
  const world = stepWorld();
  const [consumer] = world.members;
  let atS = Number.NaN;
  let peak = 0;
  while (!world.isOver) {
    world.step();
    driver.step(world);
    if (Number.isNaN(atS) && consumer!.instances.requested > 4) atS = world.k / 10;
    peak = Math.max(peak, consumer!.queue!.waiting);
  }
  return { atS, peak, end: consumer!.instances.requested };
}

describe('oracles', () => {
  it('the causal one acts when the rate has changed, the clairvoyant one a dead time before', () => {
    const causal = firstRise(new OracleLaw({ clairvoyant: false }));
    const clairvoyant = firstRise(new OracleLaw({ clairvoyant: true }));
    expect(causal.atS).toBe(20);
    expect(clairvoyant.atS).toBeLessThan(20);
    expect(clairvoyant.atS).toBeGreaterThan(12);
    // 30/s too many for the dead time of 2.5 s: that nobody without foresight can avoid.
    expect(causal.peak).toBeGreaterThanOrEqual(70);
    expect(clairvoyant.peak).toBeLessThan(40);
    expect([8, 9]).toContain(causal.end);
    expect([8, 9]).toContain(clairvoyant.end);
  });
});
