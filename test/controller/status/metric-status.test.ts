// What `status.apps[].metrics` says of a target: numbers for programs beside the words for people.

import { afterEach, describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../../src/api/policy.ts';
import type { AppStatus } from '../../../src/api/status.ts';
import { policyStatusOf } from '../../../src/controller/status/policy-status.ts';
import { aTarget } from '../../support/builders.ts';
import { anApp, aPolicy, channel, World } from '../../support/fakes.ts';

let world: World;

afterEach(() => world.stop());

/** Of an app that keeps its count whatever happens, once its metric has said `value`. */
async function statusOf(
  target: Partial<TargetSpec>,
  { value, instances = 2, forMs = 5_000 }: { value: number | string; instances?: number; forMs?: number },
): Promise<AppStatus> {
  world = new World();
  const targets = [aTarget({ ...target, metric: channel(1) })];
  const bounds = { min: instances, max: instances };
  world.policies.put('demo.yaml', aPolicy('demo', [anApp('a', { targets, instances: bounds })]));
  world.metrics.set(1, value);
  await world.start(forMs);
  const [pool] = world.view.pools;
  const status = policyStatusOf(world.policy('demo'), pool ?? { capacity: { total: 0, used: 0, unit: '' } });
  return status.apps[0] ?? { name: 'none', id: '/none' };
}

describe('the metrics of a status', () => {
  it.each([
    [
      { queueLength: 50 },
      42,
      { type: 'QueueLength', unit: 'messages', current: 42, target: 50 },
      '42/50 messages',
    ],
    [{ queueLength: 50 }, 41.234567, { current: 41.235, target: 50 }, '41.2/50 messages'],
    [{ perInstance: 5 }, 11, { type: 'PerInstance', current: 5.5, target: 5 }, '11 messages'],
    [{ drainTime: '30s' }, 0, { type: 'DrainTime', unit: 'seconds', current: 0, target: 30 }, '0/30 seconds'],
    [
      { messageAge: '1m' },
      0,
      { type: 'MessageAge', unit: 'seconds', current: 0, target: 60 },
      '0/60 seconds',
    ],
  ] as const)(
    'are numbers beside the words for %j with %d messages',
    async (target, value, metric, words) => {
      const { metrics, metric: text } = await statusOf(target, { value });
      expect(metrics).toMatchObject([{ name: 'channel 1', ...metric }]);
      expect(text).toBe(words);
    },
  );

  it('have no number while the metric cannot be read, and say why', async () => {
    const { metrics, metric } = await statusOf({ queueLength: 50 }, { value: 'no such queue' });
    expect(metrics).toEqual([
      { type: 'QueueLength', name: 'channel 1', unit: 'messages', target: 50, reason: 'no such queue' },
    ]);
    expect(metric).toBe('unavailable');
  });

  it('have how far off it may be beside a drain time, which is estimated', async () => {
    const algorithm = { type: 'Fluid', fluid: { serviceRate: 5 } } as const;
    const { metrics, metric } = await statusOf({ drainTime: '30s', algorithm }, { value: 100, forMs: 1_000 });
    const [drain] = metrics ?? [];
    expect(drain).toMatchObject({ type: 'DrainTime', target: 30 });
    expect(drain?.current).toBeGreaterThan(5);
    expect(drain?.currentMargin).toBeGreaterThan(0.066 * (drain?.current ?? 0));
    expect(metric).toMatch(/^[\d.]+ ± [\d.]+\/30 seconds$/);
  });

  it('have beside what there is for each instance how far off that may be, and not all of them together', async () => {
    await statusOf({ perInstance: 5 }, { value: 56 });
    const policy = world.policy('demo');
    const perInstance = { current: 14, currentMargin: 1, target: 2 };
    const apps = policy.apps.map((app) => ({
      ...app,
      metrics: app.metrics.map((metric) => ({ ...metric, value: 56, valueMargin: 4, perInstance })),
    }));
    const status = policyStatusOf({ ...policy, apps }, { capacity: { total: 0, used: 0, unit: '' } });
    expect(status.apps[0]?.metrics).toMatchObject([{ current: 14, currentMargin: 1, target: 2 }]);
  });

  it('have no drain time before it is known how fast an instance works', async () => {
    const { metrics, metric } = await statusOf({ drainTime: '30s' }, { value: 100 });
    expect(metrics).toMatchObject([{ reason: 'how fast what waits is worked off is not known yet' }]);
    expect(metrics?.[0]).not.toHaveProperty('current');
    expect(metric).toBe('unknown/30 seconds');
  });

  it('call a drain time with nothing running infinite, not unavailable', async () => {
    const { metrics, metric } = await statusOf({ drainTime: '30s' }, { value: 7, instances: 0 });
    expect(metrics).toMatchObject([{ type: 'DrainTime', target: 30, infinite: true }]);
    expect(metrics?.[0]).not.toHaveProperty('current');
    expect(metric).toBe('∞/30 seconds');
  });

  it('say what is not known although the metric is read', async () => {
    const { metrics, metric } = await statusOf({ messageAge: '1m' }, { value: 7 });
    expect(metrics).toMatchObject([{ reason: 'the source does not tell how old the messages are' }]);
    expect(metric).toBe('unknown/60 seconds');
  });
});
