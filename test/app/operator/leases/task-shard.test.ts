// A task that is cut off from Marathon: it writes nothing, and after a while it works no more between rounds either.

import { describe, expect, it } from 'vitest';
import { shardSelector } from '../../../../src/app/operator/leases/shard.ts';
import { openTaskShard } from '../../../../src/app/operator/leases/task-shard.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import type { Claim } from '../../../../src/schedulers/scheduler.ts';
import { noHands } from './no-hands.ts';

const POOL = 'default/shop';

describe('a task of an operator with a selector', () => {
  it('acts no more for its pool once Marathon has not answered for ten seconds, and goes on when it does', async () => {
    const clock = new VirtualClock(0);
    const stop = new AbortController();
    const claims: Claim[] = [];
    let isCutOff = false;
    const selector = shardSelector('shard=a');
    if (selector === undefined) throw new Error('there is no selector');
    const shard = openTaskShard({
      task: { taskId: 'a.1', appId: '/ops/a' },
      selector,
      claims: {
        all: async () => claims,
        add: async (claim) => claims.push(claim) > 0,
        remove: async () => undefined,
      },
      scheduler: { observe: async () => ({ apps: new Map(), atMs: clock.monotonic() }) },
      byTask: async () => {
        if (isCutOff) throw new Error('connect ECONNREFUSED');
        return { acting: true, reason: 'it is the only task' };
      },
      clock,
      hands: noHands(),
      log: silentLogger,
      random: () => 0.5,
    });
    shard.shard.follow({ ours: new Set([POOL]), areOthers: () => false, isGone: () => false });
    const running = shard.run(stop.signal);
    await clock.advance(20_000);
    expect([shard.acting(POOL), shard.acting(undefined)]).toEqual([true, true]);
    isCutOff = true;
    await expect(shard.leadership(stop.signal, POOL)).rejects.toThrow('ECONNREFUSED');
    await clock.advance(9_000);
    expect(shard.acting(POOL)).toBe(true);
    await clock.advance(2_000);
    expect([shard.acting(POOL), shard.acting(undefined)]).toEqual([false, false]);
    isCutOff = false;
    await clock.advance(2_000);
    expect([shard.acting(POOL), shard.acting(undefined)]).toEqual([true, true]);
    stop.abort();
    await clock.advance(5_000);
    await running;
  });
});
