import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/runtime/work/pace.ts';

describe('the pause after work', () => {
  it.each([
    { name: 'none after work that takes no time', tookMs: 0, laterMs: 0, leftMs: 0 },
    { name: 'a multiple of what it took', tookMs: 30, laterMs: 0, leftMs: 120 },
    { name: 'what is left of it', tookMs: 30, laterMs: 50, leftMs: 70 },
    { name: 'over in time', tookMs: 30, laterMs: 500, leftMs: 0 },
    { name: 'never longer than the longest', tookMs: 10_000, laterMs: 0, leftMs: 2_000 },
  ])('is $name', ({ tookMs, laterMs, leftMs }) => {
    let nowMs = 1_000;
    const pace = new Pace({ clock: { monotonic: () => nowMs }, pausePerWork: 4, longestMs: 2_000 });
    expect(pace.leftMs).toBe(0);
    pace.do(() => {
      nowMs += tookMs;
    });
    nowMs += laterMs;
    expect(pace.leftMs).toBe(leftMs);
  });

  it('follows work that failed, too', () => {
    let nowMs = 0;
    const pace = new Pace({ clock: { monotonic: () => nowMs }, pausePerWork: 4, longestMs: 2_000 });
    const failing = (): void => {
      nowMs += 10;
      throw new Error('failed');
    };
    expect(() => pace.do(failing)).toThrow('failed');
    expect(pace.leftMs).toBe(40);
  });
});
