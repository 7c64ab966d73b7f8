import { describe, expect, it } from 'vitest';
import { createSteadyClock } from '../../src/runtime/steady-clock.ts';

describe('a steady clock', () => {
  it.each([
    ['both go on', [1_000, 1_000], 1_000],
    ['the clock is set back', [-3_600_000, 1_000], 1_000],
    ['the clock is set forward, or the machine slept', [60_000, 1_000], 60_000],
    ['the clock stands still', [0, 500], 500],
  ])('goes on when %s', (_, [wallStep = 0, uptimeStep = 0], expected) => {
    let [wall, uptime] = [1_000_000, 50];
    const clock = createSteadyClock({ wall: () => wall, uptime: () => uptime });
    const before = clock.now();
    expect(before).toBe(1_000_000);
    wall += wallStep;
    uptime += uptimeStep;
    expect(clock.now() - before).toBe(expected);
    expect(clock.now() - before).toBe(expected);
  });
});
