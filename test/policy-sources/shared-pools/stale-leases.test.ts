// A Lease that nobody needs, and may not be removed, or not soon.

import { expect, it } from 'vitest';
import type { SeenPoolLease } from '../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { PoolLeases } from '../../../src/policy-sources/shared-pools/pool-leases.ts';
import { StaleLeases } from '../../../src/policy-sources/shared-pools/stale-leases.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

const POOL = 'default/shop';
const NOBODYS = { holder: '', operator: 'a', durationSeconds: 15, acquireTime: '', transitions: 0 };
const STALE: SeenPoolLease = { pool: POOL, record: { ...NOBODYS, settled: true }, version: '1' };

it.each([
  ['may not be removed', async () => Promise.reject(new Error('leases may not be deleted')), [0, 60, 120]],
  ['is not removed in 15 s', () => new Promise<void>(() => undefined), [0, 76, 152]],
])('one that %s is asked for again after a minute, not with every look', async (_, answer, atS) => {
  const clock = new VirtualClock(0);
  const askedAtS: number[] = [];
  const remove = (): Promise<void> => {
    askedAtS.push(clock.monotonic() / 1_000);
    return answer();
  };
  const stale = new StaleLeases({ store: { remove }, operator: 'a', clock, log: silentLogger });
  const known = { free: new Set(['a']), isGone: () => true };
  for (let i = 0; i < 90; i++) {
    stale.remove([STALE], known, new AbortController().signal);
    await clock.advance(2_000);
  }
  expect(askedAtS).toEqual(atS);
});

it('one whose removal hangs keeps no pool from being taken, settled and given back', async () => {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const kept = new Map([[POOL, STALE]]);
  const asked: string[] = [];
  const write = async (pool: string, record: SeenPoolLease['record']): Promise<SeenPoolLease> => {
    const lease = { pool, record, version: `${clock.monotonic()}` };
    kept.set(pool, lease);
    return lease;
  };
  const leases = new PoolLeases({
    store: {
      list: async () => [...kept.values()],
      create: write,
      replace: write,
      remove: ({ pool }) => {
        asked.push(pool);
        return new Promise(() => undefined);
      },
    },
    ownLeadership: () => ({ acting: true, reason: 'it holds its lease', lost: stop.signal }),
    watch: { isFree: async () => false, keepOnly: () => undefined },
    ...{ identity: 'a-1', operator: 'a', durationSeconds: 15, retryMs: 1_000, settleMs: 3_000 },
    ...{ clock, random: () => 0, log: silentLogger, onChange: () => undefined },
  });
  const isGone = (pool: string): boolean => pool === POOL;
  leases.follow({ ours: new Set(), areOthers: () => true, isGone });
  const running = leases.run(stop.signal);
  await clock.advance(500);
  expect(asked).toEqual([POOL]);
  leases.follow({ ours: new Set(['default/mail']), areOthers: () => true, isGone });
  await clock.advance(5_000);
  expect(leases.state('default/mail').acting).toBe(true);
  leases.follow({ ours: new Set(), areOthers: () => true, isGone });
  await clock.advance(1_000);
  expect(kept.get('default/mail')?.record).toMatchObject({ holder: '', settled: true });
  stop.abort();
  await running;
});
