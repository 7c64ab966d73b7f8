// A task that is cut off from Marathon: it writes nothing, and after a while it works no more between rounds either.

import { describe, expect, it } from 'vitest';
import { shardSelector } from '../../../../src/app/operator/leases/shard.ts';
import { openTaskShard, type TaskShardDeps } from '../../../../src/app/operator/leases/task-shard.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import type { Claim } from '../../../../src/schedulers/scheduler.ts';
import { nothingCarried } from './nothing-carried.ts';

const POOL = 'default/shop';

/** The only task of an operator with a selector, 20 s after its start, and how it ends. */
async function aTask({
  claims = [],
  isHidden = async () => false,
  byTask = async () => ({ acting: true, reason: 'it is the only task' }),
}: {
  readonly claims?: Claim[];
  readonly isHidden?: () => Promise<boolean>;
  readonly byTask?: TaskShardDeps['byTask'];
}) {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const shard = openTaskShard({
    task: { taskId: 'a.1', appId: '/ops/a' },
    selector: shardSelector('shard=a'),
    claims: {
      all: async () => claims,
      add: async (claim) => claims.push(claim) > 0,
      remove: async ({ number }) =>
        void claims.splice(
          claims.findIndex((each) => each.number === number),
          1,
        ),
      isHidden,
    },
    scheduler: { observe: async () => ({ apps: new Map(), atMs: clock.monotonic() }) },
    ...{ byTask, clock, carried: nothingCarried(), log: silentLogger, random: () => 0.5 },
  });
  shard.shard.follow({ ours: new Set([POOL]), areOthers: () => false, isGone: () => false });
  const running = shard.run(stop.signal);
  await clock.advance(20_000);
  const end = async (): Promise<void> => {
    stop.abort();
    await clock.advance(5_000);
    await running;
  };
  return { shard, clock, stop, end };
}

/** Another operator has the pool, and Marathon lists no app of it. */
async function besideAnother(isHidden: () => Promise<boolean>) {
  const facts = { operator: '/ops/b', holder: 'b.1', settled: 'true' };
  const { shard, stop, end } = await aTask({ claims: [{ of: POOL, number: 3, facts }], isHidden });
  const acts = shard.acting(POOL);
  const { reason } = await shard.leadership(stop.signal, POOL);
  await end();
  return { acts, reason };
}

describe('a task of an operator with a selector', () => {
  it('takes a pool whose operator is gone, and none whose operator it may not see', async () => {
    expect(await besideAnother(async () => false)).toMatchObject({ acts: true });
    expect(await besideAnother(async () => true)).toEqual({
      acts: false,
      reason: 'operator /ops/b (b.1) has the pool',
    });
    const unknown = await besideAnother(() => Promise.reject(new Error('connect ECONNREFUSED')));
    expect(unknown).toEqual({ acts: false, reason: 'the leases of pools: connect ECONNREFUSED' });
  });

  it('acts no more for its pool once Marathon has not answered for ten seconds, and goes on when it does', async () => {
    let isCutOff = false;
    const { shard, clock, stop, end } = await aTask({
      byTask: async () => {
        if (isCutOff) throw new Error('connect ECONNREFUSED');
        return { acting: true, reason: 'it is the only task' };
      },
    });
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
    await end();
  });
});
