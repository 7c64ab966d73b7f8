// core: which sample serves, and what happens when none does (docs/design/round.md#observe).

import type { BehaviorSpec, TargetSpec } from '../../api/policy.ts';
import { spanText } from '../../api/words/figures.ts';
import type { MetricReading, MetricSample } from '../observation.ts';
import type { Timing } from './timing.ts';

/**
 *   age of the last good sample   0 ──────── staleAfter ──────── after ────────▶
 *   what happens                  it serves  │  the count is held │  the action
 */
export type Usable =
  | { readonly state: 'ok'; readonly sample: MetricSample }
  | { readonly state: 'held' | 'failed'; readonly reason: string };

export function usable(reading: MetricReading, timing: Timing, nowMs: number): Usable {
  const sample = reading.state === 'ok' ? reading : reading.last;
  const sinceMs = sample?.asOfMs ?? (reading.state === 'ok' ? nowMs : reading.sinceMs);
  const unknownForMs = Math.max(0, nowMs - sinceMs);
  if (sample !== undefined && Number.isFinite(sample.waiting) && unknownForMs <= timing.staleAfterMs)
    return { state: 'ok', sample };
  const reason = `no reading for ${spanText(1000 * Math.round(unknownForMs / 1000))}: ${whyNot(reading)}`;
  return {
    state: unknownForMs > Math.max(timing.actAfterMs, timing.staleAfterMs) ? 'failed' : 'held',
    reason,
  };
}

/** Why a reading does not serve. */
export function whyNot(reading: MetricReading): string {
  return reading.state === 'unavailable' ? reading.reason : 'the last reading is too old';
}

/** Remembers what is a pure function of immutable objects. */
const own = new WeakMap<TargetSpec, { readonly of: BehaviorSpec; readonly behavior: BehaviorSpec }>();

/** The app's behavior as it is for one of its targets: with that target's own `onMetricFailure`. */
export function behaviorFor(target: TargetSpec, behavior: BehaviorSpec): BehaviorSpec {
  const { onMetricFailure } = target;
  if (onMetricFailure === undefined) return behavior;
  const cached = own.get(target);
  if (cached?.of === behavior) return cached.behavior;
  const made = { ...behavior, onMetricFailure: { ...behavior.onMetricFailure, ...onMetricFailure } };
  own.set(target, { of: behavior, behavior: made });
  return made;
}

/** The count that an unreadable target stands for. */
export function failureCount(
  action: BehaviorSpec['onMetricFailure'],
  app: { readonly min: number; readonly max: number; readonly asked: number },
): number {
  switch (action.action) {
    case 'Hold':
      return app.asked;
    case 'Min':
      return app.min;
    case 'Max':
      return app.max;
    case 'Fixed':
      return action.instances ?? app.asked;
  }
}
