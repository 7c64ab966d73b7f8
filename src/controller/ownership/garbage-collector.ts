// controller: collects the apps of a pool that no policy names any more: releases or deletes them.

import { messageOf } from '../../runtime/errors.ts';
import type { ReconcileContext } from '../../runtime/work/controller.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import type { PendingCollection } from '../policies/records.ts';
import type { OperatorDeps } from '../ports.ts';
import type { Status } from '../status/status.ts';
import { type Leadership, whileActing } from '../watch/leadership.ts';
import { collectionChange, whileCollecting } from './collect-app.ts';

export interface GarbageCollectorDeps {
  readonly schedulerFor: OperatorDeps['schedulerFor'];
  readonly leadership: Leadership;
  readonly store: PolicyStore;
  readonly status: Status;
  /** Called when an app was collected. */
  readonly onCollected: (leaving: PendingCollection) => void;
}

export class GarbageCollector {
  readonly #deps: GarbageCollectorDeps;

  constructor(deps: GarbageCollectorDeps) {
    this.#deps = deps;
  }

  /** One app that cannot be collected is tried again with the next round, and does not keep the others. */
  async collect(pool: string, { signal, stopping, log }: ReconcileContext): Promise<void> {
    const { store, status } = this.#deps;
    const failures: unknown[] = [];
    for (const leaving of store.leaving(pool)) {
      stopping.throwIfAborted();
      try {
        await this.#collect(leaving, signal);
      } catch (error) {
        if (!store.ownership.isPending(leaving)) continue;
        status.collectionPostponed(leaving, messageOf(error));
        log.debug('not collected yet', { app: leaving.app, reason: messageOf(error) });
        failures.push(error);
      }
    }
    // Nothing but this brings a pool back that has no policies any more.
    if (failures.length > 0 && store.pool(pool) === undefined) throw failures[0];
  }

  /** The pool is another operator's, which collects: of a policy that is gone for good nothing is left to do here. */
  leave(pool: string): void {
    const { store } = this.#deps;
    for (const leaving of store.leaving(pool)) {
      const { policy } = leaving;
      if (store.isGone(policy) && !store.hasDocument('MicroscalingPolicy', policy))
        store.ownership.collected(leaving);
    }
  }

  /** A cluster takes its time to answer: that the app is still to go is asked once more, right before it goes. */
  async #collect(leaving: PendingCollection, signal: AbortSignal): Promise<void> {
    const { store, status, schedulerFor, leadership, onCollected } = this.#deps;
    const { app, policy, pool, cluster } = leaving;
    const scheduler = schedulerFor(cluster);
    const change = collectionChange(leaving, await scheduler.observe([app], signal));
    if (change !== undefined) {
      const writer = whileCollecting(scheduler, () => store.ownership.isPending(leaving));
      const { outcome } = await whileActing(writer, leadership, pool).apply(change, signal);
      status.changed({ change, result: outcome }, policy);
    }
    store.ownership.collected(leaving);
    onCollected(leaving);
  }
}
