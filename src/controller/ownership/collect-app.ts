// controller: what happens to an app that no policy names any more.

import type { Change } from '../../core/change.ts';
import { WaitError } from '../../runtime/errors.ts';
import type { Scheduler, SchedulerView } from '../../schedulers/scheduler.ts';
import type { PendingCollection } from '../policies/records.ts';

/**
 * `Retain` releases the app: it stays as it is, with the count it has. `Delete` removes it, but only when it
 * carries the creation label of this very policy: an app that was adopted is only released.
 *
 * @returns undefined when there is no such app any more
 */
export function collectionChange(
  { app, policy, onDelete, spared }: PendingCollection,
  view: SchedulerView,
): Change | undefined {
  const observed = view.apps.get(app);
  if (observed === undefined) return undefined;
  if (onDelete === 'Delete' && observed.owner === policy) {
    return { kind: 'delete', app, reason: `policy ${policy} no longer names it and says onDelete: Delete` };
  }
  const although = spared
    ? ', although the policy said onDelete: Delete: it was paused or in mode Observe when it was removed'
    : '';
  return {
    kind: 'release',
    app,
    reason: `policy ${policy} no longer names it; it stays as it is${although}`,
  };
}

/** The same scheduler, with writes refused once the app is not to be collected any more: it is named again, or paused. */
export function whileCollecting(
  scheduler: Pick<Scheduler, 'apply'>,
  isLeaving: () => boolean,
): Pick<Scheduler, 'apply'> {
  return {
    apply: async (change, signal) => {
      if (!isLeaving()) throw new WaitError(`${change.app} is not to be collected any more`, 0);
      return await scheduler.apply(change, signal);
    },
  };
}
