// controller: apps that could not be looked at in a round hold what they held: their slots are nobody else's. Pure.

import type { AppObservation } from '../../../core/observation.ts';
import type { SchedulerView } from '../../../schedulers/scheduler.ts';
import type { Track } from '../../foreign-scale/foreign-scale.ts';

/** The view with unseen apps as they were last seen; of one that never was nothing is added. */
export function withLastSeen(
  view: SchedulerView,
  last: SchedulerView | undefined,
  tracks: ReadonlyMap<string, Track>,
): SchedulerView {
  if (view.unseen === undefined) return view;
  const apps = new Map(view.apps);
  for (const id of view.unseen.keys()) {
    const seen = last?.apps.get(id);
    if (seen !== undefined && !apps.has(id)) apps.set(id, withWrites(seen, tracks.get(id)));
  }
  return { ...view, apps };
}

/** What we asked for since it was seen may be there by now, whether or not that was answered. */
function withWrites(seen: AppObservation, track: Track | undefined): AppObservation {
  const asked = (track?.adrift ?? []).map(({ instances }) => instances);
  const requested = Math.max(seen.requested, track?.seen?.requested ?? 0, ...asked);
  const missing = Math.max(0, requested - seen.running - seen.staging - seen.waiting);
  return requested === seen.requested ? seen : { ...seen, requested, waiting: seen.waiting + missing };
}

/** Apps of which it is not known what they hold, with why. */
export function neverSeen({ apps, unseen }: SchedulerView): readonly (readonly [string, string])[] {
  return [...(unseen ?? [])].filter(([id]) => !apps.has(id));
}
