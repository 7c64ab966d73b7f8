// A wall clock that is set while the operator runs: what measures time goes on as if nothing was.

import { afterEach, describe, expect, it } from 'vitest';
import type { ResourceKey } from '../../../src/api/policy.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { T0 } from '../../support/builders.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

const DEMO = 'default/demo' as ResourceKey;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const demo = aPolicy('demo', [
  anApp('consumer', { ...wants(1), manualScale: { action: 'Hold', holdFor: '10m' } }),
  aFiller('filler'),
]);

const JUMPS = [
  ['back by a minute', -MINUTE],
  ['forward by a minute', MINUTE],
  ['back by an hour', -HOUR],
  ['forward by an hour', HOUR],
] as const;

let world: World;
afterEach(() => world.stop());

async function running(over: ConstructorParameters<typeof World>[1] = {}): Promise<void> {
  world = new World({}, over);
  world.policies.put('demo.yaml', demo);
  world.metrics.set(1, 4);
  await world.start(20_000);
  expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
}

describe.each(JUMPS)('a wall clock that is set %s, and back again', (_, byMs) => {
  it('stops no round', async () => {
    await running();
    for (const [step, wanted] of [
      [byMs, 6],
      [-byMs, 3],
    ] as const) {
      const { rounds } = world.view.stats;
      world.clock.setWallClock(step);
      world.metrics.set(1, wanted);
      await world.after(30_000);
      expect(world.view.stats.rounds - rounds).toBeGreaterThanOrEqual(60);
      expect(world.counts).toEqual({ '/consumer': wanted, '/filler': 10 - wanted });
      expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
      expect(world.state.standstill()).toBeUndefined();
    }
  });

  it('shows decisions, readings and rounds at the time that the clock shows', async () => {
    await running();
    world.clock.setWallClock(byMs);
    world.metrics.set(1, 6);
    await world.after(20_000);
    const nowMs = world.clock.now();
    const [pool] = world.view.pools;
    const [decision] = world.view.decisions;
    for (const atMs of [pool?.lastRoundAtMs, world.app('/consumer').metrics[0]?.atMs, decision?.atMs]) {
      expect(nowMs - (atMs ?? 0)).toBeGreaterThanOrEqual(0);
      expect(nowMs - (atMs ?? 0)).toBeLessThan(20_000);
    }
  });

  it('ends a pause neither early nor late, and its end is shown by the clock as it is', async () => {
    await running();
    await world.state.actions.pause(DEMO, { forMs: 10 * MINUTE });
    world.metrics.set(1, 8);
    await world.after(MINUTE);
    world.clock.setWallClock(byMs);
    await world.after(8 * MINUTE);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.policy('demo').paused?.untilMs).toBe(world.clock.now() + MINUTE);
    world.clock.setWallClock(-byMs);
    await world.after(MINUTE - 1_000);
    expect(world.policy('demo').paused).toBeDefined();
    await world.after(21_000);
    expect(world.policy('demo').paused).toBeUndefined();
    expect(world.counts).toEqual({ '/consumer': 8, '/filler': 2 });
  });

  it("keeps a person's count as long as was said", async () => {
    await running();
    world.marathon.others.scale('/consumer', 2);
    await world.after(MINUTE);
    world.clock.setWallClock(byMs);
    await world.after(8 * MINUTE);
    expect(world.counts['/consumer']).toBe(2);
    const until = new Date(world.clock.now() + MINUTE).toISOString().slice(0, 16);
    expect(world.app('/consumer').summary).toContain(`kept until ${until}`);
    world.clock.setWallClock(-byMs);
    await world.after(MINUTE + 20_000);
    expect(world.counts['/consumer']).toBe(4);
  });

  it('takes no reading for old or for new', async () => {
    await running();
    world.metrics.set(1, 'the queue is down');
    world.clock.setWallClock(byMs);
    await world.after(5_000);
    expect(world.condition('demo', 'MetricsAvailable')).toBe('True/StaleRead');
    world.clock.setWallClock(-byMs);
    await world.after(10_000);
    expect(world.condition('demo', 'MetricsAvailable')).toBe('False/NotRead');
  });
});

describe('a restart under a clock that was set', () => {
  const paused = async (stepMs: number): Promise<World> => {
    const documents = createMemoryDocumentStore();
    await running({ documents });
    await world.state.actions.pause(DEMO, { forMs: 10 * MINUTE });
    await world.after(2 * MINUTE);
    world.clock.setWallClock(stepMs);
    await world.after(2 * MINUTE);
    await world.stop();
    const next = new World({}, { documents, clock: new VirtualClock(world.clock.now()) });
    next.policies.put('demo.yaml', demo);
    world = next;
    await world.start();
    return world;
  };

  it.each(JUMPS)('goes on with the rest of a pause when the clock was set %s meanwhile', async (_, byMs) => {
    const { policy, clock } = await paused(byMs).then((next) => ({
      policy: next.policy('demo'),
      clock: next.clock,
    }));
    expect((policy.paused?.untilMs ?? 0) - clock.now()).toBe(6 * MINUTE - 1_000);
  });

  it('gives a pause its whole length when the clock was set back between two processes', async () => {
    const documents = createMemoryDocumentStore();
    await running({ documents });
    await world.state.actions.pause(DEMO, { forMs: 10 * MINUTE });
    await world.stop();
    world = new World({}, { documents, clock: new VirtualClock(T0 - HOUR) });
    world.policies.put('demo.yaml', demo);
    await world.start();
    expect(world.policy('demo').paused?.untilMs).toBe(T0 - HOUR + 10 * MINUTE);
  });
});

describe('a round that never ends', () => {
  it('is a standstill, which a Marathon that does not answer is not', async () => {
    await running();
    world.metrics.set(1, 'hangs');
    const answers = world.marathon.interfere({
      observe: (_ids, _next, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    await world.after(5 * MINUTE);
    expect(world.state.standstill()).toBeUndefined();
    const end = Promise.withResolvers<never>();
    answers();
    world.marathon.interfere({ observe: () => end.promise });
    await world.after(2 * MINUTE);
    expect(world.state.standstill()).toMatch(/^rounds stand still for \d+ s/);
    expect(world.state.standstill()).toContain('restart the operator');
    end.reject(new Error('the test is over'));
  });
});
