import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { type ClusterOptions, createMemoryScheduler } from '../../../src/schedulers/memory/index.ts';

const never = new AbortController().signal;

describe('a cluster in memory', () => {
  function setUp(options: Partial<ClusterOptions> = {}) {
    const clock = new VirtualClock();
    const scheduler = createMemoryScheduler({ startMs: 2000, stopMs: 500, ...options }, { clock });
    const counts = (app: string) => {
      const seen = scheduler.snapshot().get(app);
      return [seen?.requested, seen?.waiting, seen?.staging, seen?.running, seen?.killing];
    };
    const apply = (app: string, to: number) =>
      scheduler.apply({ kind: 'scale', app, from: 0, to, reason: 'test' }, never);
    return { clock, scheduler, counts, apply, others: scheduler.others };
  }

  it('starts and stops tasks on the clock', async () => {
    const { clock, counts, apply, others } = setUp();
    others.create('/a', 2, {});
    expect(counts('/a')).toEqual([2, 0, 2, 0, 0]);
    await clock.advance(1999);
    expect(counts('/a')).toEqual([2, 0, 2, 0, 0]);
    await clock.advance(1);
    expect(counts('/a')).toEqual([2, 0, 0, 2, 0]);
    await apply('/a', 1);
    expect(counts('/a')).toEqual([1, 0, 0, 1, 1]);
    await clock.advance(500);
    expect(counts('/a')).toEqual([1, 0, 0, 1, 0]);
  });

  it('lets what does not fit wait, and launches it when a stopping task has left its slot', async () => {
    const { clock, counts, apply, others } = setUp({ slots: 3 });
    others.create('/a', 3, {});
    others.create('/b', 1, {});
    await clock.advance(2000);
    expect(counts('/b')).toEqual([1, 1, 0, 0, 0]);
    await apply('/a', 2);
    await clock.advance(499);
    expect(counts('/b')).toEqual([1, 1, 0, 0, 0]);
    await clock.advance(1);
    expect(counts('/b')).toEqual([1, 0, 1, 0, 0]);
    await clock.advance(2000);
    expect(counts('/b')).toEqual([1, 0, 0, 1, 0]);
  });

  it('stops what waits before what runs', async () => {
    const { clock, counts, apply, others } = setUp({ slots: 3 });
    others.create('/a', 8, {});
    await clock.advance(2000);
    await apply('/a', 3);
    expect(counts('/a')).toEqual([3, 0, 0, 3, 0]);
  });

  it('never has more tasks at once than before while it restarts', async () => {
    const { clock, counts, others, scheduler } = setUp();
    others.create('/a', 3, {});
    await clock.advance(2000);
    others.restart('/a');
    expect(counts('/a')).toEqual([3, 3, 0, 0, 3]);
    expect(scheduler.snapshot().get('/a')?.operations).toMatchObject([{ kinds: ['Restart'] }]);
    await clock.advance(500);
    expect(counts('/a')).toEqual([3, 0, 3, 0, 0]);
    await clock.advance(2000);
    expect(scheduler.snapshot().get('/a')?.operations).toEqual([]);
  });

  it('keeps the slots of a deleted app until its tasks are gone', async () => {
    const { clock, counts, others, scheduler } = setUp({ slots: 1 });
    others.create('/a', 1, {});
    await clock.advance(2000);
    await scheduler.apply({ kind: 'delete', app: '/a', reason: 'test' }, never);
    others.create('/b', 1, {});
    expect(counts('/b')).toEqual([1, 1, 0, 0, 0]);
    await clock.advance(500);
    expect(counts('/b')).toEqual([1, 0, 1, 0, 0]);
  });

  it('replaces a task that ends by itself', async () => {
    const { clock, counts, others } = setUp();
    others.create('/a', 1, {});
    await clock.advance(2000);
    others.crash('/a');
    expect(counts('/a')).toEqual([1, 0, 1, 0, 0]);
  });

  it('draws a delay for each task', async () => {
    const delays = [100, 300];
    const { clock, counts, others } = setUp({ startMs: () => delays.shift() ?? 0 });
    others.create('/a', 2, {});
    await clock.advance(200);
    expect(counts('/a')).toEqual([2, 0, 1, 1, 0]);
    await clock.advance(100);
    expect(counts('/a')).toEqual([2, 0, 0, 2, 0]);
  });

  it('fails once for each injected fault', async () => {
    const { scheduler } = setUp();
    scheduler.failNext('observe', new TransientError('reading: marathon answered 503'));
    await expect(scheduler.observe([], never)).rejects.toThrow('503');
    expect((await scheduler.observe([], never)).apps.size).toBe(0);
  });

  it('answers as an interference says, until that is called off', async () => {
    const { scheduler, apply, counts, others } = setUp();
    others.create('/a', 1, {});
    const seen: string[] = [];
    const end = scheduler.interfere({
      observe: async (ids, next) => ({ ...(await next()), atMs: ids.length }),
      apply: async ({ kind }, next) => {
        seen.push(kind);
        await next();
        return { outcome: 'noop' };
      },
    });
    expect((await scheduler.observe(['/a', '/b'], never)).atMs).toBe(2);
    expect(await apply('/a', 2)).toEqual({ outcome: 'noop' });
    expect([seen, counts('/a')[0]]).toEqual([['scale'], 2]);
    end();
    expect(await apply('/a', 3)).toMatchObject({ outcome: 'accepted' });
  });

  it('lets the first of several interferences stand outermost, and faults inside them', async () => {
    const { scheduler } = setUp();
    const seen: string[] = [];
    for (const name of ['outer', 'inner']) {
      scheduler.interfere({
        observe: async (_, next) => {
          seen.push(name);
          return await next();
        },
      });
    }
    scheduler.failNext('observe', new TransientError('down'));
    await expect(scheduler.observe([], never)).rejects.toThrow('down');
    expect(seen).toEqual(['outer', 'inner']);
  });

  it('wakes its watcher at each transition and not in between', async () => {
    const { clock, scheduler, others } = setUp();
    const wakes: number[] = [];
    const watching = new AbortController();
    const watch = scheduler.watch(() => wakes.push(clock.now()), watching.signal);
    others.create('/a', 1, {});
    await clock.advance(10_000);
    expect(wakes).toEqual([0, 2000]);
    watching.abort();
    await watch;
  });

  it('counts writes, conflicts and reads', async () => {
    const { apply, others, scheduler } = setUp();
    others.create('/a', 1, {});
    await scheduler.observe(['/a'], never);
    await apply('/a', 2);
    others.lock('/a');
    await expect(apply('/a', 3)).rejects.toThrow('locked by');
    expect(scheduler.stats()).toEqual({ writes: 1, conflicts: 1, reads: 1 });
  });
});
