// A pool that cannot be taken says why, where people look for it and in the log.

import { describe, expect, it } from 'vitest';
import type { SeenPoolLease } from '../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { PoolLeases } from '../../../src/policy-sources/shared-pools/pool-leases.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

const REFUSED = 'claiming default/shop: Marathon answered 403, not authorised';

describe('a pool that cannot be taken', () => {
  it('says why where people look for it, and warns once', async () => {
    const clock = new VirtualClock(0);
    const warned: string[] = [];
    const stop = new AbortController();
    const term = new AbortController();
    let isAllowed = false;
    const kept = new Map<string, SeenPoolLease>();
    const keep = (lease: SeenPoolLease): SeenPoolLease => {
      kept.set(lease.pool, lease);
      return lease;
    };
    const leases = new PoolLeases({
      store: {
        list: async () => [...kept.values()],
        create: async (pool, record) => {
          if (!isAllowed) throw new Error(REFUSED);
          return keep({ pool, record, version: '1' });
        },
        replace: async (pool, record) => keep({ pool, record, version: '2' }),
        remove: async ({ pool }) => void kept.delete(pool),
      },
      ownLeadership: () => ({ acting: true, reason: 'it is the only task', lost: term.signal }),
      watch: { isFree: async () => true, keepOnly: () => undefined },
      ...{ identity: 'a.1', operator: '/ops/a', durationSeconds: 0, retryMs: 1_000 },
      clock,
      random: () => 0.5,
      log: { ...silentLogger, warn: (message) => void warned.push(message) },
      onChange: () => undefined,
    });
    leases.follow({ ours: new Set(['default/shop']), areOthers: () => false, isGone: () => false });
    const running = leases.run(stop.signal);
    await clock.advance(30_000);
    expect(leases.state('default/shop')).toMatchObject({
      acting: false,
      reason: `no operator has the pool, and it could not be taken: ${REFUSED}`,
    });
    expect(warned).toEqual(['a pool cannot be taken; it is tried again']);
    isAllowed = true;
    await clock.advance(5_000);
    expect(leases.state('default/shop').reason).toMatch(/^the pool was nobody’s: /);
    await clock.advance(15_000);
    expect(leases.state('default/shop').acting).toBe(true);
    stop.abort();
    await running;
  });
});
