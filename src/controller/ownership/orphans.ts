// controller: apps that an earlier policy left behind: found once, reported in one event, and left alone until a person decides.

import type { Clock } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ClusterSpec, Scheduler } from '../../schedulers/scheduler.ts';
import type { SchedulerWords } from '../../schedulers/words.ts';
import { membersOf } from '../policies/members.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import { appsOf, type PendingCollection } from '../policies/records.ts';
import { nameInCluster } from '../policies/workloads.ts';
import type { OperatorDeps } from '../ports.ts';
import type { Status } from '../status/status.ts';
import type { OrphanActions, OrphanView } from '../status/view.ts';
import { type Leadership, whileActing } from '../watch/leadership.ts';

export interface OrphanDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: PolicyStore;
  readonly status: Status;
  readonly documents: DocumentStore;
  readonly schedulerFor: OperatorDeps['schedulerFor'];
  readonly leadership: Leadership;
  readonly words: SchedulerWords;
}

interface Orphan extends OrphanView {
  readonly cluster?: ClusterSpec;
  /** What its policy owns of it, where that was written down. */
  readonly leaving?: PendingCollection;
}

/** How often is looked for a cluster that was not searched yet, and tried again to search one. */
const LOOK_EVERY_MS = 1_000;
/** Apps that a person has released: documents by app id. */
const RELEASED = 'released-orphan';
const MOST_NAMED = 3;

/**
 * An app that its policy does not name any more is collected as its `onDelete` says, also when that happened while no
 * operator ran, as far as the policy's ownership was written down (ownership.ts). Two kinds of apps remain, and they are
 * reported, and never deleted on such evidence:
 *
 * - Apps that only a label connects with a policy: it does not say which operator wrote it, nor what `onDelete` was;
 *   another operator may have a policy of the same name.
 * - Apps of policies whose source is not configured any more: nobody said that the policies are gone.
 *
 * Each cluster is searched once, when all policies are known: it costs nothing afterwards. A release is remembered
 * here, since taking our label from an app would restart its tasks.
 */
export class Orphans implements OrphanActions {
  readonly #deps: OrphanDeps;
  readonly #found = new Map<string, Orphan>();
  readonly #looked = new Set<string>();
  #announced = '';

  constructor(deps: OrphanDeps) {
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<void> {
    const searched = new Set<Scheduler>();
    while (!signal.aborted) {
      if (this.#deps.status.ready) {
        for (const leaving of this.#abandoned()) await this.#lookAt(leaving, signal);
        for (const [scheduler, cluster] of this.#schedulers()) {
          if (!searched.has(scheduler) && (await this.#search(scheduler, cluster, signal)))
            searched.add(scheduler);
        }
        this.#announceAll();
      }
      // An aborted pause ends the loop at its head.
      await this.#deps.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  list(): readonly OrphanView[] {
    return this.#current()
      .map(({ app, policy, why }) => ({ app, policy, why }))
      .sort((a, b) => (a.app < b.app ? -1 : 1));
  }

  release(app: string): void {
    const { policy, leaving } = this.#orphan(app);
    this.#deps.documents.write([{ do: 'put', collection: RELEASED, key: app, value: { policy } }]);
    if (leaving !== undefined) this.#deps.store.ownership.collected(leaving);
    this.#found.delete(app);
    this.#announce('Released', app, `released by hand; policy ${policy} made it, and it stays as it is`);
  }

  async delete(app: string, signal: AbortSignal): Promise<void> {
    const { policy, cluster, leaving } = this.#orphan(app);
    const { schedulerFor, leadership, store, words } = this.#deps;
    const scheduler = schedulerFor(cluster);
    const observed = (await scheduler.observe([app], signal)).apps.get(app);
    if (observed !== undefined && observed.owner !== policy) {
      const why = observed.owner === undefined ? 'it was adopted, not made' : `${observed.owner} made it`;
      throw new TerminalError(`${app} is not deleted: ${why}; release it, or delete it in ${words.name}`);
    }
    const writer = whileActing(scheduler, leadership, leaving?.pool);
    const reason = `somebody deleted it: no policy names it any more (policy ${policy} made it)`;
    if (observed !== undefined) await writer.apply({ kind: 'delete', app, reason }, signal);
    if (leaving !== undefined) store.ownership.collected(leaving);
    this.#found.delete(app);
    this.#announce('Deleted', app, reason);
  }

  /** Without those that a policy has named since. */
  #current(): readonly Orphan[] {
    const named = this.#named();
    return [...this.#found.values()].filter(({ app }) => !named.has(app));
  }

  #orphan(app: string): Orphan {
    const found = this.#current().find((orphan) => orphan.app === app);
    if (found !== undefined) return found;
    throw new TerminalError(
      `${app} is no orphan: a policy names it, or no policy of ours ever did; microscaling orphans lists those that are`,
    );
  }

  #named(): ReadonlySet<string> {
    const versions = this.#deps.store
      .pools()
      .flatMap(({ members }) => members.flatMap(({ running, latest }) => [running, latest]));
    return new Set(versions.flatMap((version) => appsOf(version).map(nameInCluster)));
  }

  #schedulers(): ReadonlyMap<Scheduler, ClusterSpec | undefined> {
    const { store, schedulerFor } = this.#deps;
    const clusters = store.pools().flatMap((pool) => membersOf(pool).map(({ cluster }) => cluster));
    const known = [...new Set(clusters)].flatMap((cluster) => {
      try {
        return [[schedulerFor(cluster), cluster] as const];
      } catch {
        // The rounds that need it report one that cannot be had.
        return [];
      }
    });
    return new Map(known);
  }

  /** False when the cluster could not be read. */
  async #search(
    scheduler: Scheduler,
    cluster: ClusterSpec | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { store, documents, log } = this.#deps;
    if (scheduler.owned === undefined) return true;
    try {
      const owned = await scheduler.owned(signal);
      const named = this.#named();
      this.#forgetReleases(named);
      for (const [app, policy] of owned) {
        if (named.has(app) || store.ownership.owns(app)) continue;
        if (documents.get(RELEASED, app) !== undefined) continue;
        const why = `policy ${policy} made it, and no policy of this operator names it; another operator may have it`;
        this.#found.set(app, { app, policy, why, ...(cluster && { cluster }) });
      }
      return true;
    } catch (error) {
      log.debug('apps without a policy not looked for yet', { reason: messageOf(error) });
      return false;
    }
  }

  /** One that a policy has taken up again is an orphan anew should that policy go. */
  #forgetReleases(named: ReadonlySet<string>): void {
    const { documents } = this.#deps;
    const over = [...documents.all(RELEASED).keys()].filter((app) => named.has(app));
    if (over.length > 0)
      documents.write(over.map((key) => ({ do: 'remove', collection: RELEASED, key }) as const));
  }

