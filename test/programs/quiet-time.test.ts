import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_QUIET_MS, QUIET_MS, QuietTime } from '../../src/programs/quiet-time.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';

const never = new AbortController().signal;

describe('a consumer at rest', () => {
  it('promises nothing before and after', async () => {
    const clock = new VirtualClock(7);
    const quiet = new QuietTime(clock);
    expect(quiet.promise()).toBe(false);
    const resting = quiet.rest(50, never);
    await clock.advance(50);
    await resting;
    expect(quiet.promise()).toBe(false);
  });

  it('is stopped in the middle of what it promised, and promises nothing then', async () => {
    const clock = new VirtualClock();
    const quiet = new QuietTime(clock);
    const stop = new AbortController();
    const resting = quiet.rest(50, stop.signal);
    expect(quiet.promise()).toBe(true);
    const ended = expect(resting).rejects.toThrow('stopped');
    await clock.advance(QUIET_MS - 1);
    stop.abort(new Error('stopped'));
    await ended;
    expect(quiet.promise()).toBe(false);
  });

  it('keeps every promise, rests no shorter than it is to, and never longer than it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 12 }),
        async (restMs, pauses) => {
          const clock = new VirtualClock();
          const quiet = new QuietTime(clock);
          let endedMs: number | undefined;
          const resting = quiet.rest(restMs, never).then(() => {
            endedMs = clock.monotonic();
          });
          let promisedMs = 0;
          for (const pauseMs of pauses) {
            await clock.advance(pauseMs);
            const nowMs = clock.monotonic();
            const isPromised = quiet.promise();
            if (isPromised) promisedMs = nowMs + QUIET_MS;
            const mayPromise = endedMs === undefined && nowMs + QUIET_MS <= LONGEST_QUIET_MS;
            expect(isPromised).toBe(mayPromise);
          }
          await clock.advance(2 * LONGEST_QUIET_MS);
          await resting;
          expect(endedMs).toBe(Math.max(restMs, promisedMs));
          expect(endedMs).toBeLessThanOrEqual(LONGEST_QUIET_MS);
        },
      ),
    );
  });
});
