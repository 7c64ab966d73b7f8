import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  followSeason,
  forecast,
  isTrusted,
  type SeasonMemory,
} from '../../../../src/core/law/outlook/season.ts';

const SEASON_MS = 120_000;
const ROUND_MS = 500;

/** What is remembered after so many seasons of arrivals, two rounds a second. */
function learned(
  seasons: number,
  arrivalsAt: (atMs: number) => number,
  seasonMs = SEASON_MS,
): SeasonMemory | undefined {
  let memory: SeasonMemory | undefined;
  for (let atMs = 0; atMs < seasons * SEASON_MS; atMs += ROUND_MS) {
    const seen = { atMs, forMs: ROUND_MS, arrivals: arrivalsAt(atMs), leadMs: 2_500 };
    memory = followSeason(memory, seen, seasonMs);
  }
  return memory;
}

/** 20 s of 130/s in every two minutes, else 30/s. */
const bursts = (atMs: number): number => (atMs % 120_000 >= 60_000 && atMs % 120_000 < 80_000 ? 130 : 30);

describe('season', () => {
  it('knows a burst before it comes, from the second repetition on', () => {
    const memory = learned(2, bursts);
    const at = (fromS: number, toS: number): number =>
      forecast(memory, { fromMs: 240_000 + fromS * 1000, toMs: 240_000 + toS * 1000 }, SEASON_MS);
    expect(isTrusted(memory!)).toBe(true);
    expect(at(40, 45)).toBeCloseTo(30, 6);
    expect(at(58, 61)).toBeCloseTo(130, 6);
    expect(at(70, 70)).toBeCloseTo(130, 6);
    expect(at(90, 95)).toBeCloseTo(30, 6);
  });

  it('says nothing within the first season', () => {
    expect(forecast(learned(1, bursts), { fromMs: 0, toMs: 120_000 }, SEASON_MS)).toBe(0);
    expect(forecast(undefined, { fromMs: 0, toMs: 120_000 }, SEASON_MS)).toBe(0);
  });

  it.each([
    { name: 'a steady load', arrivalsAt: () => 50, seasonMs: SEASON_MS },
    { name: 'a season of another length', arrivalsAt: bursts, seasonMs: 97_000 },
    { name: 'a load that only grows', arrivalsAt: (atMs: number) => atMs / 10_000, seasonMs: SEASON_MS },
  ])('is not trusted under $name', ({ arrivalsAt, seasonMs }) => {
    expect(isTrusted(learned(6, arrivalsAt, seasonMs)!)).toBe(false);
  });

  it('unlearns a season that is over', () => {
    const memory = learned(8, (atMs) => (atMs < 3 * SEASON_MS ? bursts(atMs) : 30));
    expect(forecast(memory, { fromMs: 0, toMs: SEASON_MS }, SEASON_MS)).toBeLessThan(40);
  });

  it('stays small, finite and readable, whatever it sees', () => {
    const sighting = fc.record({
      stepMs: fc.integer({ min: 0, max: 500_000 }),
      arrivals: fc.double({ min: 0, max: 1e9, noNaN: true }),
      leadMs: fc.integer({ min: 0, max: 600_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(sighting, { maxLength: 200 }),
        fc.integer({ min: 1, max: 10 ** 9 }),
        (all, seasonMs) => {
          let memory: SeasonMemory | undefined;
          let atMs = 0;
          for (const { stepMs, arrivals, leadMs } of all) {
            atMs += stepMs;
            memory = followSeason(memory, { atMs, forMs: stepMs, arrivals, leadMs }, seasonMs);
            const ahead = forecast(memory, { fromMs: atMs, toMs: atMs + leadMs }, seasonMs);
            expect(ahead).toBeGreaterThanOrEqual(0);
            expect(ahead).toBeLessThanOrEqual(1.001e9);
          }
          const text = JSON.stringify(memory ?? null);
          expect(text.length).toBeLessThan(2_000);
          expect(JSON.parse(text)).toEqual(memory ?? null);
        },
      ),
      { numRuns: 500 },
    );
  });
});
