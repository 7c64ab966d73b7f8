import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createRandom,
  describeRandom,
  type RandomMetric,
  randomDemand,
} from '../../src/metric-sources/random/index.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { metricSourceContract } from '../contract/metric-source.ts';
import { fakeValues } from '../support/values.ts';

const config: RandomMetric = { min: 1, max: 9, period: '10s', seed: 7 };
const PERIOD_MS = 10_000;

metricSourceContract('random', {
  answering: async () =>
    createRandom(config, { clock: new VirtualClock(), log: silentLogger, values: fakeValues() }),
  cannot: {
    fail: 'it computes and asks nobody',
    hang: 'it computes and asks nobody',
    call: 'it computes and asks nobody',
  },
});

const values = (seed: number, periods: number): number[] =>
  Array.from({ length: periods }, (_, i) => randomDemand({ ...config, seed }, i * PERIOD_MS));

describe('random', () => {
  it('reads the demand of the moment', async () => {
    const clock = new VirtualClock(123_456);
    const source = createRandom(config, { clock, log: silentLogger, values: fakeValues() });
    const reading = await source.read(new AbortController().signal);
    expect(reading).toEqual({ state: 'ok', waiting: randomDemand(config, 123_456), asOfMs: 123_456 });
  });

  it('stays within its bounds, a whole number', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(), fc.nat(), (min, span, seed, atMs) => {
        const value = randomDemand({ min, max: min + span, period: '10s', seed }, atMs);
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(min + span);
      }),
    );
  });

  it('keeps a value for the whole of a period and no longer', () => {
    const during = [0, 1, PERIOD_MS - 1].map((ms) => randomDemand(config, 5 * PERIOD_MS + ms));
    expect(new Set(during).size).toBe(1);
    expect(new Set(values(7, 20)).size).toBeGreaterThan(4);
  });

  it('reaches every value, about as often as any other', () => {
    const counts = Array.from({ length: 9 }, (_, i) => values(7, 9000).filter((v) => v === i + 1).length);
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });

  it('follows its seed', () => {
    expect(values(7, 50)).toEqual(values(7, 50));
    expect(values(7, 50)).not.toEqual(values(8, 50));
  });

  it('is called by its bounds', () => {
    expect(describeRandom(config)).toBe('random 1–9');
  });
});
