import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { FairTurns } from '../../../src/runtime/work/fair-turns.ts';

const SHARE_MS = 5;

/** An event loop that turns when it is told to; each piece of work takes its time. */
function aLoop(pieceMs = SHARE_MS) {
  let nowMs = 0;
  const clock = { monotonic: () => nowMs };
  const immediates: (() => void)[] = [];
  const turns = new FairTurns({ clock, shareMs: SHARE_MS, afterOthers: (call) => immediates.push(call) });
  const done: string[] = [];
  const settle = (): Promise<void> => new Promise((settled) => setImmediate(settled));
  return {
    done,
    work: async (name: string): Promise<void> => {
      await turns.turn();
      done.push(name);
      nowMs += pieceMs;
    },
    settle,
    /** All else had its turn. */
    turnOver: async (): Promise<void> => {
      await settle();
      for (const call of immediates.splice(0)) {
        call();
        await settle();
      }
    },
    get pending() {
      return immediates.length;
    },
  };
}

describe('fair turns', () => {
  it('let the first begin at once, and of those that are ready with it as many in a turn as its share has time for', async () => {
    const loop = aLoop(SHARE_MS / 2);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const all = names.map((name) => loop.work(name));
    await loop.settle();
    expect(loop.done).toEqual(['a']);
    await loop.turnOver();
    expect(loop.done).toEqual(['a', 'b', 'c']);
    await loop.turnOver();
    expect(loop.done).toEqual(['a', 'b', 'c', 'd', 'e']);
    await loop.turnOver();
    await Promise.all(all);
    expect(loop.done).toEqual(names);
  });

  it('let one go on in a turn where each takes longer than its share', async () => {
    const loop = aLoop(3 * SHARE_MS);
    const all = ['a', 'b', 'c'].map((name) => loop.work(name));
    await loop.turnOver();
    expect(loop.done).toEqual(['a', 'b']);
    await loop.turnOver();
    await Promise.all(all);
    expect(loop.done).toEqual(['a', 'b', 'c']);
  });

  it('let nobody overtake who waits', async () => {
    const loop = aLoop();
    const all = ['a', 'b', 'c'].map((name) => loop.work(name));
    await loop.turnOver();
    all.push(loop.work('d'));
    await loop.settle();
    expect(loop.done).toEqual(['a', 'b']);
    await loop.turnOver();
    await loop.turnOver();
    await Promise.all(all);
    expect(loop.done).toEqual(['a', 'b', 'c', 'd']);
  });

  it('hold up nobody who comes in a turn of its own', async () => {
    const loop = aLoop();
    for (const name of ['a', 'b', 'c']) {
      await loop.work(name);
      await loop.turnOver();
    }
    expect(loop.done).toEqual(['a', 'b', 'c']);
  });

  it('leave the loop alone while nobody asks', async () => {
    const loop = aLoop();
    expect(loop.pending).toBe(0);
    const all = [loop.work('a'), loop.work('b')];
    await loop.turnOver();
    await Promise.all(all);
    await loop.turnOver();
    expect(loop.pending).toBe(0);
  });

  it('let answers in between, in the event loop of this process', async () => {
    const turns = new FairTurns({ clock: systemClock, shareMs: 0 });
    const heard: string[] = [];
    const rounds = ['a', 'b', 'c'].map(async (name) => {
      await turns.turn();
      heard.push(name);
      if (name === 'a') setImmediate(() => heard.push('an answer'));
    });
    await Promise.all(rounds);
    expect(heard).toEqual(['a', 'b', 'an answer', 'c']);
  });
});
