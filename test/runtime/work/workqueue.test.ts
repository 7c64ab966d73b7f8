import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { WorkQueue } from '../../../src/runtime/work/workqueue.ts';

const never = new AbortController().signal;

/** Takes keys until there is none left that is due within `ms`. */
async function drain(queue: WorkQueue<string>, clock: VirtualClock, ms: number): Promise<string[]> {
  const taken: string[] = [];
  const stop = new AbortController();
  const loop = (async () => {
    for (;;) {
      const key = await queue.next(stop.signal);
      taken.push(`${key}@${clock.now()}`);
      queue.done(key);
    }
  })().catch(() => undefined);
  await clock.advance(ms);
  stop.abort();
  await loop;
  return taken;
}

describe('work queue', () => {
  it('runs a key once, however often it was added', async () => {
    const clock = new VirtualClock();
    const queue = new WorkQueue<string>(clock);
    for (let i = 0; i < 5; i++) queue.add('a');
    expect(await drain(queue, clock, 1_000)).toEqual(['a@0']);
  });

  it('keeps the earliest due time', async () => {
    const clock = new VirtualClock();
    const queue = new WorkQueue<string>(clock);
    queue.add('a', 500);
    queue.add('a', 200);
    queue.add('a', 900);
    expect(await drain(queue, clock, 2_000)).toEqual(['a@200']);
  });

  it('gives out keys in order of their due time', async () => {
    const clock = new VirtualClock();
    const queue = new WorkQueue<string>(clock);
    queue.add('late', 300);
    queue.add('early', 100);
    queue.add('now');
    expect(await drain(queue, clock, 1_000)).toEqual(['now@0', 'early@100', 'late@300']);
  });

  it('never runs a key twice at once; what was added meanwhile runs afterwards', async () => {
    const clock = new VirtualClock();
    const queue = new WorkQueue<string>(clock);
    queue.add('a');
    const first = await queue.next(never);
    queue.add('a');
    let second: string | undefined;
    const waiting = queue.next(never).then((key) => {
      second = key;
    });
    await clock.advance(1_000);
    expect(second).toBeUndefined();
    queue.done(first);
    await waiting;
    expect(second).toBe('a');
  });

  it('wakes a waiter for a key that is added later, and for one that is due earlier than what it waits for', async () => {
    const clock = new VirtualClock();
    const queue = new WorkQueue<string>(clock);
    queue.add('far', 10_000);
    const taken = queue.next(never);
    await clock.advance(100);
    queue.add('near', 50);
    await clock.advance(50);
    expect(await taken).toBe('near');
    expect(clock.now()).toBe(150);
  });

  it('ends a wait with the reason of the abort and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const queue = new WorkQueue<string>(clock);
    queue.add('a', 1_000);
    const stop = new AbortController();
    const taken = queue.next(stop.signal);
    const reason = new Error('stop');
    stop.abort(reason);
    await expect(taken).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('forgets a key on request', async () => {
    const clock = new VirtualClock();
    const queue = new WorkQueue<string>(clock);
    queue.add('a', 100);
    queue.forget('a');
    expect(await drain(queue, clock, 1_000)).toEqual([]);
  });

  it('runs every key at its earliest due time, whatever the additions', async () => {
    const addition = fc.record({ key: fc.constantFrom('a', 'b', 'c'), afterMs: fc.nat(1_000) });
    await fc.assert(
      fc.asyncProperty(fc.array(addition, { minLength: 1, maxLength: 12 }), async (additions) => {
        const clock = new VirtualClock();
        const queue = new WorkQueue<string>(clock);
        for (const { key, afterMs } of additions) queue.add(key, afterMs);
        const earliest = new Map<string, number>();
        for (const { key, afterMs } of additions) {
          earliest.set(key, Math.min(afterMs, earliest.get(key) ?? afterMs));
        }
        const expected = [...earliest].map(([key, dueMs]) => `${key}@${dueMs}`);
        expect((await drain(queue, clock, 2_000)).sort()).toEqual(expected.sort());
      }),
      { numRuns: 50 },
    );
  });

  it('leaves no due key lying while somebody waits for one, however many there are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ key: fc.nat(6), atMs: fc.nat(50), afterMs: fc.nat(50) }), { maxLength: 30 }),
        async (takers, adds) => {
          const clock = new VirtualClock();
          const queue = new WorkQueue<number>(clock);
          const stop = new AbortController();
          const dueMs = new Map<number, number>();
          const late: string[] = [];
          const loops = Array.from({ length: takers }, async () => {
            for (;;) {
              const key = await queue.next(stop.signal);
              if (dueMs.get(key) !== clock.now()) late.push(`${key} due ${dueMs.get(key)} at ${clock.now()}`);
              dueMs.delete(key);
              queue.done(key);
            }
          }).map((loop) => loop.catch(() => undefined));
          for (let now = 0; now <= 50; now++) {
            for (const { key, afterMs } of adds.filter(({ atMs }) => atMs === now)) {
              queue.add(key, afterMs);
              dueMs.set(key, Math.min(dueMs.get(key) ?? Number.POSITIVE_INFINITY, now + afterMs));
            }
            await clock.advance(1);
          }
          await clock.advance(100);
          stop.abort();
          await Promise.all(loops);
          expect({ late, left: [...dueMs] }).toEqual({ late: [], left: [] });
        },
      ),
      { numRuns: 200 },
    );
  });
});
