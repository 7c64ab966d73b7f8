// The pools that an instance has, and answers about them that come late.

import { expect, it } from 'vitest';
import { HeldPools } from '../../../src/policy-sources/shared-pools/held-pools.ts';
import { LeaseConfirmations } from '../../../src/policy-sources/shared-pools/lease-confirmations.ts';
import { FRESH_MS, type SeenPoolLease } from '../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';

const POOL = 'default/shop';
const RECORD = { holder: 'a.1', operator: '/ops/a', durationSeconds: 0, acquireTime: '', transitions: 1 };

function held(clock: Pick<VirtualClock, 'monotonic' | 'after'>) {
  const term = new AbortController().signal;
  const pools = new HeldPools({
    ownLeadership: () => ({ acting: true, reason: 'it is the only task', lost: term }),
    ...{ clock, retryMs: 2_000, onChange: () => undefined, onLeft: () => undefined },
  });
  const take = (): void =>
    pools.add(POOL, {
      ...{ version: '1', record: { ...RECORD, settled: true }, settlesAtMs: 0, term },
      ...{ confirmedAtMs: clock.monotonic(), leaving: false },
    });
  take();
  return { pools, take };
}

it('no write begins in a pool whose confirmation is too old, though the timer that says so is late', () => {
  let nowMs = 0;
  const { pools } = held({ monotonic: () => nowMs, after: () => () => undefined });
  const pool = pools.good(POOL);
  nowMs = FRESH_MS - 1;
  expect(pool && pools.begin(pool)).toBeDefined();
  nowMs = FRESH_MS;
  expect(pool && pools.begin(pool)).toBeUndefined();
});

it('an answer about a pool that was given up and taken again meanwhile takes nothing away', async () => {
  const clock = new VirtualClock(0);
  const { pools, take } = held(clock);
  const late = Promise.withResolvers<SeenPoolLease | undefined>();
  const lost: string[] = [];
  const confirmations = new LeaseConfirmations({
    ...{ held: pools, clock, retryMs: 2_000, list: async () => [], isOurs: () => false },
    store: {
      get: () => late.promise,
      list: async () => [],
      create: () => Promise.reject(new Error('writes nothing')),
      replace: () => Promise.reject(new Error('writes nothing')),
      remove: async () => undefined,
    },
    within: (signal, work) => work(signal),
    onLost: (pool) => void lost.push(pool),
  });
  const stop = new AbortController();
  const running = confirmations.run(stop.signal);
  await clock.advance(FRESH_MS - 1);
  pools.drop(POOL, 'it is handed over');
  take();
  late.resolve(undefined);
  await clock.advance(1);
  expect([lost, pools.has(POOL)]).toEqual([[], true]);
  stop.abort();
  await running;
  pools.close();
});
