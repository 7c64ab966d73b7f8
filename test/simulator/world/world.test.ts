import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aConsumer, aWorld, plainDemand, steps, theRemainder } from '../worlds.ts';

describe('world', () => {
  it('gives a slot to the next only when its holder is gone', () => {
    const world = aWorld([aConsumer(2, plainDemand(new Array(60).fill(0))), theRemainder(8)]);
    const [consumer, remainder] = world.members;
    world.step();
    world.scale(remainder!, 5);
    world.scale(consumer!, 5);
    expect(consumer!.instances.waiting).toBe(3);
    steps(world, 5);
    expect(consumer!.instances.staging).toBe(0);
    steps(world, 1);
    expect(consumer!.instances.staging).toBe(3);
    steps(world, 20);
    expect(consumer!.instances.running).toBe(5);
  });

  it('has an instance serve when its start delay is over, counted from the end of the step in which it was asked for', () => {
    const delays = { startMs: 300, stopMs: 100 };
    const world = aWorld([aConsumer(1, plainDemand(new Array(20).fill(0))), theRemainder(8)], { delays });
    const [consumer, remainder] = world.members;
    world.step();
    world.scale(consumer!, 2);
    world.scale(remainder!, 7);
    steps(world, 3);
    expect([...consumer!.series.running.subarray(0, 4)]).toEqual([1, 1, 1, 1]);
    world.step();
    expect(consumer!.instances.running).toBe(2);
    expect([...remainder!.series.killing.subarray(0, 4)]).toEqual([0, 1, 0, 0]);
  });

  it('gives free places to the higher priority first', () => {
    const world = aWorld([theRemainder(10), aConsumer(0, plainDemand(new Array(60).fill(0)))]);
    const [remainder, consumer] = world.members;
    world.step();
    world.scale(consumer!, 4);
    world.scale(remainder!, 8);
    world.scale(remainder!, 10);
    steps(world, 6);
    expect([consumer!.instances.staging, remainder!.instances.staging]).toEqual([2, 0]);
  });

  it('never has more instances than places, whoever asks for what', () => {
    const ask = fc.record({ wait: fc.nat(30), app: fc.nat(1), to: fc.nat(14) });
    const delays = fc.record({ startMs: fc.nat(5_000), stopMs: fc.nat(5_000) });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 40 }), delays, (asks, delays) => {
        const world = aWorld([aConsumer(3, plainDemand(new Array(1300).fill(1))), theRemainder(7)], {
          delays,
        });
        for (const { wait, app, to } of asks) {
          steps(world, wait + 1);
          world.scale(world.members[app]!, to);
          const held = world.members.reduce((sum, { instances }) => sum + instances.held, 0);
          expect(held).toBeLessThanOrEqual(10);
        }
        for (const { series } of world.members)
          for (let k = 0; k <= world.k; k++)
            expect(
              world.members.reduce(
                (sum, m) => sum + m.series.running[k]! + m.series.staging[k]! + m.series.killing[k]!,
                0,
              ),
            ).toBeLessThanOrEqual(series.running.length > 0 ? 10 : 0);
      }),
      { numRuns: 100 },
    );
  });

  it('fits instances of different size into a budget of resources', () => {
    const small = { cpus: 1, mem: 100, disk: 0, gpus: 0 };
    const large = { cpus: 3, mem: 100, disk: 0, gpus: 0 };
    const world = aWorld(
      [
        aConsumer(1, plainDemand(new Array(60).fill(0)), { footprint: large }),
        theRemainder(4, { footprint: small }),
      ],
      { budget: { kind: 'resources', total: { cpus: 10, mem: 1e6, disk: 1e6, gpus: 0 } } },
    );
    world.step();
    world.scale(world.members[0]!, 4);
    expect(world.members[0]!.instances.staging).toBe(1);
  });

  it('counts the queue as it was, and wrong by as much as it may', () => {
    const demand = { ...plainDemand([30, 0, 0, 0, 50, 0]), error: Float64Array.of(0, 0, 0, 0, 1, -1) };
    const options = { metricAgeMs: 300, metricError: 0.1, serviceRate: 1e-9 };
    const world = aWorld([aConsumer(4, demand)], options);
    const consumer = world.members[0]!;
    steps(world, 4);
    expect(world.count(consumer)).toMatchObject({ total: 30, waiting: 26, arrived: 30 });
    world.step();
    expect(world.count(consumer)).toMatchObject({ total: 33, waiting: 29, arrived: 30 });
    world.step();
    expect(world.count(consumer)).toMatchObject({ total: 27, waiting: 23 });
  });

  it('knows when the oldest waiting message came', () => {
    const world = aWorld([aConsumer(2, plainDemand([2, 0, 5, 5, 0]))], { serviceRate: 1e-9 });
    const consumer = world.members[0]!;
    steps(world, 2);
    expect(world.count(consumer).oldestAgeMs).toBeUndefined();
    steps(world, 3);
    expect(world.count(consumer).oldestAgeMs).toBe(200);
  });

  it('knows when those next in line came, oldest first, and no more than a peek sees', () => {
    const world = aWorld([aConsumer(2, plainDemand([4, 0, 3, 60, 0]))], { serviceRate: 1e-9 });
    const consumer = world.members[0]!;
    steps(world, 3);
    const agesMs = (): readonly number[] =>
      (world.count(consumer).arrivals ?? []).map((atMs) => world.count(consumer).asOfMs - atMs);
    expect(agesMs()).toEqual([200, 200, 0, 0, 0]);
    steps(world, 2);
    expect(agesMs()).toEqual([400, 400, 200, 200, 200, ...Array.from({ length: 27 }, () => 100)]);
  });
});
