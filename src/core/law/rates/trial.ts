// core: whether the first new instances serve yet, where nobody tells who works (docs/design/law.md#the-problem).

import type { Estimate, Measurement, Trial } from './estimate.ts';
import { countDeviation } from './observe.ts';

const OVER: Trial = [];
/** They serve where messages are fewer than they would be without them by so many deviations, the more the longer it is looked. */
const SURELY = 1.3;
const SURELY_LATER_PER_S = 0.2;
/** Who did nothing for so long has a small μ, for all that is known. */
const LONGEST_S = 10;
/** What was seen for so long, in which they did not serve, is what is to be expected without them. */
const SEEN_FOR_S = 2;
/** It is not tried where the work of the new ones would not be seen within this time, and where counts are further apart than that. */
const SEEN_WITHIN_S = 3;
const LONGEST_INTERVAL_S = 1.5;
/** So long they are taken to serve, as nearly all do at once. */
const BELIEVED_FOR_S = 1;

/** Whether it goes on at this count is settled by what was known before it, and by the time. */
export function isTrying(before: Estimate, now: Measurement): boolean {
  if (now.isUntold !== true) return false;
  const { trial } = before;
  if (trial === undefined) return begins(before, now);
  const [fromMs] = trial;
  return fromMs !== undefined && now.atMs - fromMs <= LONGEST_S * 1000;
}

/** @param isTried as it was told of this count */
export function followTrial(before: Estimate, now: Measurement, isTried: boolean): Trial | undefined {
  const { trial } = before;
  if (!isTried) return trial === undefined || now.isUntold !== true ? undefined : OVER;
  if (trial === undefined) return begun(before, now);
  return looked(before, now);
}

function begins(before: Estimate, now: Measurement): boolean {
  const { arrivals, service, ready, waiting } = before;
  const overS = (now.atMs - before.atMs) / 1000;
  if (!(ready > 0 && now.ready > ready) || overS > LONGEST_INTERVAL_S) return false;
  const chance = (arrivals + 0.5 * service * ready) * SEEN_WITHIN_S + 2 * countDeviation(waiting) ** 2;
  return service * (now.ready - ready) * SEEN_WITHIN_S > SURELY * Math.sqrt(chance);
}

function begun({ arrivals, service, ready: n, ...p }: Estimate, now: Measurement): Trial {
  const variance = Math.max(0, p.varArrivals - 2 * n * p.covariance + n * n * p.varService);
  return [now.atMs, n, now.atMs, thereIn(now), arrivals - service * n, variance];
}

function looked({ trial = OVER, arrivals, service }: Estimate, now: Measurement): Trial {
  const [fromMs = now.atMs, before = 0, sinceMs = now.atMs, there = 0, growth = 0, variance = 0] = trial;
  if (now.waiting <= now.emptyBelow) return OVER;
  const overS = (now.atMs - sinceMs) / 1000;
  const grown = thereIn(now) - there;
  const chance = (arrivals + 0.5 * service * now.served) * overS + 2 * countDeviation(there) ** 2;
  const surely = SURELY + SURELY_LATER_PER_S * ((now.atMs - fromMs) / 1000);
  const fewer = growth * overS - grown;
  if (fewer > surely * Math.sqrt(variance * overS * overS + chance)) return OVER;
  if (overS < SEEN_FOR_S) return trial;
  return [fromMs, before, now.atMs, thereIn(now), grown / overS, chance / (overS * overS)];
}

function thereIn({ waiting, working = 0, held = 1 }: Measurement): number {
  return waiting + working * held;
}

/** How many of those that run are taken to serve: while the new ones are tried, those before them. */
export function believedToServe(trial: Trial | undefined, ready: number, nowMs: number): number {
  const [fromMs, before] = trial ?? OVER;
  if (fromMs === undefined || before === undefined) return ready;
  return nowMs - fromMs < BELIEVED_FOR_S * 1000 ? ready : Math.min(ready, before);
}

/** Whether it can be read, whoever wrote it. */
export function isTrial(raw: unknown): raw is Trial {
  return (
    Array.isArray(raw) && (raw.length === 0 || raw.length === 6) && raw.every((n) => typeof n === 'number')
  );
}
