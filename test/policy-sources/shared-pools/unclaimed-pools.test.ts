// An operator without a selector, and what it may see of the others.

import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { SeenPoolLease } from '../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { UnclaimedPools } from '../../../src/policy-sources/shared-pools/unclaimed-pools.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

const POOL = 'default/shop';
const REFUSED = new Error('403: may not list leases');
const UNKNOWN = 'it is not known which pools other operators have';

function aLease(holder: string): SeenPoolLease {
  const times = { durationSeconds: 15, acquireTime: '', transitions: 0 };
  return { pool: POOL, version: holder, record: { holder, operator: 'a', ...times, settled: true } };
}

function aWorld(list = async (): Promise<readonly SeenPoolLease[]> => []) {
  const clock = new VirtualClock(0);
  const world = {
    clock,
    term: new AbortController(),
    warned: [] as unknown[],
    told: [] as string[],
    list,
  };
  const pools = new UnclaimedPools({
    store: { list: () => world.list() },
    ownLeadership: () => ({ acting: true, reason: 'it holds its lease', lost: world.term.signal }),
    isRefusal: (error) => error === REFUSED,
    clock,
    log: { ...silentLogger, warn: (_, fields) => void world.warned.push(fields) },
    retryMs: 2_000,
    onChange: (pool) => void world.told.push(pool),
  });
  pools.follow({ ours: new Set([POOL]) });
  const stop = new AbortController();
  const running = pools.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { ...{ world, pools, clock, end } };
}

describe('an operator without a selector', () => {
  it('acts for a pool until another operator has it, and again once it had not for a while', async () => {
    const { world, pools, clock, end } = aWorld();
    expect(pools.state(POOL)).toMatchObject({ acting: false, reason: UNKNOWN });
    await pools.asked;
    const { acting, lost } = pools.state(POOL);
    expect([acting, pools.state(POOL).lost]).toEqual([true, lost]);
    world.list = async () => [aLease('a-1')];
    await clock.advance(2_000);
    expect(lost?.aborted).toBe(true);
    expect(pools.state(POOL).reason).toBe('operator a (a-1), which has a --selector, has the pool');
    expect(world.told).toEqual([POOL, POOL]);
    world.list = async () => [aLease('')];
    await clock.advance(2_000);
    expect(pools.state(POOL).reason).toBe('operator a has given the pool back, and another one may take it');
    world.list = async () => [];
    await clock.advance(14_000);
    expect(pools.state(POOL).reason).toBe('another operator had the pool a moment ago');
    await clock.advance(4_000);
    expect(pools.state(POOL).acting).toBe(true);
    await end();
  });

  it('stops what it is writing when its list is too old, and when it stands by', async () => {
    const { world, pools, clock, end } = aWorld();
    await pools.asked;
    const { lost } = pools.state(POOL);
    world.list = () => Promise.reject(new Error('connect ECONNREFUSED'));
    await clock.advance(11_999);
    expect(lost?.aborted).toBe(false);
    await clock.advance(1);
    expect(lost?.aborted).toBe(true);
    expect(pools.state(POOL).reason).toBe(`${UNKNOWN}: connect ECONNREFUSED`);
    expect(world.warned).toHaveLength(1);
    world.list = async () => [];
    await clock.advance(2_000);
    const again = pools.state(POOL).lost;
    world.term.abort();
    expect(again?.aborted).toBe(true);
    await end();
  });

  it('acts in a new term although it acted in one that ended between two lists', async () => {
    const { world, pools, end } = aWorld();
    await pools.asked;
    const { lost } = pools.state(POOL);
    world.term.abort();
    world.term = new AbortController();
    expect([lost?.aborted, pools.state(POOL).lost?.aborted]).toEqual([true, false]);
    await end();
  });

  it('leaves no listener on its term for the times that it stood by', async () => {
    const { world, pools, clock, end } = aWorld();
    await pools.asked;
    for (let i = 0; i < 20; i++) {
      world.list = () => Promise.reject(new Error('connect ECONNREFUSED'));
      await clock.advance(14_000);
      expect(pools.state(POOL).acting).toBe(false);
      world.list = async () => [];
      await clock.advance(2_000);
      expect(pools.state(POOL).acting).toBe(true);
    }
    const { lost } = pools.state(POOL);
    expect(getEventListeners(world.term.signal, 'abort')).toHaveLength(1);
    world.term.abort();
    expect(lost?.aborted).toBe(true);
    await end();
  });

  it('acts as if it were alone where it was never allowed to see others, and says so once', async () => {
    const { world, pools, clock, end } = aWorld(() => Promise.reject(REFUSED));
    await clock.advance(14_000);
    expect(pools.state(POOL)).toMatchObject({ acting: false, reason: `${UNKNOWN}: ${REFUSED.message}` });
    await clock.advance(46_000);
    expect(pools.state(POOL).acting).toBe(true);
    expect(world.warned).toEqual([
      { consequence: 'it is tried again', reason: REFUSED.message },
      {
        consequence: 'this operator acts as if it were the only one: start none with --selector beside it',
        reason: REFUSED.message,
      },
    ]);
    expect(world.told).toContain(POOL);
    await end();
  });

  it('does not believe a refusal that is over in seconds, or that something else follows', async () => {
    const { world, pools, clock, end } = aWorld(() => Promise.reject(REFUSED));
    await clock.advance(12_000);
    world.list = () => Promise.reject(new Error('connect ECONNREFUSED'));
    await clock.advance(2_000);
    world.list = () => Promise.reject(REFUSED);
    await clock.advance(14_000);
    expect(pools.state(POOL).acting).toBe(false);
    world.list = async () => [aLease('a-1')];
    await clock.advance(2_000);
    expect(pools.state(POOL).reason).toBe('operator a (a-1), which has a --selector, has the pool');
    await end();
  });

  it('does not take a refusal for nobody once it could see others', async () => {
    const { world, pools, clock, end } = aWorld();
    await pools.asked;
    world.list = () => Promise.reject(REFUSED);
    await clock.advance(20_000);
    expect(pools.state(POOL).acting).toBe(false);
    await end();
  });
});
