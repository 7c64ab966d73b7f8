import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../src/runtime/work/backoff.ts';

describe('back-off', () => {
  it('doubles up to its maximum, per key, and starts anew when forgotten', () => {
    const backoff = new Backoff<string>({ baseMs: 100, maxMs: 500, random: () => 0 });
    expect([1, 2, 3, 4, 5].map(() => backoff.next('a'))).toEqual([100, 200, 400, 500, 500]);
    expect(backoff.next('b')).toBe(100);
    backoff.forget('a');
    expect(backoff.next('a')).toBe(100);
  });

  it('is shortened by at most a fifth', () => {
    const backoff = new Backoff<string>({ baseMs: 1_000, maxMs: 1_000, random: () => 0.999 });
    const delayMs = backoff.next('a');
    expect(delayMs).toBeGreaterThanOrEqual(800);
    expect(delayMs).toBeLessThan(1_000);
  });

  it('stays finite however often it fails', () => {
    const backoff = new Backoff<string>({ baseMs: 100, maxMs: 60_000, random: () => 0 });
    for (let i = 0; i < 5_000; i++) backoff.next('a');
    expect(backoff.next('a')).toBe(60_000);
  });
});
