import { describe, expect, it } from 'vitest';
import { inTime } from '../../../src/runtime/abort/in-time.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TransientError } from '../../../src/runtime/errors.ts';

describe('a call in time', () => {
  const never = (): Promise<string> => new Promise(() => undefined);

  it('has its result, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const signal = new AbortController().signal;
    let within: AbortSignal | undefined;
    const work = async (given: AbortSignal): Promise<string> => {
      within = given;
      return 'done';
    };
    await expect(inTime(work, { clock, limitMs: 100, signal })).resolves.toBe('done');
    await clock.advance(200);
    expect(within?.aborted).toBe(false);
  });

  it('ends when its time is over, also where nobody heeds its signal', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const call = expect(inTime(never, { clock, limitMs: 100, signal })).rejects;
    const told = call.toEqual(new TransientError('no answer in time'));
    await clock.advance(100);
    await told;
  });

  it('ends when it is aborted, with the reason', async () => {
    const stop = new AbortController();
    const call = inTime(never, { clock: new VirtualClock(), limitMs: 100, signal: stop.signal });
    stop.abort(new Error('the end'));
    await expect(call).rejects.toThrow('the end');
  });
});
