// controller: the second step of a deletion: an object that owns nothing any more loses its finalizer.

import type { PolicySource } from '../../policy-sources/source.ts';
import { WaitError } from '../../runtime/errors.ts';
import type { ReconcileContext, ReconcileResult, Reconciler } from '../../runtime/work/controller.ts';
import type { WorkQueue } from '../../runtime/work/workqueue.ts';
import { type Entry, identityOf } from '../policies/documents/documents.ts';
import { beforeHandover, type Leadership } from '../watch/leadership.ts';
import { poolOfEntry } from '../watch/pool-labels.ts';

export interface FinalizerDeps {
  readonly sources: readonly PolicySource[];
  readonly leadership: Leadership;
  readonly queue: WorkQueue<string>;
  /** Objects whose deletion was asked for and that own nothing. */
  readonly finalizable: () => readonly Entry[];
  /** Whether a pool is this operator's to run. */
  readonly isOurs: (pool: string) => boolean;
}

const STANDBY_RETRY_MS = 1_000;
/** An object that is still there without our finalizer has another one, or the write was lost. */
const AGAIN_MS = 60_000;

export class FinalizerRemover implements Reconciler<string> {
  readonly #deps: FinalizerDeps;
  readonly #removed = new Set<string>();

  constructor(deps: FinalizerDeps) {
    this.#deps = deps;
  }

  /** Documents changed, or an app was collected. */
  look(): void {
    const { finalizable, isOurs } = this.#deps;
    const ours = finalizable().filter((entry) => isOurs(poolOfEntry(entry)));
    const ids = new Set(ours.map(identityOf));
    for (const id of this.#removed) if (!ids.has(id)) this.#removed.delete(id);
    for (const id of ids) if (!this.#removed.has(id)) this.#deps.queue.add(id);
  }

  async reconcile(id: string, { signal }: ReconcileContext): Promise<ReconcileResult> {
    const { sources, leadership, finalizable, isOurs } = this.#deps;
    const entry = finalizable().find((each) => identityOf(each) === id && isOurs(poolOfEntry(each)));
    const source = sources.find(({ name }) => name === entry?.source);
    if (entry === undefined || source?.removeFinalizer === undefined) return {};
    this.#removed.add(id);
    const state = await leadership(signal, poolOfEntry(entry));
    const { acting, reason } = state;
    if (!acting) throw new WaitError(`another instance removes the finalizer: ${reason}`, STANDBY_RETRY_MS);
    const { kind, key } = entry;
    await beforeHandover(state, async () => source.removeFinalizer?.({ kind, key }, signal));
    return { requeueAfterMs: AGAIN_MS };
  }
}
