import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { keepRunning, type Runnable, RunnableEnded, runGroups } from '../../../src/runtime/work/runnables.ts';

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function aPart(name: string, told: string[]): Runnable {
  return {
    name,
    run: async (signal) => {
      told.push(`${name} up`);
      await untilAborted(signal);
      told.push(`${name} down`);
    },
  };
}

describe('groups of runnables', () => {
  it('start in order and stop in reverse', async () => {
    const told: string[] = [];
    const stop = new AbortController();
    const running = runGroups([[aPart('a', told)], [aPart('b', told), aPart('c', told)]], stop.signal);
    await new Promise(setImmediate);
    stop.abort();
    await running;
    expect(told).toEqual(['a up', 'b up', 'c up', 'b down', 'c down', 'a down']);
  });

  it('a later group waits until the earlier one is ready', async () => {
    const told: string[] = [];
    let ready: () => void = () => undefined;
    const first: Runnable = { ...aPart('a', told), ready: () => new Promise((resolve) => (ready = resolve)) };
    const stop = new AbortController();
    const running = runGroups([[first], [aPart('b', told)]], stop.signal);
    await new Promise(setImmediate);
    expect(told).toEqual(['a up']);
    ready();
    await new Promise(setImmediate);
    expect(told).toEqual(['a up', 'b up']);
    stop.abort();
    await running;
  });

  it('stop as a whole when one fails or ends by itself, and name it', async () => {
    const told: string[] = [];
    const failing: Runnable = { name: 'bad', run: () => Promise.reject(new Error('no port')) };
    await expect(runGroups([[aPart('a', told)], [failing]], new AbortController().signal)).rejects.toThrow(
      'bad: no port',
    );
    expect(told).toEqual(['a up', 'a down']);
    const ending: Runnable = { name: 'short', run: async () => undefined };
    await expect(runGroups([[ending]], new AbortController().signal)).rejects.toThrow(RunnableEnded);
  });

  it('stop as a whole when one cannot get ready, and name it', async () => {
    const told: string[] = [];
    const first: Runnable = { ...aPart('a', told), ready: () => Promise.reject(new Error('not ready')) };
    await expect(runGroups([[first], [aPart('b', told)]], new AbortController().signal)).rejects.toThrow(
      'not ready',
    );
    expect(told).toEqual(['a up', 'a down']);
  });
});

describe('keepRunning', () => {
  it('starts again after a pause, until aborted', async () => {
    const clock = new VirtualClock();
    const startedMs: number[] = [];
    const reasons: string[] = [];
    const stop = new AbortController();
    let pauseMs = 100;
    const running = keepRunning(
      async (signal) => {
        startedMs.push(clock.now());
        if (startedMs.length === 1) throw new Error('dropped');
        if (startedMs.length === 3) await untilAborted(signal);
      },
      {
        clock,
        backoffMs: { next: () => pauseMs++ },
        onEnd: (reason) => reasons.push(reason),
      },
      stop.signal,
    );
    await clock.advance(1_000);
    stop.abort();
    await running;
    expect(startedMs).toEqual([0, 100, 201]);
    expect(reasons).toEqual(['dropped', 'ended by itself']);
  });
});
