// controller: keeps the store in step with the policy sources, each listed anew whenever it says that it may differ.

import type { PolicySource } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ReconcileContext, ReconcileResult, Reconciler } from '../../runtime/work/controller.ts';
import { Pace } from '../../runtime/work/pace.ts';
import type { Status } from '../status/status.ts';
import type { Listing } from './listings.ts';
import type { PolicyStore, StoreChange } from './policy-store.ts';
import { type DocumentProblem, ProblemLog } from './problem-log.ts';

export interface FollowerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sources: readonly PolicySource[];
  readonly store: PolicyStore;
  readonly status: Status;
  /** Called with the pools to look at, and the policies that are gone. */
  readonly onChange: (change: StoreChange) => void;
  /** Called when all sources were listed in full: what is not in the store does not exist. */
  readonly onComplete: () => void;
}

/** Sources report what they notice; this is for what they do not. */
const RESYNC_MS = 60_000;

/** With thousands of policies, of which one after the other is applied, each update looks at all of them. The first one never waits. */
const PAUSE_PER_UPDATE = 19;
const LONGEST_PAUSE_MS = 4_000;

/**
 * The key is the source. Nothing runs before every source was tried once: which of two homes of a policy is
 * listed first must not decide anything. A source that fails does not hold up the others for longer than that.
 */
export class SourceFollower implements Reconciler<PolicySource> {
  readonly #deps: FollowerDeps;
  /** Not listed yet, not even in vain. */
  readonly #untried: Set<PolicySource>;
  readonly #unlisted: Set<PolicySource>;
  readonly #failures = new Map<PolicySource, string>();
  readonly #problemLog: ProblemLog;
  readonly #pace: Pace;
  #waiting: readonly Listing[] = [];

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
    const { clock } = deps;
    this.#pace = new Pace({ clock, pausePerWork: PAUSE_PER_UPDATE, longestMs: LONGEST_PAUSE_MS });
    this.#problemLog = new ProblemLog(deps.log);
    this.#untried = new Set(deps.sources);
    this.#unlisted = new Set(deps.sources);
    this.#noteLoaded();
  }

  async reconcile(source: PolicySource, context: ReconcileContext): Promise<ReconcileResult> {
    const { leftMs } = this.#pace;
    if (leftMs > 0 && !this.#untried.has(source)) return { requeueAfterMs: leftMs };
    try {
      const snapshot = await source.list(context.reading);
      this.#failures.delete(source);
      this.#unlisted.delete(source);
      this.#take(source, [{ source: source.name, snapshot }]);
      return { requeueAfterMs: RESYNC_MS };
    } catch (error) {
      context.stopping.throwIfAborted();
      this.#failures.set(source, messageOf(error));
      this.#take(source, []);
      throw error;
    }
  }

  #take(source: PolicySource, listed: readonly Listing[]): void {
    this.#untried.delete(source);
    this.#waiting = [...this.#waiting, ...listed];
    if (this.#untried.size === 0) this.#pace.do(() => this.#update());
  }

  #update(): void {
    const { store, status, onChange, onComplete } = this.#deps;
    const { pools, removed } = store.update(this.#waiting);
    this.#waiting = [];
    const failures = this.#listingFailures();
    status.documentsChanged({
      pools: store.pools(),
      removed,
      problems: [...failures, ...store.problems()],
      capacityPools: store.capacityPools(),
      refused: store.refused(),
    });
    this.#problemLog.report([...failures, ...store.textProblems()]);
    this.#noteLoaded();
    onChange({ pools, removed });
    if (this.#unlisted.size === 0 && store.isComplete) onComplete();
  }

  #noteLoaded(): void {
    if (this.#unlisted.size === 0) this.#deps.status.policiesLoaded();
  }

  #listingFailures(): readonly DocumentProblem[] {
    return [...this.#failures].map(([source, reason]) => ({
      source: source.name,
      message: `cannot be listed: ${reason}; its policies go on as they were`,
    }));
  }
}
