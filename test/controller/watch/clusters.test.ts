// Two Marathons: one that is down says nothing about the policies of the other.

import { afterEach, describe, expect, it } from 'vitest';
import { instantText } from '../../../src/api/words/instant.ts';
import { policyStatusOf } from '../../../src/controller/status/policy-status.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { createMemoryScheduler } from '../../../src/schedulers/memory/index.ts';
import { createMetrics } from '../../../src/server/metrics/metrics.ts';
import { HealthTracker } from '../../../src/server/page/health/tracker.ts';
import { anApp, aPolicy, World, wants } from '../../support/fakes.ts';

let world: World;

afterEach(() => world.stop());

const HERE = ['http://here:8080'];
const THERE = ['http://there-1:8080', 'http://there-2:8080'];

/** Policies `here` and `there`, each with a Marathon of its own; the second one can be switched off. */
async function twoMarathons(): Promise<{ down: boolean; silentSinceMs?: number | undefined }> {
  const fault: { down: boolean; silentSinceMs?: number | undefined } = { down: false };
  world = new World(
    {},
    {
      schedulerFor: (marathon) => (marathon?.urls?.[0] === HERE[0] ? world.marathon : there),
      clusterInfo: (marathon) => ({
        urls: marathon?.urls ?? [],
        url: marathon?.urls?.[0] ?? '',
        version: '1.11.0',
      }),
    },
  );
  const there = createMemoryScheduler({ startMs: 0, stopMs: 0 }, { clock: world.clock });
  there.interfere({
    observe: async (ids, next) => {
      if (fault.down) throw new TransientError('marathon http://there-1:8080: connection refused');
      const { silentSinceMs } = fault;
      const view = await next();
      return silentSinceMs === undefined
        ? view
        : { ...view, silent: new Map(ids.map((id) => [id, silentSinceMs])) };
    },
  });
  for (const [name, urls] of [
    ['here', HERE],
    ['there', THERE],
  ] as const) {
    world.policies.put(`${name}.yaml`, aPolicy(name, [anApp(name, wants(1))], { marathon: { urls } }));
  }
  world.metrics.set(1, 2);
  await world.start(10_000);
  return fault;
}

const ups = async (): Promise<readonly string[]> => {
  const text = await createMetrics('0').scrape(world.view);
  return text.split('\n').filter((line) => /^microscaling_scheduler_(up|info)\{/.test(line));
};

describe('two Marathons of which one is down', () => {
  it('only its policies say so', async () => {
    const fault = await twoMarathons();
    fault.down = true;
    await world.after(10_000);
    expect(world.condition('here', 'Applied')).toBe('True/UpToDate');
    expect(world.condition('here', 'Ready')).toBe('True/AllTrue');
    expect(world.condition('there', 'Applied')).toBe('Unknown/MarathonUnavailable');
    const statuses = world.view.pools.map((pool) => policyStatusOf(pool.policies[0]!, pool).marathon);
    expect(statuses).toEqual([
      { url: 'http://here:8080', reachable: true, version: '1.11.0' },
      { url: 'http://there-1:8080', reachable: false, version: '1.11.0' },
    ]);
  });

  it('has a figure of its own, which does not flap', async () => {
    const fault = await twoMarathons();
    fault.down = true;
    await world.after(10_000);
    for (let i = 0; i < 40; i++) {
      await world.after(100);
      expect(await ups()).toEqual([
        'microscaling_scheduler_up{urls="http://here:8080"} 1',
        'microscaling_scheduler_up{urls="http://there-1:8080,http://there-2:8080"} 0',
        'microscaling_scheduler_info{urls="http://here:8080",version="1.11.0"} 1',
        'microscaling_scheduler_info{urls="http://there-1:8080,http://there-2:8080",version="1.11.0"} 1',
      ]);
      expect(world.view.cluster).toMatchObject({
        reachable: false,
        message: expect.stringContaining('there-1'),
      });
    }
  });

  it('and of which one does not answer: its policies are not known to be ready, amber, and no count is kept for it', async () => {
    const fault = await twoMarathons();
    await world.after(400);
    fault.silentSinceMs = world.clock.monotonic();
    const since = instantText(world.clock.now());
    world.metrics.set(1, 3);
    await world.after(5_000);
    expect(world.condition('here', 'Ready')).toBe('True/AllTrue');
    expect(world.condition('there', 'Ready')).toBe('Unknown/SchedulerSilent');
    expect(world.message('there', 'Ready')).toBe(
      `Marathon has not answered since ${since}: rounds go on with what it said last`,
    );
    expect(world.view.pools.map(({ policies }) => policies[0]?.apps[0]?.requested)).toEqual([3, 3]);
    const healths = new HealthTracker().look(world.view);
    expect(healths.get('default/there')).toMatchObject({
      level: 'limited',
      kind: 'SchedulerSilent',
      what: 'Marathon has not answered',
      sinceMs: fault.silentSinceMs + world.clock.now() - world.clock.monotonic(),
      todo: 'look at http://there-1:8080; scaling goes on by itself once it answers',
    });
    expect((await ups()).slice(0, 2)).toEqual([
      'microscaling_scheduler_up{urls="http://here:8080"} 1',
      'microscaling_scheduler_up{urls="http://there-1:8080,http://there-2:8080"} 0',
    ]);
    fault.silentSinceMs = undefined;
    await world.after(1_000);
    expect(world.condition('there', 'Ready')).toBe('True/AllTrue');
    expect((await ups())[1]).toMatch(/ 1$/);
  });

  it('is one cluster for pools whose credentials differ, and there while it answers one of them', async () => {
    world = new World(
      {},
      {
        schedulerFor: (marathon) => {
          if (marathon === undefined || !('auth' in marathon)) return world.marathon;
          throw new TransientError('marathon http://here:8080 answered 401');
        },
      },
    );
    const auth = { token: { fromEnv: 'TOKEN' } };
    world.policies.put('a.yaml', aPolicy('a', [anApp('a', wants(1))], { marathon: { urls: HERE } }));
    world.policies.put('b.yaml', aPolicy('b', [anApp('b', wants(1))], { marathon: { urls: HERE, auth } }));
    await world.start(10_000);
    expect(world.view.clusters).toMatchObject([{ urls: HERE, reachable: true }]);
    const reachable = world.view.pools.map(({ cluster }) => cluster?.reachable);
    expect(reachable).toEqual([true, false]);
  });

  it('is forgotten with its last policy', async () => {
    const fault = await twoMarathons();
    fault.down = true;
    await world.after(5_000);
    world.policies.remove('there.yaml');
    await world.after(60_000);
    expect(world.view.clusters).toMatchObject([{ urls: HERE, reachable: true }]);
    expect(world.view.cluster.reachable).toBe(true);
  });
});
