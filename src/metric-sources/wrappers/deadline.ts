// metric-sources: no read takes longer than its deadline, even of a source that does not listen to its signal.

import type { MetricReading } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { MetricSource } from '../source.ts';

export interface DeadlineOptions {
  readonly deadlineMs: number;
  readonly clock: Clock;
  /** What is read, for the reason: `queue demo-queue`. */
  readonly label: () => string;
}

/** A read that is not over after `deadlineMs` is given up: it is aborted and the reading is `unavailable`. */
export function withDeadline(source: MetricSource, options: DeadlineOptions): MetricSource {
  return {
    read: (signal) => readWithin(source, options, signal),
    close: () => source.close(),
  };
}

async function readWithin(
  source: MetricSource,
  { deadlineMs, clock, label }: DeadlineOptions,
  signal: AbortSignal,
): Promise<MetricReading> {
  signal.throwIfAborted();
  const over = new AbortController();
  const expired = new AbortController();
  const late = (): MetricReading => ({
    state: 'unavailable',
    reason: `reading ${label()}: no answer within ${deadlineMs} ms; is the other side overloaded or unreachable?`,
    sinceMs: clock.monotonic(),
  });
  // Rejects when `signal` aborts, and (with nobody listening any more) when the race is over.
  const deadline = clock.sleep(deadlineMs, AbortSignal.any([signal, over.signal])).then(() => {
    expired.abort();
    return late();
  });
  const reading = source.read(AbortSignal.any([signal, expired.signal])).catch((error: unknown) => {
    if (expired.signal.aborted) return late();
    throw error;
  });
  try {
    return await Promise.race([reading, deadline]);
  } finally {
    over.abort();
    reading.catch(() => undefined);
    deadline.catch(() => undefined);
  }
}
