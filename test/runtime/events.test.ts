import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { EventRing } from '../../src/runtime/events.ts';

function aRing(capacity = 10) {
  const clock = new VirtualClock();
  return { clock, ring: new EventRing({ clock, capacity }) };
}

const event = (reason: string, message = 'm', object = 'app /a') => ({ reason, object, message });

describe('event ring', () => {
  it('lists the newest first and forgets the oldest', async () => {
    const { clock, ring } = aRing(2);
    for (const reason of ['A', 'B', 'C']) {
      ring.record(event(reason));
      await clock.advance(1);
    }
    expect(ring.list()).toMatchObject([
      { reason: 'C', atMs: 2 },
      { reason: 'B', atMs: 1 },
    ]);
  });

  it('drops a repeat within two minutes and keeps it afterwards', async () => {
    const { clock, ring } = aRing();
    expect(ring.record(event('A'))).toBe(true);
    await clock.advance(119_999);
    expect(ring.record(event('A'))).toBe(false);
    await clock.advance(1);
    expect(ring.record(event('A'))).toBe(true);
    expect(ring.list()).toHaveLength(2);
  });

  it('lets a repeat that says something new take the place of the old one', async () => {
    const { clock, ring } = aRing();
    ring.record(event('A', 'set to 3'));
    await clock.advance(1_000);
    ring.record(event('B'));
    await clock.advance(1_000);
    expect(ring.record(event('A', 'set to 5'))).toBe(true);
    expect(ring.list().map(({ reason, message, atMs }) => [reason, message, atMs])).toEqual([
      ['A', 'set to 5', 2_000],
      ['B', 'm', 1_000],
    ]);
  });

  it('always ends with how things stand', async () => {
    const { clock, ring } = aRing();
    for (const reason of ['Accepted', 'Refused', 'Accepted']) {
      expect(ring.record(event(reason))).toBe(true);
      await clock.advance(1_000);
    }
    expect(ring.list().map(({ reason, atMs }) => [reason, atMs])).toEqual([
      ['Accepted', 2_000],
      ['Refused', 1_000],
    ]);
  });

  it('tells objects apart', () => {
    const { ring } = aRing();
    ring.record(event('A', 'm', 'app /a'));
    expect(ring.record(event('A', 'm', 'app /b'))).toBe(true);
  });
});
