// Whether a pool is still this operator's is asked beside what it writes, also where Leases are read together alone.

import { expect, it } from 'vitest';
import type {
  OperatorWatch,
  PoolLeaseStore,
  SeenPoolLease,
} from '../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { PoolLeases } from '../../../src/policy-sources/shared-pools/pool-leases.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

const SHOP = 'default/shop';
const MAIL = 'default/mail';
const OTHERS = { holder: 'b.1', operator: '/ops/b', durationSeconds: 0, acquireTime: '', transitions: 1 };

/**
 * An operator that has one pool, and would have another one.
 *
 * @param takesMs until that one is taken, as a claim of a slow Marathon is
 * @param isFree of the operator that has that one; absent: nobody has
 */
async function anOperatorWithAPool(takesMs: number, isFree?: OperatorWatch['isFree']) {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const kept = new Map<string, SeenPoolLease>();
  let lists = 0;
  const write: PoolLeaseStore['create'] = async (pool, record) => {
    if (pool === MAIL) await clock.sleep(takesMs);
    const lease = { pool, record, version: `${clock.monotonic()}` };
    kept.set(pool, lease);
    return lease;
  };
  const leases = new PoolLeases({
    store: {
      list: async () => {
        lists += 1;
        return [...kept.values()];
      },
      create: write,
      replace: async (pool, record, _, signal) => write(pool, record, signal),
      remove: async () => undefined,
    },
    ownLeadership: () => ({ acting: true, reason: 'it is the only task', lost: stop.signal }),
    watch: { isFree: isFree ?? (async () => false), keepOnly: () => undefined },
    ...{ identity: 'a.1', operator: '/ops/a', durationSeconds: 0, retryMs: 2_000, callMs: 15_000 },
    ...{ clock, random: () => 0, log: silentLogger, onChange: () => undefined },
  });
  const follow = (...ours: string[]): void =>
    leases.follow({ ours: new Set(ours), areOthers: () => true, isGone: () => false });
  const running = leases.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await clock.advance(20_000);
    await running;
  };
  const known = { record: { ...OTHERS, settled: true }, version: '1' };
  if (isFree !== undefined) kept.set(MAIL, { pool: MAIL, ...known });
  follow(SHOP);
  await clock.advance(500);
  if (isFree !== undefined) follow(SHOP, MAIL);
  await clock.advance(19_500);
  expect(leases.state(SHOP).acting).toBe(true);
  return { clock, kept, leases, follow, end, lists: () => lists };
}

it('an operator goes on with a pool while the claim of another one takes long', async () => {
  const { clock, leases, follow, end } = await anOperatorWithAPool(14_500);
  const { lost } = leases.state(SHOP);
  follow(SHOP, MAIL);
  await clock.advance(14_000);
  expect(leases.state(SHOP).acting).toBe(true);
  expect(lost?.aborted).toBe(false);
  expect(leases.state(MAIL).acting).toBe(false);
  await end();
});

it('an operator learns that a pool is another one’s while the claim of a third one takes long', async () => {
  const { clock, kept, leases, follow, end } = await anOperatorWithAPool(14_500);
  follow(SHOP, MAIL);
  await clock.advance(1_000);
  const lease = kept.get(SHOP);
  if (lease !== undefined)
    kept.set(SHOP, {
      ...lease,
      version: 'x',
      record: { ...lease.record, holder: 'b.1', operator: '/ops/b' },
    });
  await clock.advance(9_000);
  expect(leases.state(SHOP)).toEqual({ acting: false, reason: 'operator /ops/b (b.1) has the pool' });
  await end();
});

it('an operator whose lists are on time asks for no more of them', async () => {
  const { clock, end, lists } = await anOperatorWithAPool(0);
  const before = lists();
  await clock.advance(60_000);
  expect(lists() - before).toBe(30);
  await end();
});

it('an operator takes and settles what it can although it cannot be asked whether another one is there', async () => {
  const isFree = () => Promise.reject(new Error('answered 500'));
  const { clock, leases, follow, end } = await anOperatorWithAPool(0, isFree);
  expect(leases.state(MAIL)).toEqual({ acting: false, reason: 'the leases of pools: answered 500' });
  follow(SHOP, MAIL, 'default/post');
  await clock.advance(20_000);
  expect(leases.state('default/post').acting).toBe(true);
  await end();
});
