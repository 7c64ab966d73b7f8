import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { Counts } from '../../../../src/schedulers/ecs/write/counts.ts';

const at = (desired: number, createdAtMs = 1) => ({ createdAtMs, desired });

describe('the count of a service', () => {
  it('is ours while it is what we wrote, and another version after every change', () => {
    const counts = new Counts(new VirtualClock());
    const first = counts.show('a/b', at(2));
    expect(first).toMatchObject({ requested: 2, isOurs: false });
    expect(counts.show('a/b', at(2)).version).toBe(first.version);
    counts.wrote('a/b', at(2), 4);
    const ours = counts.show('a/b', at(4));
    expect(ours).toMatchObject({ requested: 4, isOurs: true });
    const theirs = counts.show('a/b', at(3));
    expect(theirs).toMatchObject({ requested: 3, isOurs: false });
    const back = counts.show('a/b', at(4));
    expect(back).toMatchObject({ requested: 4, isOurs: false });
    expect(new Set([first, ours, theirs, back].map(({ version }) => version)).size).toBe(4);
  });

  it('is never older than our write, until somebody must have put it back', async () => {
    const clock = new VirtualClock();
    const counts = new Counts(clock);
    counts.show('a/b', at(2));
    counts.wrote('a/b', at(2), 4);
    expect(counts.show('a/b', at(2))).toMatchObject({ requested: 4, isOurs: true });
    // Two answers may come in the wrong order.
    counts.show('a/b', at(4));
    expect(counts.show('a/b', at(2))).toMatchObject({ requested: 4, isOurs: true });
    await clock.advance(10_000);
    expect(counts.show('a/b', at(2))).toMatchObject({ requested: 2, isOurs: false });
  });

  it('is not ours where the service was made anew', () => {
    const counts = new Counts(new VirtualClock());
    const before = counts.tell('a/b', at(2, 1));
    counts.wrote('a/b', at(2, 1), 4);
    const anew = counts.show('a/b', at(4, 9));
    expect(anew).toMatchObject({ requested: 4, isOurs: false });
    expect(anew.version).not.toBe(before.version);
    expect(counts.told('a/b')).toEqual(at(4, 1));
  });

  it('is planned against what was told last', () => {
    const counts = new Counts(new VirtualClock());
    expect(counts.told('a/b')).toBeUndefined();
    counts.tell('a/b', at(2));
    counts.show('a/b', at(5));
    expect(counts.told('a/b')).toEqual(at(2));
    counts.forget('a/b');
    expect(counts.told('a/b')).toBeUndefined();
  });
});
