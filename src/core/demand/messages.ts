// core: what a reading says about messages: waiting, in flight, how old.

import type { MetricSpec } from '../../api/policy.ts';
import { clamp, instant, reading } from '../numbers.ts';
import type { MetricSample } from '../observation.ts';

export interface Messages {
  /** Messages that nobody works on. */
  readonly waiting: number;
  /** Messages that instances of the app hold; undefined when that cannot be known. */
  readonly inFlight: number | undefined;
  /** Messages that one busy instance holds at a time; 1 where `inFlight` is unknown. */
  readonly perBusyInstance: number;
  /** Age of the oldest visible message, ms; undefined when unknown. */
  readonly oldestAgeMs: number | undefined;
  /** Cumulative arrivals, from sources that count them. */
  readonly arrivedTotal: number | undefined;
}

/**
 * Splits a reading. Azure Storage Queue counts invisible messages too (docs/design/law.md#what-a-queue-count-is-made-of): with c messages held
 * per busy instance, at most n·c are in flight; a peek knows small visible counts exactly and larger ones
 * from below.
 *
 * @param ready instances that may hold messages
 */
export function messagesOf(metric: MetricSpec, sample: MetricSample, ready: number): Messages {
  const azure = metric.azureStorageQueue;
  const value = reading(sample.value);
  const oldestAgeMs =
    sample.oldestInsertedAtMs === undefined
      ? undefined
      : reading(instant(sample.atMs) - instant(sample.oldestInsertedAtMs));
  const arrivedTotal = sample.arrivedTotal === undefined ? undefined : reading(sample.arrivedTotal);
  if (azure === undefined || azure.count === 'Total')
    return { waiting: value, inFlight: undefined, perBusyInstance: 1, oldestAgeMs, arrivedTotal };

  const perBusyInstance = Math.max(1, azure.inFlightPerInstance);
  const inFlightAtMost = Math.min(value, ready * perBusyInstance);
  const waiting =
    sample.visible === undefined
      ? clamp(value - inFlightAtMost, Math.min(value, reading(sample.visibleAtLeast ?? 0)), value)
      : Math.min(value, reading(sample.visible));
  // Visible counts say nothing about the rest: it may be scheduled for later or held by somebody else.
  const inFlight = azure.count === 'Visible' ? undefined : Math.min(value - waiting, inFlightAtMost);
  return { waiting, inFlight, perBusyInstance, oldestAgeMs, arrivedTotal };
}
