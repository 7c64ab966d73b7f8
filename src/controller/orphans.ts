// controller: apps that carry our creation label and that no policy names: found once, told, and left alone.

import type { Clock } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import type { OperatorDeps } from './deps.ts';
import { appsOf, type Leaving } from './records.ts';
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
 * What a policy lets go of is dealt with by its `onDelete`, also what it let go of while no operator ran, as far as
 * that was written down (holdings.ts). Two kinds of apps remain, and they are told, and never deleted on such evidence:
 *
 * - Apps that only a label connects with a policy: it does not say which operator wrote it, nor what `onDelete` was;
 *   another operator may hold a policy of the same name.
 * - Apps of policies whose source is not configured any more: nobody said that the policies are gone.
 *
 * Each Marathon is searched once, when all policies are known: it costs nothing afterwards.
 */
export async function watchForOrphans(deps: OrphanDeps, signal: AbortSignal): Promise<void> {
  const searched = new Set<Scheduler>();
  const told = new Set<string>();
  while (!signal.aborted) {
    if (deps.status.ready) {
      for (const leaving of abandoned(deps)) await tellAbandoned(leaving, { ...deps, told }, signal);
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
    const versions = store
      .pools()
      .flatMap(({ members }) => members.flatMap(({ running, latest }) => [running, latest]));
    const named = new Set(versions.flatMap((version) => appsOf(version).map(({ id }) => id)));
    for (const [app, owner] of owned) {
      if (!named.has(app) && !store.holdings.holds(app)) status.announce(orphan(app, owner));
    }
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
    message: `policy ${owner} made it, and no policy of this operator names it; it stays as it is: delete it in Marathon, or name it in a policy, unless another operator has it`,
  } as const;
}

/** An app of a policy whose source is not there. */
type Abandoned = Leaving & { readonly source: string };

function abandoned({ store }: OrphanDeps): readonly Abandoned[] {
  return store.holdings
    .abandoned()
    .flatMap(({ policy, source, apps, dropped }) =>
      [...apps, ...dropped].map(({ id, ...held }) => ({ app: id, policy, source, ...held })),
    );
}

/** Once; and one that is not in Marathon any more is forgotten. */
async function tellAbandoned(
  leaving: Abandoned,
  { store, status, schedulerFor, log, told }: OrphanDeps & { readonly told: Set<string> },
  signal: AbortSignal,
): Promise<void> {
  const { app, policy, source, marathon } = leaving;
  const name = `${policy} ${app}`;
  if (told.has(name)) return;
  try {
    const { apps } = await schedulerFor(marathon).observe([app], signal);
    told.add(name);
    if (!apps.has(app)) store.holdings.left(leaving);
    else status.announce(withoutSource(app, policy, source));
  } catch (error) {
    log.debug('an app whose source is gone was not looked for yet', { app, reason: messageOf(error) });
  }
}

function withoutSource(app: string, policy: string, source: string) {
  return {
    type: 'Warning',
    reason: 'Orphaned',
    object: `app ${app}`,
    message: `policy ${policy} holds it, and its source (${source}) is not configured any more; it stays as it is: configure the source again, name the app in another policy, or delete it in Marathon`,
  } as const;
}
