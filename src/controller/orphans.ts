// controller: apps that carry our creation label and that no policy names: found once, told, and left alone.

import type { Clock } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import type { OperatorDeps } from './deps.ts';
import { appsOf } from './records.ts';
import type { Status } from './status.ts';
import type { Store } from './store.ts';

export interface OrphanDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly status: Status;
  readonly schedulerFor: OperatorDeps['schedulerFor'];
}

/** How often is looked for a Marathon that was not searched yet, and tried again to search one. */
const LOOK_EVERY_MS = 1_000;

/**
 * What a policy let go of while this process ran was dealt with by its `onDelete`. What it let go of while no operator
 * ran shows only by its label, and the label does not say which operator wrote it, nor what `onDelete` was: another
 * operator may hold a policy of the same name. So such apps are told, and never deleted on that evidence.
 *
 * Each Marathon is searched once, when all policies are known: it costs nothing afterwards.
 */
export async function watchForOrphans(deps: OrphanDeps, signal: AbortSignal): Promise<void> {
  const searched = new Set<Scheduler>();
  while (!signal.aborted) {
    if (deps.status.ready) {
      for (const scheduler of schedulersOf(deps)) {
        if (!searched.has(scheduler) && (await search(scheduler, deps, signal))) searched.add(scheduler);
      }
    }
    // An aborted pause ends the loop at its head.
    await deps.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}

function schedulersOf({ store, schedulerFor }: OrphanDeps): ReadonlySet<Scheduler> {
  const named = store.pools().flatMap(({ marathon }) => {
    try {
      return [schedulerFor(marathon)];
    } catch {
      // One that cannot be had is told by the rounds that need it.
      return [];
    }
  });
  return new Set(named);
}

/** False when Marathon could not be read. */
async function search(
  scheduler: Scheduler,
  { store, status, log }: OrphanDeps,
  signal: AbortSignal,
): Promise<boolean> {
  if (scheduler.owned === undefined) return true;
  try {
    const owned = await scheduler.owned(signal);
    const named = new Set(
      store
        .pools()
        .flatMap(({ key, members }) => [
          ...members
            .flatMap(({ running, latest }) => [...appsOf(running), ...appsOf(latest)])
            .map(({ id }) => id),
          ...store.leaving(key).map(({ app }) => app),
        ]),
    );
    for (const [app, owner] of owned) if (!named.has(app)) status.announce(orphan(app, owner));
    return true;
  } catch (error) {
    log.debug('apps without a policy not looked for yet', { reason: messageOf(error) });
    return false;
  }
}

function orphan(app: string, owner: string) {
  return {
    type: 'Warning',
    reason: 'Orphaned',
    object: `app ${app}`,
    message: `policy ${owner} made it, and no policy names it any more; it stays as it is: delete it in Marathon, or name it in a policy`,
  } as const;
}
