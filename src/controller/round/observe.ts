// controller: observe, the first step of a round: the metrics and the scheduler, read at the same time.

import type { MetricReading } from '../../core/observation.ts';
import type { Scheduler, SchedulerView } from '../../schedulers/scheduler.ts';
import { intervalMsOf, type MemberApp } from '../policies/members.ts';
import type { PoolRecord } from '../policies/records.ts';
import type { MetricReader, Readings } from './readings.ts';

/** What a round knows. Without a view, the scheduler could not be read, and no count may change. */
export interface World {
  readonly readings: Readings;
  readonly view?: SchedulerView;
  /** Why there is no view. */
  readonly error?: unknown;
}

/** A reading within this share of the interval after the last one is the same sample. */
const SAME_SAMPLE = 0.8;

export async function observePool(
  { pool, apps }: { readonly pool: PoolRecord; readonly apps: readonly MemberApp[] },
  { reader, scheduler }: { readonly reader: MetricReader; readonly scheduler: () => Scheduler },
  signal: AbortSignal,
): Promise<World> {
  const maxAgeMs = SAME_SAMPLE * intervalMsOf(pool);
  const ids = apps.map(({ spec }) => spec.id);
  const [readings, view] = await Promise.allSettled([
    reader.read(apps, maxAgeMs, signal),
    // `async` so that a scheduler that cannot be built is an answer like any other.
    (async () => scheduler().observe(ids, signal))(),
  ]);
  signal.throwIfAborted();
  if (readings.status === 'rejected') throw readings.reason;
  return view.status === 'fulfilled'
    ? { readings: readings.value, view: view.value }
    : { readings: readings.value, error: view.reason };
}

export function readingsOf(world: World, app: MemberApp): readonly MetricReading[] {
  return world.readings.get(app.spec.id) ?? [];
}
