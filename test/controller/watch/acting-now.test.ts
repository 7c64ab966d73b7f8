import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ActingNow } from '../../../src/controller/watch/acting-now.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';

describe('whether an instance acts now', () => {
  it('is what it was told last, and no more once its standing is lost', () => {
    const now = new ActingNow(new VirtualClock(0));
    expect(now.isActing).toBe(false);
    const standing = new AbortController();
    now.told({ acting: true, reason: 'it has the Lease', lost: standing.signal });
    expect(now.isActing).toBe(true);
    standing.abort();
    expect(now.isActing).toBe(false);
    now.told({ acting: true, reason: 'it is the only one' });
    expect(now.isActing).toBe(true);
  });

  it('listens once to a standing, however often it is told of it', () => {
    const now = new ActingNow(new VirtualClock(0));
    const standing = new AbortController();
    for (let round = 0; round < 100; round++)
      now.told({ acting: true, reason: 'it has the Lease', lost: standing.signal });
    expect(getEventListeners(standing.signal, 'abort')).toHaveLength(1);
  });

  it('is over once nobody could say for ten seconds, and begins anew with the next answer', async () => {
    const clock = new VirtualClock(0);
    const now = new ActingNow(clock);
    now.told({ acting: true, reason: 'it is the only task' });
    for (let s = 0; s < 10; s++) {
      now.unknown();
      await clock.advance(1_000);
    }
    expect(now.isActing).toBe(true);
    await clock.advance(1);
    expect(now.isActing).toBe(false);
    now.told({ acting: true, reason: 'it is the only task' });
    await clock.advance(60_000);
    expect(now.isActing).toBe(true);
  });
});
