// Sources whose values are old when they are read: what is not read, and what is read and too old, are told apart.

import { afterEach, describe, expect, it } from 'vitest';
import type { MetricSource } from '../../../src/metric-sources/source.ts';
import { aTarget, T0 } from '../../support/builders.ts';
import { anApp, aPolicy, channel, World } from '../../support/fakes.ts';

const STALE_AFTER_MS = 10_000;
let world: World;

afterEach(() => world.stop());

/** Says what was `lagMs` ago, until it breaks. */
class Lagging implements MetricSource {
  lagMs: number;
  isBroken = false;

  constructor(lagMs: number) {
    this.lagMs = lagMs;
  }

  async read() {
    const nowMs = world.clock.monotonic();
    if (this.isBroken) return { state: 'unavailable', reason: 'no answer', sinceMs: nowMs } as const;
    return { state: 'ok', waiting: 3, asOfMs: nowMs - this.lagMs } as const;
  }

  async close(): Promise<void> {}
}

async function started(lagMs: number): Promise<Lagging> {
  const source = new Lagging(lagMs);
  world = new World({}, { metricSourceFor: () => source });
  const targets = [aTarget({ metric: channel(1) })];
  world.policies.put('demo.yaml', aPolicy('demo', [anApp('a', { targets })]));
  await world.start(20_000);
  return source;
}

const metric = () => world.app('/a').metrics[0];

describe('a value that is old when it is read', () => {
  it('is not read since it was read, and not since it was true', async () => {
    const source = await started(6_000);
    expect(metric()).toMatchObject({ state: 'ok', value: 3 });
    expect(metric()).not.toHaveProperty('unreadSinceMs');
    const readMs = T0 + 20_000;
    source.isBroken = true;
    await world.after(2_000);
    expect(metric()).toMatchObject({ state: 'stale', atMs: readMs - 6_000, unreadSinceMs: readMs });
    await world.after(5_000);
    expect(metric()).toMatchObject({ state: 'unavailable', atMs: readMs - 6_000, unreadSinceMs: readMs });
  });

  it('is not called read while the count is held because it is too old', async () => {
    const source = await started(STALE_AFTER_MS);
    expect(world.condition('demo', 'MetricsAvailable')).toBe('True/AllRead');
    source.lagMs = STALE_AFTER_MS + 600;
    await world.after(2_000);
    expect(world.condition('demo', 'MetricsAvailable')).toBe('False/NotRead');
    expect(world.message('demo', 'MetricsAvailable')).toBe(
      '/a: the last reading is too old; counts are kept meanwhile',
    );
    expect(metric()).toMatchObject({ state: 'unavailable', reason: 'the last reading is too old' });
    expect(world.app('/a').summary).toMatch(/no reading for 1\d s: the last reading is too old/);
  });
});
