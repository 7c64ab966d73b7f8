// metric-sources: a demand that jumps at random, for demonstrations without a queue. A pure function of time and seed.

import { durationMs } from '../../api/duration.ts';
import type { Duration } from '../../api/policy.ts';
import type { MetricReading } from '../../core/observation.ts';
import { seededAt } from '../../runtime/random.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../source.ts';
import { randomBlock } from './schema.ts';

export interface RandomMetric {
  readonly min: number;
  readonly max: number;
  readonly period: Duration;
  readonly seed: number;
}

export function createRandom(config: RandomMetric, deps: MetricSourceDeps): MetricSource {
  return {
    async read(signal): Promise<MetricReading> {
      signal.throwIfAborted();
      const asOfMs = deps.clock.monotonic();
      return { state: 'ok', waiting: randomDemand(config, asOfMs), asOfMs };
    },
    close: async () => undefined,
  };
}

export function describeRandom({ min, max }: RandomMetric): string {
  return `random ${min}–${max}`;
}

/** A whole number from min to max, the same one for the whole of a period. */
export function randomDemand({ min, max, period, seed }: RandomMetric, atMs: number): number {
  const place = Math.floor(atMs / durationMs(period));
  return min + Math.floor(seededAt(seed, place) * (max - min + 1));
}

export const random: MetricSourceType<RandomMetric> = {
  ...randomBlock,
  folder: 'random',
  create: createRandom,
  describe: describeRandom,
};
