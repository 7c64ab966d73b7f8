import { describe, expect, it } from 'vitest';
import { createSteadyClock } from '../../src/runtime/steady-clock.ts';

describe('a steady clock', () => {
  it.each([
    ['the machine is awake', { awake: 1_000, uptime: 1_000 }, 1_000],
    ['the machine slept', { awake: 1_000, uptime: 61_000 }, 61_000],
    ['the uptime is known in steps', { awake: 1_004, uptime: 1_000 }, 1_004],
  ])('goes on when %s', (_, step, expected) => {
    const at = { awake: 50, uptime: 1_000_000 };
    const clock = createSteadyClock({ awake: () => at.awake, uptime: () => at.uptime });
    const before = clock.monotonic();
    at.awake += step.awake;
    at.uptime += step.uptime;
    expect(clock.monotonic() - before).toBe(expected);
    expect(clock.monotonic() - before).toBe(expected);
  });
});
