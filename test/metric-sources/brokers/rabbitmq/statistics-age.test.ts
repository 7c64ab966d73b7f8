import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatisticsAge } from '../../../../src/metric-sources/brokers/rabbitmq/statistics-age.ts';

const INTERVAL_MS = 5_000;

describe('the time of RabbitMQ statistics', () => {
  it('is an interval ago before anything is known of the server', () => {
    expect(new StatisticsAge(INTERVAL_MS).trueAtMs('a', 60_000)).toBe(55_000);
  });

  it('is that of the change, and stays until the next numbers must have been taken', () => {
    const age = new StatisticsAge(INTERVAL_MS);
    age.trueAtMs('a', 60_000);
    age.trueAtMs('a', 60_900);
    expect(age.trueAtMs('b', 61_000)).toBe(60_950 - 2_500);
    expect(age.trueAtMs('b', 66_400)).toBe(60_950 - 2_500);
    expect(age.trueAtMs('b', 66_500)).toBe(65_950 - 2_500);
  });

  it('is not new because a part of the answer came later than the other', () => {
    const age = new StatisticsAge(INTERVAL_MS);
    age.trueAtMs('a', 60_000);
    age.trueAtMs('a', 60_900);
    const first = age.trueAtMs('b', 61_000);
    expect(age.trueAtMs('c', 61_100)).toBe(first);
  });

  it('is near the truth when the numbers change, only moves forward, and is never two intervals old', () => {
    const scenario = fc.record({
      /** From the queue's telling to the collector's taking. */
      lagMs: fc.integer({ min: 0, max: INTERVAL_MS }),
      phaseMs: fc.integer({ min: 0, max: INTERVAL_MS - 1 }),
      everyMs: fc.integer({ min: 100, max: 2_000 }),
      changes: fc.array(fc.boolean(), { minLength: 6, maxLength: 30 }),
    });
    const START_MS = 100_000;
    fc.assert(
      fc.property(scenario, ({ lagMs, phaseMs, everyMs, changes }) => {
        const age = new StatisticsAge(INTERVAL_MS);
        let before: { readonly version: number; readonly toldMs: number } | undefined;
        for (let nowMs = START_MS; nowMs < START_MS + changes.length * INTERVAL_MS; nowMs += everyMs) {
          const tick = Math.floor((nowMs - START_MS + phaseMs) / INTERVAL_MS);
          const version = changes.slice(0, tick + 1).filter(Boolean).length;
          const toldMs = age.trueAtMs(String(version), nowMs);
          const truthMs = START_MS - phaseMs + tick * INTERVAL_MS - lagMs;
          if (before !== undefined && before.version !== version)
            expect(Math.abs(toldMs - truthMs)).toBeLessThanOrEqual(0.75 * INTERVAL_MS + everyMs);
          if (before !== undefined && before.toldMs !== toldMs)
            expect(toldMs - before.toldMs).toBeGreaterThanOrEqual(0.25 * INTERVAL_MS);
          expect(nowMs - toldMs).toBeLessThanOrEqual(2 * INTERVAL_MS);
          before = { version, toldMs };
        }
      }),
    );
  });
});
