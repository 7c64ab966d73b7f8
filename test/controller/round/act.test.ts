import { describe, expect, it } from 'vitest';
import { act } from '../../../src/controller/round/act.ts';
import { WriteGate } from '../../../src/controller/round/write-backoff.ts';
import type { Change } from '../../../src/core/change.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError, TransientError, WaitError } from '../../../src/runtime/errors.ts';
import { createMemoryScheduler } from '../../../src/schedulers/memory/index.ts';

const signal = new AbortController().signal;
const fall: Change = { kind: 'scale', app: '/low', from: 5, to: 3, reason: '' };
const rise: Change = { kind: 'scale', app: '/high', from: 2, to: 4, reason: '' };

function aCluster({ risesNeedFalls = false } = {}) {
  const clock = new VirtualClock();
  const scheduler = createMemoryScheduler({ startMs: 0, stopMs: 0 }, { clock });
  scheduler.others.create('/low', 5, {});
  scheduler.others.create('/high', 2, {});
  const gate = new WriteGate({ clock, random: () => 0 });
  return {
    clock,
    scheduler,
    run: (changes: readonly Change[], s = signal) => act(changes, { scheduler, gate, risesNeedFalls }, s),
    counts: () => [...scheduler.snapshot().values()].map(({ requested }) => requested),
  };
}

describe('acting', () => {
  it('carries changes out and says how each ended', async () => {
    const { run, counts } = aCluster();
    const results = await run([fall, rise, { kind: 'adopt', app: '/low', reason: '' }]);
    expect(results.map(({ change, result }) => [change.app, change.kind, result])).toEqual([
      ['/low', 'scale', 'accepted'],
      ['/low', 'adopt', 'noop'],
      ['/high', 'scale', 'accepted'],
    ]);
    expect(counts()).toEqual([3, 4]);
  });

  const troubles = [
    { name: 'a Marathon that is not well', error: new TransientError('503'), obstacle: 'unavailable' },
    { name: 'an app that is locked', error: new WaitError('locked by d', 1_000), obstacle: 'locked' },
    { name: 'a change that is refused', error: new TerminalError('422'), obstacle: 'refused' },
    { name: 'a bug of ours', error: new TypeError('undefined is not a function'), obstacle: 'unavailable' },
  ];
  it.each(troubles)("one app's trouble ($name) is its own", async ({ error, obstacle }) => {
    const { scheduler, run, counts } = aCluster();
    scheduler.failNext('apply', error);
    const results = await run([fall, rise]);
    expect(results).toMatchObject([
      { result: 'failed', obstacle, message: error.message },
      { result: 'accepted' },
    ]);
    expect(counts()).toEqual([5, 4]);
    expect(await run([fall])).toMatchObject([{ result: 'postponed', obstacle, message: error.message }]);
  });

  it('the rise waits for a fall that did not go through, where it counts on it', async () => {
    const { clock, scheduler, run, counts } = aCluster({ risesNeedFalls: true });
    scheduler.failNext('apply', new TransientError('503'));
    expect(await run([fall, rise])).toMatchObject([{ result: 'failed' }, { result: 'postponed' }]);
    expect(await run([fall, rise])).toMatchObject([{ result: 'postponed' }, { result: 'postponed' }]);
    expect(counts()).toEqual([5, 2]);
    await clock.advance(1_000);
    await run([fall, rise]);
    expect(counts()).toEqual([3, 4]);
  });

  it('begins nothing once it is aborted', async () => {
    const { run, counts } = aCluster();
    const results = await run([fall, rise], AbortSignal.abort());
    expect(results.map(({ result }) => result)).toEqual(['postponed', 'postponed']);
    expect(counts()).toEqual([5, 2]);
  });
});
