import { beforeEach, describe, expect, it } from 'vitest';
import { StorageRetry } from '../../src/programs/storage-retry.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { TerminalError, TransientError } from '../../src/runtime/errors.ts';

let clock: VirtualClock;
let printed: string[];
let stop: AbortController;
let patience: StorageRetry;

beforeEach(() => {
  clock = new VirtualClock();
  printed = [];
  stop = new AbortController();
  const print = (line: string): void => void printed.push(line);
  patience = new StorageRetry({ env: {}, clock, random: () => 0, print }, stop.signal);
});

/** Fails with each message in turn, then works. */
function failing(...messages: string[]): { call: () => Promise<string>; attempts: number[] } {
  const attempts: number[] = [];
  return {
    attempts,
    call: async () => {
      attempts.push(clock.now());
      const message = messages[attempts.length - 1];
      if (message !== undefined) throw new TransientError(message);
      return 'done';
    },
  };
}

describe('Patience', () => {
  it('says nothing while all is well', async () => {
    expect(await patience.untilDone(failing().call)).toBe('done');
    expect(printed).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('tries again, slower and slower up to 2 s, with one line when the storage goes and one when it is back', async () => {
    const { call, attempts } = failing('gone', 'gone', 'gone', 'gone', 'gone', 'gone');
    const done = patience.untilDone(call);
    await clock.advance(60_000);
    expect(await done).toBe('done');
    const gaps = attempts.slice(1).map((at, i) => at - (attempts[i] ?? 0));
    expect(gaps).toEqual([250, 500, 1000, 2000, 2000, 2000]);
    expect(printed).toEqual(['gone; trying again', 'the storage answers again']);
  });

  it('says it when the trouble is another one', async () => {
    const done = patience.untilDone(failing('gone', 'gone', 'refused').call);
    await clock.advance(60_000);
    await done;
    expect(printed).toEqual(['gone; trying again', 'refused; trying again', 'the storage answers again']);
  });

  it('begins with short waits again after a success', async () => {
    const first = patience.untilDone(failing('gone', 'gone').call);
    await clock.advance(60_000);
    await first;
    const { call, attempts } = failing('gone');
    const second = patience.untilDone(call);
    await clock.advance(60_000);
    await second;
    expect((attempts[1] ?? 0) - (attempts[0] ?? 0)).toBe(250);
  });

  it('does not retry what will never work', async () => {
    const call = async (): Promise<void> => {
      throw new TerminalError('wrong');
    };
    await expect(patience.untilDone(call)).rejects.toThrow(TerminalError);
  });

  it('gives up waiting when asked to stop', async () => {
    const done = patience.untilDone(failing('gone', 'gone').call);
    const outcome = expect(done).rejects.toThrow('enough');
    await clock.advance(100);
    stop.abort(new Error('enough'));
    await outcome;
  });

  it.each([
    { name: 'gives a call 10 s', stopAtMs: undefined, abortedAtMs: 10_000 },
    { name: 'gives a call under way 2 s after the stop', stopAtMs: 1000, abortedAtMs: 3000 },
    { name: 'gives a call made after the stop 2 s', stopAtMs: 0, abortedAtMs: 2000 },
  ])('$name', async ({ stopAtMs, abortedAtMs }) => {
    if (stopAtMs === 0) stop.abort();
    let abortedAt: number | undefined;
    const call = patience.once(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            abortedAt = clock.now();
            reject(new TransientError('no answer in time'));
          });
        }),
    );
    const outcome = expect(call).rejects.toThrow('no answer in time');
    await clock.advance(stopAtMs ?? 0);
    if (stopAtMs !== undefined) stop.abort();
    await clock.advance(20_000);
    await outcome;
    expect(abortedAt).toBe(abortedAtMs);
    expect(clock.pending).toBe(0);
  });
});
