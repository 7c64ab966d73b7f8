// core: the arrivals to reckon with: as they are, as they grow, and as they were at this time of the season.

import { followSeason, forecast, partMs, type SeasonMemory } from './season.ts';

export interface AheadMemory {
  /** How λ grows, messages/s². */
  readonly growth: number;
  /** Only with a `season`. */
  readonly season?: SeasonMemory | undefined;
}

export interface Present {
  readonly nowMs: number;
  /** When the queue was counted. */
  readonly atMs: number;
  /** Time since the count before that; 0 when there is no new one. */
  readonly sinceMs: number;
  /** λ now and then, messages/s. */
  readonly arrivals: number;
  readonly arrivalsBefore: number;
  /** How sure that is, messages/s. */
  readonly deviation: number;
  /** From asking for an instance until it serves. */
  readonly deadTimeMs: number;
  /** L: how far to look ahead. */
  readonly leadMs: number;
}

/** Both are at least λ as it is: a forecast is no reason to scale in. */
export interface Ahead extends AheadMemory {
  /** Mean over the time to look ahead, messages/s. */
  readonly soon: number;
  /** When an instance asked for now serves, messages/s. */
  readonly whenReady: number;
}

/** Time constant of the growth, and the furthest that it is extrapolated. */
const GROWTH_OVER_S = 15;
/** A mean over the time ahead is taken from so many points. */
const POINTS = 8;

/**
 * λ_F = max(λ + g·L, season), with g the growth of λ by exponential smoothing (Holt 1957) less one deviation of
 * what noise makes of it, and not below 0.
 */
export function lookAhead(
  memory: AheadMemory | undefined,
  present: Present,
  seasonMs: number | undefined,
): Ahead {
  const { arrivals, deviation, leadMs } = present;
  const growth = followGrowth(memory?.growth ?? 0, present);
  const surely = Math.max(0, growth - deviation / GROWTH_OVER_S);
  const grown = surely * Math.min(leadMs / 1000, GROWTH_OVER_S);
  if (seasonMs === undefined)
    return { soon: arrivals + grown / 2, whenReady: arrivals + grown, growth, season: undefined };
  const season = learnSeason(memory?.season, present, seasonMs);
  const known = seasonAhead(season, present, seasonMs);
  return {
    soon: Math.max(arrivals + grown / 2, known.soon),
    whenReady: Math.max(arrivals + grown, known.whenReady),
    growth,
    season,
  };
}

function followGrowth(growth: number, { sinceMs, arrivals, arrivalsBefore }: Present): number {
  const sinceS = Math.min(sinceMs / 1000, GROWTH_OVER_S);
  if (!(sinceS > 0)) return growth;
  return growth + (arrivals - arrivalsBefore - growth * sinceS) / GROWTH_OVER_S;
}

function learnSeason(memory: SeasonMemory | undefined, present: Present, seasonMs: number): SeasonMemory {
  const { atMs, sinceMs, arrivals, leadMs } = present;
  if (memory !== undefined && sinceMs <= 0) return memory;
  return followSeason(memory, { atMs, forMs: sinceMs, arrivals, leadMs }, seasonMs);
}

/** The estimate lags behind by a moment, and so does the profile that is made of it: one part more is looked at. */
function seasonAhead(
  season: SeasonMemory,
  present: Present,
  seasonMs: number,
): Pick<Ahead, 'soon' | 'whenReady'> {
  const { nowMs, arrivals, deadTimeMs, leadMs } = present;
  let sum = 0;
  for (let i = 0; i <= POINTS; i++) {
    const atMs = nowMs + (i / POINTS) * leadMs;
    sum += Math.max(arrivals, forecast(season, { fromMs: atMs, toMs: atMs }, seasonMs));
  }
  const window = { fromMs: nowMs + deadTimeMs, toMs: nowMs + leadMs + partMs(seasonMs) };
  return { soon: sum / (POINTS + 1), whenReady: forecast(season, window, seasonMs) };
}
