// A Lease that nobody needs, and may not be removed.

import { expect, it } from 'vitest';
import { StaleLeases } from '../../../src/policy-sources/shared-pools/stale-leases.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

it('is asked for once a minute, not with every look', async () => {
  const clock = new VirtualClock(0);
  const askedAtS: number[] = [];
  const remove = async (): Promise<void> => {
    askedAtS.push(clock.monotonic() / 1_000);
    throw new Error('leases may not be deleted');
  };
  const stale = new StaleLeases({ store: { remove }, operator: 'a', clock, log: silentLogger });
  const record = { holder: '', operator: 'a', durationSeconds: 15, acquireTime: '', transitions: 0 };
  const leases = [{ pool: 'default/shop', record: { ...record, settled: true }, version: '1' }];
  const known = { free: new Set(['a']), areGone: () => true };
  for (let i = 0; i < 90; i++) {
    await stale.remove(leases, known, new AbortController().signal);
    await clock.advance(2_000);
  }
  expect(askedAtS).toEqual([0, 60, 120]);
});
