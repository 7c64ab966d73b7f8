import { describe, expect, it } from 'vitest';
import { FairTurns } from '../../../src/runtime/work/fair-turns.ts';

/** An event loop that turns when it is told to. */
function aLoop() {
  const immediates: (() => void)[] = [];
  const turns = new FairTurns((call) => immediates.push(call));
  const done: string[] = [];
  const settle = (): Promise<void> => new Promise((settled) => setImmediate(settled));
  return {
    done,
    work: async (name: string): Promise<void> => {
      await turns.turn();
      done.push(name);
    },
    settle,
    /** All else had its turn. */
    turnOver: async (): Promise<void> => {
      for (const call of immediates.splice(0)) call();
      await settle();
    },
    get pending() {
      return immediates.length;
    },
  };
}

describe('fair turns', () => {
  it('let the first begin at once, and of those that are ready with it one a turn, in the order of asking', async () => {
    const loop = aLoop();
    const all = ['a', 'b', 'c'].map((name) => loop.work(name));
    await loop.settle();
    expect(loop.done).toEqual(['a']);
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
    const turns = new FairTurns();
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
