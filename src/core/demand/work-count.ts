// core: how many instances hold a message, as far as a reading tells (docs/design/law.md#the-problem).

import type { LawMemory } from '../memory.ts';
import type { MetricReading, MetricSample } from '../observation.ts';
import type { WorkCount } from './launches/warm-up.ts';

/** The queue as it is read, and what its law remembers of it. */
export interface QueueReading {
  readonly metric: MetricReading | undefined;
  /** Known age of the metric. */
  readonly metricDelayMs: number;
  readonly memory: LawMemory | null | undefined;
}

/** σ_μ/μ up to which a service rate says how many work. */
const DOUBTFUL = 0.6;
/** Chance has fewer messages taken in some intervals: an instance is found idle only where that explains less than this, in deviations. */
const BY_CHANCE = 0.5;
/** And more in others: it is found at work only where so much is left without it. */
const AT_WORK = 1;

/**
 * Where a source tells messages in flight apart those are counted. Else, where it tells what was taken from a queue that
 * was not empty, at most as many instances as that takes, (taken + 0.5·√taken)/(μ·Δ), and at least (taken − √taken)/(μ·Δ),
 * once μ is known from before.
 *
 * @param running instances that run
 */
export function workCountOf(
  { metric, metricDelayMs, memory }: QueueReading,
  running: number,
): WorkCount | undefined {
  if (metric?.state !== 'ok') return undefined;
  const { asOfMs, waiting, inFlight, heldPerInstance } = metric;
  const atMs = asOfMs - metricDelayMs;
  const held = Math.max(1, heldPerInstance ?? 1);
  if (inFlight === undefined) {
    const work = workBy(metric, memory, running);
    return work === undefined ? undefined : { atMs, waiting: Math.max(0, waiting - held * running), ...work };
  }
  // Fetched ahead by some of them, it says nothing of the others.
  if (heldPerInstance === undefined && inFlight > running) return undefined;
  return { atMs, waiting, working: Math.ceil(inFlight / held) };
}

function workBy(
  { asOfMs, taken }: MetricSample,
  memory: LawMemory | null | undefined,
  running: number,
): Pick<WorkCount, 'working' | 'atLeast'> | undefined {
  if (taken === undefined || memory?.law !== 'Fluid' || !('estimate' in memory)) return undefined;
  const { service, varService } = memory.estimate;
  const overS = (asOfMs - taken.sinceMs) / 1000;
  if (!(overS > 0) || Math.sqrt(varService) > DOUBTFUL * service) return undefined;
  const chance = Math.sqrt(taken.count);
  const instances = (messages: number): number => Math.min(running, messages / (service * overS));
  return {
    working: Math.round(instances(taken.count + BY_CHANCE * chance)),
    atLeast: instances(taken.count - AT_WORK * chance),
  };
}
