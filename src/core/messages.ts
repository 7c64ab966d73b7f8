// core: what a reading says about messages: waiting, in flight, how old.

import type { MetricSpec } from '../api/policy.ts';
import { clamp, reading } from './numbers.ts';
import type { MetricSample } from './observation.ts';

export interface Messages {
  /** Messages that nobody works on. */
  readonly waiting: number;
  /** Messages that instances of the app hold; absent when that cannot be known. */
  readonly inFlight?: number;
  /** Messages that one busy instance holds at a time; 1 where `inFlight` is unknown. */
  readonly perBusyInstance: number;
  /** Age of the oldest visible message, ms; absent when unknown. */
  readonly oldestAgeMs?: number;
  /** Cumulative arrivals, from sources that count them. */
  readonly arrivedTotal?: number;
}

/**
 * Splits a reading. Azure Storage Queue counts invisible messages too (control.md §1): with c messages held
 * per busy instance, at most n·c are in flight; a peek knows small visible counts exactly and larger ones
 * from below.
 *
 * @param ready instances that may hold messages
 */
export function messagesOf(metric: MetricSpec, sample: MetricSample, ready: number): Messages {
  const azure = metric.azureStorageQueue;
  const value = reading(sample.value);
  const rest = {
    ...(sample.oldestInsertedAtMs !== undefined && {
      oldestAgeMs: Math.max(0, sample.atMs - sample.oldestInsertedAtMs),
    }),
    ...(sample.arrivedTotal !== undefined && { arrivedTotal: reading(sample.arrivedTotal) }),
  };
  if (azure === undefined || azure.count === 'Total') return { waiting: value, perBusyInstance: 1, ...rest };

  const perBusyInstance = Math.max(1, azure.inFlightPerInstance);
  const inFlightAtMost = Math.min(value, ready * perBusyInstance);
  const waiting =
    sample.visible === undefined
      ? clamp(value - inFlightAtMost, Math.min(value, reading(sample.visibleAtLeast ?? 0)), value)
      : Math.min(value, reading(sample.visible));
  // Visible counts say nothing about the rest: it may be scheduled for later or held by somebody else.
  if (azure.count === 'Visible') return { waiting, perBusyInstance, ...rest };
  return { waiting, inFlight: Math.min(value - waiting, inFlightAtMost), perBusyInstance, ...rest };
}
