import { describe, expect, it } from 'vitest';
import { serviceLearned } from '../../src/core/learned.ts';
import { ShippedLaw, type View } from '../../src/simulator/law/shipped.ts';
import { curveOf } from '../../src/simulator/load/curve.ts';
import { demandOf } from '../../src/simulator/load/demand.ts';
import { aConsumer, aWorld, theRemainder } from './worlds.ts';

/** A source that tells messages in flight apart, and a policy that does not say how many an instance holds. */
const TELLS: View = {
  targetOf: (target) => target,
  sampleOf: ({ waiting, total, asOfMs }) => ({ state: 'ok', waiting, inFlight: total - waiting, asOfMs }),
};

const RATE = 5;

/** The middle of what was estimated after the first half minute, and the instances that the remainder had on average. */
function withPrefetch(heldPerInstance: number): { readonly service: number; readonly remainder: number } {
  const demand = demandOf(
    curveOf(240, (s) => 60 + 50 * Math.sin(s / 20)),
    1,
    'prefetch',
  );
  const consumer = { ...aConsumer(2, demand, { max: 40 }), heldPerInstance };
  const world = aWorld([consumer, theRemainder(38)], {
    budget: { kind: 'slots', slots: 40 },
    serviceRate: RATE,
    serviceSpread: 0.7,
  });
  const law = new ShippedLaw(TELLS);
  const rates: number[] = [];
  let remainder = 0;
  for (; !world.isOver; law.step(world)) {
    world.step();
    remainder += world.members[1]?.instances.running ?? 0;
    const [service] = serviceLearned(law.last?.memory, world.members[0]?.terms.id ?? '');
    if (world.k > 300 && service !== undefined) rates.push(service.perS);
  }
  const middle = rates.sort((a, b) => a - b)[rates.length >> 1] ?? Number.NaN;
  return { service: middle, remainder: remainder / world.options.steps };
}

describe('consumers that fetch ahead', () => {
  const alone = withPrefetch(1);

  it.each([4, 10])('are not taken for other ones than they are: %d messages each', (held) => {
    const { service, remainder } = withPrefetch(held);
    expect(Math.abs(service - alone.service)).toBeLessThan(0.05 * RATE);
    expect(Math.abs(remainder - alone.remainder)).toBeLessThan(0.5);
  });
});
