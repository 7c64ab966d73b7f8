// controller: keeps the store in step with the policy sources, each listed anew whenever it says that it may differ.

import type { PolicySource } from '../policy-sources/source.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ReconcileContext, ReconcileResult, Reconciler } from '../runtime/controller.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Status } from './status.ts';
import type { Store } from './store.ts';

export interface FollowerDeps {
  readonly clock: Clock;
  readonly sources: readonly PolicySource[];
  readonly store: Store;
  readonly status: Status;
  /** Called with the pools to look at. */
  readonly onPools: (pools: readonly string[]) => void;
}

/** Sources tell what they notice; this is for what they do not. */
const RESYNC_MS = 60_000;

/** The key is the source. */
export class SourceFollower implements Reconciler<PolicySource> {
  readonly #deps: FollowerDeps;
  readonly #unlisted: Set<PolicySource>;
  readonly #failures = new Map<PolicySource, string>();

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
    this.#unlisted = new Set(deps.sources);
    if (this.#unlisted.size === 0) deps.status.policiesLoaded();
  }

  async reconcile(source: PolicySource, context: ReconcileContext): Promise<ReconcileResult> {
    const { store, status, onPools } = this.#deps;
    const signal = AbortSignal.any([context.signal, context.stopping]);
    try {
      const snapshot = await source.list(signal);
      this.#failures.delete(source);
      const { pools, removed } = store.update(source.name, snapshot);
      status.documentsChanged(store.pools(), removed, this.#problems());
      onPools(pools);
    } catch (error) {
      context.stopping.throwIfAborted();
      this.#failures.set(source, messageOf(error));
      status.documentsChanged(store.pools(), [], this.#problems());
      throw error;
    }
    this.#unlisted.delete(source);
    if (this.#unlisted.size === 0) status.policiesLoaded();
    return { requeueAfterMs: RESYNC_MS };
  }

  #problems(): readonly { readonly source: string; readonly message: string }[] {
    const failures = [...this.#failures].map(([source, reason]) => ({
      source: source.name,
      message: `cannot be listed: ${reason}; its policies go on as they were`,
    }));
    return [...failures, ...this.#deps.store.problems()];
  }
}
