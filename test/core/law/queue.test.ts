import { describe, expect, it } from 'vitest';
import { pdDelta, type QueueMemory, queueLaw } from '../../../src/core/law/queue.ts';
import { T0 } from '../../support/builders.ts';
import { lawInput } from './law-input.ts';

const DEFAULT = { kU: 0.05, tU: 10 };
const DEMO = { kU: 0.03, tU: 0.7 };

describe('the PD step', () => {
  // kU 1.25 and tU 8 make both gains 1: the numbers of the original's own test, target 10.
  it.each([
    { name: 'no velocity in the first round', length: 20, last: undefined, delta: 10 },
    { name: 'error 20, velocity 10', length: 30, last: 20, delta: 30 },
    { name: 'error 20, velocity 0', length: 30, last: 30, delta: 20 },
    { name: 'error -5, velocity -25', length: 5, last: 30, delta: -30 },
  ])('is the original’s: $name', ({ length, last, delta }) => {
    expect(pdDelta(length, last, { kU: 1.25, tU: 8 }, 10)).toBe(delta);
  });

  it.each([
    // kP 0.04, kD 1.25: 0.04·50 + 1.25·2 = 4.5 → 5, halves go up
    { gains: DEFAULT, length: 100, last: 98, target: 50, delta: 5 },
    // 0.04·(-50) + 1.25·0.4… lengths are whole: 0.04·(-50) + 1.25·(-2) = -4.5 → -4, halves go up
    { gains: DEFAULT, length: 0, last: 2, target: 50, delta: -4 },
    // kP 0.024, kD 0.0875: 0.024·150 + 0.0875·40 = 7.1 → 7
    { gains: DEMO, length: 200, last: 160, target: 50, delta: 7 },
    // 0.024·10 = 0.24 → 0: small errors move nothing
    { gains: DEMO, length: 60, last: 60, target: 50, delta: 0 },
  ])('rounds to the nearest: $length after $last with $gains', ({ gains, length, last, target, delta }) => {
    expect(pdDelta(length, last, gains, target)).toBe(delta);
  });
});

describe('Queue', () => {
  const remembering = (length: number): QueueMemory => ({ law: 'Queue', length, atMs: T0 - 500 });
  const step = (length: number, last: number, over = {}) =>
    queueLaw(lawInput(length, over), remembering(last), { target: 50, gains: DEFAULT });

  it.each([
    { name: 'goes up while the queue is longer than the target', length: 100, last: 98, wanted: 10 },
    { name: 'stays although it grows, at the target', length: 50, last: 40, wanted: 5 },
    { name: 'stays although it falls, above the target', length: 60, last: 100, wanted: 5 },
    { name: 'stays between 70 % and the target', length: 40, last: 50, wanted: 5 },
    { name: 'goes down at 70 % of the target', length: 35, last: 36, wanted: 3 },
    { name: 'stays although it grows, below 70 %', length: 30, last: 20, wanted: 5 },
    { name: 'never goes below nothing', length: 0, last: 100, wanted: 0 },
  ])('$name', ({ length, last, wanted }) => {
    expect(step(length, last).wanted).toBe(wanted);
  });

  it('skips while a change is in flight, and keeps its velocity up to date', () => {
    const skipped = step(100, 50, { settled: false });
    expect(skipped.wanted).toBe(5);
    expect(skipped.memory.length).toBe(100);
    expect(skipped.reason).toContain('still on its way');
  });

  it('does not take the same count twice', () => {
    const again = queueLaw(lawInput(100, { atMs: T0 - 500 }), remembering(50), {
      target: 50,
      gains: DEFAULT,
    });
    expect(again.wanted).toBe(5);
    expect(again.memory).toEqual(remembering(50));
  });

  it('follows a hand-computed sequence', () => {
    // target 50, kP 0.04, kD 1.25; the count follows at once
    const lengths = [60, 64, 90, 55, 30, 20, 20];
    //  60: 0.4                    → 0        5
    //  64: 0.56 + 5      = 5.56   → 6       11
    //  90: 1.6 + 32.5    = 34.1   → 34      45
    //  55: 0.2 - 43.75   down, but above the target   45
    //  30: -0.8 - 31.25  = -32.05 → -32     13
    //  20: -1.2 - 12.5   = -13.7  → -14      0
    //  20: -1.2                   → -1       0
    const counts = [5, 11, 45, 45, 13, 0, 0];
    let memory: QueueMemory | undefined;
    let asked = 5;
    const seen = lengths.map((length, k) => {
      const result = queueLaw(lawInput(length, { nowMs: T0 + k * 500, asked }), memory, {
        target: 50,
        gains: DEFAULT,
      });
      ({ memory } = result);
      asked = result.wanted;
      return asked;
    });
    expect(seen).toEqual(counts);
  });

  it('needs nothing while the queue is short, so that giving back may begin to count', () => {
    expect(step(35, 36).need).toBe(0);
    expect(step(40, 40).need).toBe(5);
  });
});
