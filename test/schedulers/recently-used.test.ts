import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { RecentlyUsed } from '../../src/schedulers/recently-used.ts';

const MINUTE_MS = 60_000;

describe('what is known by name', () => {
  it('stays the same while somebody asks for it, however long', async () => {
    const clock = new VirtualClock();
    const known = new RecentlyUsed({ clock, make: (name) => ({ name }) });
    const first = known.of('a');
    for (let minute = 0; minute < 60; minute++) {
      await clock.advance(MINUTE_MS);
      known.of(`passing ${minute}`);
      expect(known.of('a')).toBe(first);
    }
  });

  it('is forgotten once nobody has asked for it for ten minutes, and told of', async () => {
    const clock = new VirtualClock();
    const gone: string[] = [];
    const known = new RecentlyUsed({
      clock,
      make: (name) => ({ name }),
      onForgotten: (name) => gone.push(name),
    });
    const first = known.of('a');
    await clock.advance(10 * MINUTE_MS);
    known.of('b');
    expect(gone).toEqual(['a']);
    expect(known.of('a')).not.toBe(first);
  });

  it('never holds more than what was asked for in the last minutes', async () => {
    const clock = new VirtualClock();
    const known = new RecentlyUsed({ clock, make: (name) => name });
    for (let second = 0; second < 3_600; second++) {
      known.of(`app ${second}`);
      await clock.advance(1_000);
    }
    expect(known.size).toBeLessThanOrEqual(660);
  });
});
