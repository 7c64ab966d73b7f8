// Whom Marathon's events wake.

import { describe, expect, it } from 'vitest';
import type { CapacitySpec, MicroscalingPolicy } from '../../../src/api/policy.ts';
import { resourceKey } from '../../../src/api/policy.ts';
import { ACCEPTED, type PoolRecord } from '../../../src/controller/policies/records.ts';
import { Wakeups } from '../../../src/controller/watch/wakeups.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { Scheduler } from '../../../src/schedulers/scheduler.ts';
import { anApp, aPolicy } from '../../support/fakes.ts';

function aPoolOf(policy: MicroscalingPolicy, capacity: CapacitySpec = { slots: 4 }): PoolRecord {
  const key = resourceKey(policy.metadata);
  const version = { policy, place: 'a.yaml:1', source: 'dir', revision: '1', generation: 1 };
  const record = {
    key,
    latest: version,
    running: version,
    accepted: ACCEPTED,
    generation: 1,
    createdAtMs: 0,
  };
  return { key, capacity, members: [record] };
}

const a = aPoolOf(aPolicy('a', [anApp('one'), anApp('two')]));
const b = aPoolOf(aPolicy('b', [anApp('three')]));
const cluster = aPoolOf(aPolicy('c', [anApp('four')]), { cluster: { role: '*', headroom: 0 } });

/** Wakes as Marathon would, and says who was woken. */
function aWorld(pools: readonly PoolRecord[]) {
  const woken: string[] = [];
  let tell: (apps?: ReadonlySet<string>) => void = () => undefined;
  const scheduler: Pick<Scheduler, 'watch'> = {
    watch: (onChange, signal) => {
      tell = onChange;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  };
  const wakeups = new Wakeups({
    clock: new VirtualClock(),
    log: silentLogger,
    random: () => 0,
    schedulerFor: () => scheduler as Scheduler,
    wake: (pool) => woken.push(pool),
  });
  wakeups.follow(pools);
  return {
    wakeups,
    hears: (...apps: readonly string[]): readonly string[] => {
      woken.length = 0;
      tell(apps.length === 0 ? undefined : new Set(apps));
      return [...woken].sort();
    },
  };
}

describe('wake-ups', () => {
  it.each([
    { name: 'the pool of an app', apps: ['/one'], woken: ['default/a'] },
    { name: 'a pool once for two of its apps', apps: ['/one', '/two'], woken: ['default/a'] },
    { name: 'the pools of two apps', apps: ['/two', '/three'], woken: ['default/a', 'default/b'] },
    { name: 'nobody for an app of nobody', apps: ['/other'], woken: [] },
    { name: 'all when it may be about all', apps: [], woken: ['default/a', 'default/b'] },
  ])('go to $name', async ({ apps, woken }) => {
    const { wakeups, hears } = aWorld([a, b]);
    expect(hears(...apps)).toEqual(woken);
    await wakeups.close();
  });

  it('always go to a pool whose room is the cluster', async () => {
    const { wakeups, hears } = aWorld([a, b, cluster]);
    expect(hears('/three')).toEqual(['default/b', 'default/c']);
    await wakeups.close();
  });

  it('follow the policies', async () => {
    const { wakeups, hears } = aWorld([a]);
    wakeups.follow([aPoolOf(aPolicy('a', [anApp('new')]))]);
    expect(hears('/one')).toEqual([]);
    expect(hears('/new')).toEqual(['default/a']);
    await wakeups.close();
  });

  it('follow the policies of some pools, also an app that goes from one to another', async () => {
    const { wakeups, hears } = aWorld([a, b]);
    const taken = aPoolOf(aPolicy('b', [anApp('two'), anApp('three')]));
    wakeups.change([
      ['default/b', taken],
      ['default/a', undefined],
    ]);
    expect(hears('/one')).toEqual([]);
    expect(hears('/two')).toEqual(['default/b']);
    expect(hears()).toEqual(['default/b']);
    wakeups.change([
      ['default/b', undefined],
      ['default/a', a],
    ]);
    expect(hears('/two')).toEqual(['default/a']);
    await wakeups.close();
  });
});