  #abandoned(): readonly (PendingCollection & { readonly source: string })[] {
    return this.#deps.store.ownership
      .withoutSource()
      .flatMap(({ policy, source, apps, dropped }) =>
        [...apps, ...dropped].map(({ id, ...app }) => ({ app: id, policy, source, ...app })),
      );
  }

  /** Once; and one that is not in its cluster any more is forgotten. */
  async #lookAt(
    { source, ...leaving }: PendingCollection & { readonly source: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { store, schedulerFor, log } = this.#deps;
    const { app, policy, cluster } = leaving;
    if (this.#looked.has(`${policy} ${app}`)) return;
    try {
      const { apps } = await schedulerFor(cluster).observe([app], signal);
      this.#looked.add(`${policy} ${app}`);
      if (!apps.has(app)) {
        store.ownership.collected(leaving);
        return;
      }
      const why = `policy ${policy} owns it, and its source (${source}) is not configured any more`;
      this.#found.set(app, { app, policy, why, leaving, ...(cluster && { cluster }) });
    } catch (error) {
      log.debug('an app whose source is gone was not looked for yet', { app, reason: messageOf(error) });
    }
  }

  /** All of them in one event, and again only when there are others. */
  #announceAll(): void {
    const apps = this.list().map(({ app }) => app);
    const names = apps.join(' ');
    if (names === this.#announced) return;
    const isMore = apps.some((app) => !this.#announced.split(' ').includes(app));
    this.#announced = names;
    if (!isMore) return;
    const more = apps.length > MOST_NAMED ? ` and ${apps.length - MOST_NAMED} more` : '';
    const count = apps.length === 1 ? '1 app' : `${apps.length} apps`;
    this.#deps.status.event({
      type: 'Warning',
      reason: 'Orphaned',
      object: 'operator',
      message: `${count} of earlier policies that no policy names now: ${apps.slice(0, MOST_NAMED).join(', ')}${more}; they stay as they are. 'microscaling orphans' lists them with why, and releases or deletes them; naming one in a policy takes it up again`,
    });
  }

  #announce(reason: 'Released' | 'Deleted', app: string, message: string): void {
    this.#deps.status.event({ type: 'Normal', reason, object: `app ${app}`, message });
  }
}
