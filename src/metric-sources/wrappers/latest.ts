// metric-sources: remembers the last good sample, and since when there is none.

import type { MetricReading, MetricSample } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { MetricSource } from '../source.ts';

/**
 * Completes `unavailable` readings: `sinceMs` is the first failure in the row, `last` the last good sample.
 * A thrown error counts as a failure, too, and goes on up.
 */
export function withLatest(source: MetricSource, clock: Clock): MetricSource {
  let last: MetricSample | undefined;
  let failingSinceMs: number | undefined;
  return {
    async read(signal): Promise<MetricReading> {
      const reading = await source.read(signal).catch((error: unknown) => {
        if (!signal.aborted) failingSinceMs ??= clock.now();
        throw error;
      });
      if (reading.state === 'ok') {
        last = reading;
        failingSinceMs = undefined;
        return reading;
      }
      failingSinceMs ??= reading.sinceMs;
      return { ...reading, sinceMs: failingSinceMs, ...(last && { last }) };
    },
    close: () => source.close(),
  };
}
