// metric-sources: a demand that jumps at random, for demonstrations without a queue. A pure function of time and seed.

import { durationMs } from '../../api/duration.ts';
import type { RandomMetric } from '../../api/policy.ts';
import type { MetricReading } from '../../core/observation.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { seededAt } from '../../runtime/random.ts';
import type { MetricSource, MetricSourceDeps } from '../source.ts';

export function createRandom(config: RandomMetric, deps: MetricSourceDeps): MetricSource {
  return {
    async read(signal): Promise<MetricReading> {
      signal.throwIfAborted();
      const atMs = deps.clock.now();
      return { state: 'ok', value: randomDemand(config, atMs), atMs };
    },
    close: async () => undefined,
  };
}

export function describeRandom({ min, max }: RandomMetric): string {
  return `random ${min}–${max}`;
}

/**
 * A whole number between min and max, the same one for the whole of a period.
 *
 * @throws TerminalError when min is above max or the period is nothing
 */
export function randomDemand(config: RandomMetric, atMs: number): number {
  const { min, max, seed } = config;
  const periodMs = durationMs(config.period);
  if (min > max) throw new TerminalError(`random: min ${min} is above max ${max}; swap them`);
  if (periodMs <= 0) throw new TerminalError('random.period: must be more than nothing; write it like 10s');
  return min + Math.floor(seededAt(seed, Math.floor(atMs / periodMs)) * (max - min + 1));
}
